import Foundation
import GatewayModel
import Storage

/// A file to import, row by row, whatever its form.
struct ImportFile {
    enum Content {
        case table([CSVTable.Row])
        case jsonLines([(line: Int, text: Substring)])
        case homeAssistant(HomeAssistantStatistics)
    }

    let path: String
    let content: Content

    /// Looks at the file's first bytes to tell its form.
    init(path: String) throws {
        self.path = path
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw AppError("\(path) cannot be read", remedy: "check its name and that you may read it")
        }
        defer { try? handle.close() }
        let start = try handle.read(upToCount: 16) ?? Data()
        if start.starts(with: Data("SQLite format 3".utf8)) {
            content = .homeAssistant(try HomeAssistantStatistics(path: path))
            return
        }
        let rest = try handle.readToEnd() ?? Data()
        guard let text = String(validating: start + rest, as: UTF8.self) else {
            throw AppError("\(path) is not UTF-8", remedy: "save it as UTF-8")
        }
        if text.first(where: { !$0.isWhitespace }) == "{" {
            content = .jsonLines(
                text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                    .map { (line: $0.offset + 1, text: $0.element) }
                    .filter { !$0.text.allSatisfy(\.isWhitespace) })
        } else {
            content = .table(CSVTable.rows(of: text))
        }
    }

    /// The names of the columns.
    func head() throws -> [String] {
        switch content {
        case .table(let rows):
            guard let head = rows.first else { throw AppError("\(path) is empty", remedy: "choose another file") }
            return head.cells.map { $0.trimmingCharacters(in: .whitespaces) }
        case .jsonLines(let lines):
            let names = lines.prefix(100).compactMap { try? ImportFile.members(of: $0.text).keys }.flatMap { $0 }
            return Set(names).sorted()
        case .homeAssistant: return []
        }
    }

    /// Hands every row to `body`: its line, and its cells by column or what is wrong with it.
    func rows(_ body: (Int, Result<[String: String], AppError>) throws -> Void) throws {
        switch content {
        case .table(let rows):
            let names = try head()
            for row in rows.dropFirst() {
                guard !row.isUnclosed else {
                    try body(
                        row.line,
                        .failure(AppError("a quote is opened here and never closed", remedy: "close it")))
                    continue
                }
                guard row.cells.count <= names.count else {
                    try body(
                        row.line,
                        .failure(
                            AppError(
                                "\(row.cells.count) cells where the first line has \(names.count)",
                                remedy: "put cells with a comma into quotes")))
                    continue
                }
                try body(
                    row.line,
                    .success(Dictionary(zip(names, row.cells), uniquingKeysWith: { first, _ in first })))
            }
        case .jsonLines(let lines):
            for line in lines {
                let cells = Result { () throws(AppError) in try ImportFile.members(of: line.text) }
                try body(line.line, cells)
            }
        case .homeAssistant: break
        }
    }

    /// The members of a JSON object as text, numbers digit by digit as they stand.
    private static func members(of line: Substring) throws(AppError) -> [String: String] {
        guard let members = JSONLine.members(of: line) else {
            throw AppError("is no JSON object of plain members", remedy: "write {\"time\":…,\"sensor\":…,\"value\":…}")
        }
        return members
    }
}
