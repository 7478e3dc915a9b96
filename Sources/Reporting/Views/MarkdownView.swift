import GatewayModel

/// A document as Markdown (CommonMark with tables), for forums and chats.
struct MarkdownView {
    private let document: Document

    init(_ document: Document) {
        self.document = document
    }

    func text() -> String {
        (["# " + Escaping.markdownFile(document.title)] + document.blocks.map(block)).joined(separator: "\n\n") + "\n"
    }

    /// Blocks on their own, to stand below a text that is there already.
    static func text(of blocks: [DocumentBlock]) -> String {
        let view = MarkdownView(Document(language: "", title: "", blocks: blocks))
        return blocks.map(view.block).joined(separator: "\n\n")
    }

    private func block(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(let level, let text): String(repeating: "#", count: level) + " " + Escaping.markdownFile(text)
        case .paragraph(let text): Escaping.markdownFile(text)
        case .notice(let text): "**\(Escaping.markdownFile(text))**"
        case .statement(let shape, let word, let text):
            "**\(Escaping.markdownFile(shape)) \(Escaping.markdownFile(word))** \(Escaping.markdownFile(text))"
        case .list(let items): items.map { "- " + Escaping.markdownFile($0) }.joined(separator: "\n")
        case .steps(let items):
            items.enumerated().map { "\($0 + 1). " + Escaping.markdownFile($1) }.joined(separator: "\n")
        case .table(let table): self.table(table)
        case .chart(let chart): "**\(Escaping.markdownFile(chart.title))** \(Escaping.markdownFile(chart.sentence))"
        case .checkNumber(let lines): lines.map { "    " + $0 }.joined(separator: "\n")
        // Unescaped, since people write behind it and it is read again line by line.
        case .mark(let label, let value):
            Escaping.singleLine("\(label): \(value)")
        }
    }

    private func table(_ table: DocumentTable) -> String {
        let head = "| " + table.columns.map { Escaping.markdownFile($0.title) }.joined(separator: " | ") + " |"
        let rule = "|" + table.columns.map { $0.isNumber ? " ---: |" : " --- |" }.joined()
        let rows = table.rows.map { row in
            "| "
                + row.map { $0.isStruck ? "~~\(Escaping.markdownFile($0.text))~~" : Escaping.markdownFile($0.text) }
                .joined(separator: " | ") + " |"
        }
        return "**\(Escaping.markdownFile(table.caption))**\n\n" + ([head, rule] + rows).joined(separator: "\n")
    }
}
