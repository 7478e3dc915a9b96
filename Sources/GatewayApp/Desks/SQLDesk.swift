import Foundation
import GatewayModel
import Storage

/// Answers questions in SQL, beside the running gateway; nothing can be changed this way.
public struct SQLDesk {
    /// How rows are written.
    public enum Form: Sendable {
        /// Aligned columns; all rows are kept in memory first.
        case text
        /// Comma-separated, numbers as SQLite gives them.
        case csv
        /// One JSON object a line.
        case jsonLines
    }

    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Runs one statement and writes its rows to a file, or to standard output where `path` is nil.
    ///
    /// What households use is shown only where `why` says the reason, which they see with the statement.
    public func run(_ sql: String, why: String?, form: Form, to path: String?) throws {
        let store = try site.readingStore()
        let homes = try HouseholdDesk(site: site).look(at: nil, "sql", why: why.map { "\($0): \(sql.prefix(400))" })
        let community = Set(try store.sensors().map(\.id)).subtracting(homes)
        let session = try SQLSession(store, zone: site.zone, access: why == nil ? .community(community) : .all)
        let output = try LineWriter(path: path)
        var names: [String] = []
        var table: [[String]] = []
        try session.run(sql) { columns in
            names = columns
            if form == .csv { try output.write(names.map { Escaping.csvCell($0) }.joined(separator: ",")) }
        } row: { row in
            switch form {
            case .text: table.append(row.map(SQLDesk.plain))
            case .csv: try output.write(row.map(SQLDesk.csv).joined(separator: ","))
            case .jsonLines: try output.write(SQLDesk.json(names, row))
            }
        }
        if form == .text { try TextTable.lines(names, table).forEach(output.write) }
        try output.finish()
    }

    private static func plain(_ value: SQLValue) -> String {
        switch value {
        case .null: "-"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): value
        case .blob(let value): "\(value.count) bytes"
        }
    }

    private static func csv(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        // Only a text can be taken for a formula by a spreadsheet.
        case .text(let value): Escaping.csvCell(value)
        default: plain(value)
        }
    }

    private static func json(_ names: [String], _ row: [SQLValue]) throws -> String {
        let members = try zip(names, row).map { name, value in
            let text =
                switch value {
                case .null, .blob: "null"
                case .integer(let value): "\(value)"
                case .real(let value): value.isFinite ? "\(value)" : "null"
                case .text(let value): try JSONLine.text(value)
                }
            return try JSONLine.text(name) + ":" + text
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}
