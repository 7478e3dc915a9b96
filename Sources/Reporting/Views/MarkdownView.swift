import GatewayModel

/// A document as Markdown (CommonMark with tables), for forums and chats.
struct MarkdownView {
    private let document: Document

    init(_ document: Document) {
        self.document = document
    }

    func text() -> String {
        (["# " + Escaping.markdown(document.title)] + document.blocks.map(block)).joined(separator: "\n\n") + "\n"
    }

    /// Blocks on their own, to stand below a text that is there already.
    static func text(of blocks: [DocumentBlock]) -> String {
        let view = MarkdownView(Document(language: "", title: "", blocks: blocks))
        return blocks.map(view.block).joined(separator: "\n\n")
    }

    private func block(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(let level, let text): String(repeating: "#", count: level) + " " + Escaping.markdown(text)
        case .paragraph(let text): Escaping.markdown(text)
        case .notice(let text): "**\(Escaping.markdown(text))**"
        case .statement(let shape, let word, let text):
            "**\(Escaping.markdown(shape)) \(Escaping.markdown(word))** \(Escaping.markdown(text))"
        case .list(let items): items.map { "- " + Escaping.markdown($0) }.joined(separator: "\n")
        case .steps(let items):
            items.enumerated().map { "\($0 + 1). " + Escaping.markdown($1) }.joined(separator: "\n")
        case .table(let table): self.table(table)
        case .chart(let chart): "**\(Escaping.markdown(chart.title))** \(Escaping.markdown(chart.sentence))"
        case .checkNumber(let lines): lines.map { "    " + $0 }.joined(separator: "\n")
        // Unescaped, since people write behind it and it is read again line by line.
        case .mark(let label, let value):
            Escaping.singleLine("\(label): \(value)")
        }
    }

    private func table(_ table: DocumentTable) -> String {
        let head = "| " + table.columns.map { Escaping.markdown($0.title) }.joined(separator: " | ") + " |"
        let rule = "|" + table.columns.map { $0.isNumber ? " ---: |" : " --- |" }.joined()
        let rows = table.rows.map { row in
            "| "
                + row.map { $0.isStruck ? "~~\(Escaping.markdown($0.text))~~" : Escaping.markdown($0.text) }
                .joined(separator: " | ") + " |"
        }
        return "**\(Escaping.markdown(table.caption))**\n\n" + ([head, rule] + rows).joined(separator: "\n")
    }
}
