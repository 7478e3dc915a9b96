import GatewayModel

/// A document as lines for a terminal; a table becomes a paragraph a row, since terminals are narrow.
struct PlainView {
    private let document: Document

    init(_ document: Document) {
        self.document = document
    }

    func text() -> String {
        ([document.title] + document.blocks.map(block)).joined(separator: "\n\n")
            .split(separator: "\n", omittingEmptySubsequences: false).map { Escaping.terminal(String($0)) }
            .joined(separator: "\n") + "\n"
    }

    private func block(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(_, let text), .paragraph(let text), .notice(let text): text
        case .mark(let label, let value): "\(label): \(value)"
        case .statement(let shape, let word, let text): "\(shape) \(word): \(text)"
        case .list(let items): items.map { "- " + $0 }.joined(separator: "\n")
        case .steps(let items): items.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
        case .table(let table): ([table.caption] + table.rows.map { row($0, table.columns) }).joined(separator: "\n\n")
        case .chart(let chart):
            ([chart.title] + chart.points.map { "  " + $0.text }).joined(separator: "\n")
        case .checkNumber(let lines): lines.map { "    " + $0 }.joined(separator: "\n")
        }
    }

    private func row(_ cells: [DocumentTable.Cell], _ columns: [DocumentTable.Column]) -> String {
        let rest = zip(columns, cells).dropFirst().filter { !$1.text.isEmpty }
        return ([cells.first?.text ?? ""] + rest.map { "  \($0.title): \($1.text)" }).joined(separator: "\n")
    }
}
