import GatewayModel

/// Columns of text, aligned for a terminal; device names are made harmless for it.
enum TextTable {
    static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
        let all = ([header] + rows).map { $0.map { Escaping.terminal($0) } }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            zip(row, widths).enumerated().map { index, cell in
                index == row.count - 1 ? cell.0 : cell.0.padding(to: cell.1)
            }.joined(separator: "  ")
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
