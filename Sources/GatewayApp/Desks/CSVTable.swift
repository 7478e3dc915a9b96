/// Reads comma- or semicolon-separated values (RFC 4180), as table programs write them.
enum CSVTable {
    /// A row with the line on which it begins, counted from 1.
    struct Row: Hashable {
        var line: Int
        var cells: [String]
        /// True where a quote was opened in it and never closed.
        var isUnclosed = false
    }

    /// The rows; empty lines are left out. The separator is a semicolon where the first line has more of them.
    static func rows(of text: String) -> [Row] {
        let body = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
        let head = body.prefix { !$0.isNewline }
        let separator: Character = head.count { $0 == ";" } > head.count { $0 == "," } ? ";" : ","
        var rows: [Row] = []
        var cells: [String] = []
        var cell = ""
        var line = 1
        var start = 1
        var isQuoted = false
        func endRow() {
            cells.append(cell)
            cell = ""
            if cells.contains(where: { !$0.isEmpty }) { rows.append(Row(line: start, cells: cells)) }
            cells = []
        }
        var index = body.startIndex
        while index < body.endIndex {
            let character = body[index]
            let next = body.index(after: index)
            if isQuoted {
                if character == "\"" {
                    if next < body.endIndex, body[next] == "\"" {
                        cell.append("\"")
                        index = body.index(after: next)
                        continue
                    }
                    isQuoted = false
                } else {
                    if character.isNewline { line += 1 }
                    cell.append(character)
                }
            } else if character == "\"", cell.isEmpty {
                isQuoted = true
            } else if character == separator {
                cells.append(cell)
                cell = ""
            } else if character.isNewline {
                endRow()
                line += 1
                start = line
            } else {
                cell.append(character)
            }
            index = next
        }
        endRow()
        if isQuoted, let last = rows.indices.last { rows[last].isUnclosed = true }
        return rows
    }
}
