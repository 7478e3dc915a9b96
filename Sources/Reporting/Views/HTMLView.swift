import GatewayModel

/// A document as one self-contained HTML file that prints on A4 and reads well aloud.
struct HTMLView {
    private let document: Document
    /// Set closer, so that it fits on one sheet of paper.
    private let isSheet: Bool

    init(_ document: Document, isSheet: Bool = false) {
        self.document = document
        self.isSheet = isSheet
    }

    func text() -> String {
        let style = HTMLView.styleSheet + (isSheet ? HTMLView.sheetStyle : "")
        var parts = [
            "<!DOCTYPE html>", "<html lang=\"\(Escaping.htmlAttribute(document.language))\">", "<head>",
            "<meta charset=\"utf-8\">", "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<title>\(Escaping.html(document.title))</title>", "<style>\(style)</style>", "</head>",
            "<body>", "<main>", "<h1>\(Escaping.html(document.title))</h1>",
        ]
        parts += document.blocks.map(block)
        parts += ["</main>", "</body>", "</html>", ""]
        return parts.joined(separator: "\n")
    }

    /// Blocks on their own, to stand on a page that is there already.
    static func text(of blocks: [DocumentBlock]) -> String {
        let view = HTMLView(Document(language: "", title: "", blocks: blocks))
        return blocks.map(view.block).joined(separator: "\n")
    }

    private func block(_ block: DocumentBlock) -> String {
        switch block {
        case .heading(let level, let text): "<h\(level)>\(Escaping.html(text))</h\(level)>"
        case .paragraph(let text): "<p>\(Escaping.html(text))</p>"
        case .mark(let label, let value): "<p>\(Escaping.html(label)): \(Escaping.html(value))</p>"
        case .notice(let text): "<p class=\"notice\">\(Escaping.html(text))</p>"
        case .statement(let shape, let word, let text):
            "<p class=\"statement\"><strong><span aria-hidden=\"true\">\(Escaping.html(shape))</span> "
                + "\(Escaping.html(word))</strong> \(Escaping.html(text))</p>"
        case .list(let items): list(items, tag: "ul")
        case .steps(let items): list(items, tag: "ol")
        case .table(let table): self.table(table)
        case .chart(let chart):
            "<figure>\n<p class=\"chart-title\">\(Escaping.html(chart.title))</p>\n\(ChartSVG(chart).svg())\n"
                + "<figcaption>\(Escaping.html(chart.sentence))</figcaption>\n</figure>"
        case .checkNumber(let lines):
            "<p class=\"check-number\">" + lines.map(Escaping.html).joined(separator: "<br>\n") + "</p>"
        }
    }

    private func list(_ items: [String], tag: String) -> String {
        "<\(tag)>\n" + items.map { "<li>\(Escaping.html($0))</li>\n" }.joined() + "</\(tag)>"
    }

    private func table(_ table: DocumentTable) -> String {
        var lines = [
            "<div class=\"scroll\">", "<table>", "<caption>\(Escaping.html(table.caption))</caption>", "<thead>",
        ]
        let head = table.columns.map { column in
            "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>\(Escaping.html(column.title))</th>"
        }
        lines += ["<tr>\(head.joined())</tr>", "</thead>", "<tbody>"]
        for row in table.rows {
            let cells = zip(row.indices, row).map { index, cell in
                let isNumber = table.columns.indices.contains(index) && table.columns[index].isNumber
                let style = isNumber ? " class=\"number\"" : ""
                let text = cell.isStruck ? "<s>\(Escaping.html(cell.text))</s>" : Escaping.html(cell.text)
                return index == 0 ? "<th scope=\"row\">\(text)</th>" : "<td\(style)>\(text)</td>"
            }
            lines.append("<tr>\(cells.joined())</tr>")
        }
        return (lines + ["</tbody>", "</table>", "</div>"]).joined(separator: "\n")
    }

    private static let sheetStyle = """

        main { line-height: 1.2; }
        h1 { font-size: 1.6rem; margin: .2rem 0; }
        h2 { margin: .6rem 0 .2rem; }
        p, ul, table { margin-top: .3rem; margin-bottom: .3rem; }
        @media print { body { font-size: 11pt; } }

        """

    /// Black on white, 12 pt on paper; contrast of every text and line at least 4.5 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
    private static let styleSheet = """

        :root { color-scheme: light; }
        body { margin: 0; background: #fff; color: #111; font: 1.05rem/1.5 system-ui, "Noto Sans", sans-serif; }
        main { max-width: 48rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; }
        h2 { font-size: 1.35rem; margin: 2rem 0 .5rem; padding-top: .4rem; border-top: 3px solid #111; }
        h3 { font-size: 1.1rem; margin: 1.2rem 0 .3rem; }
        .notice { border: 3px dashed #111; padding: .6rem 1rem; font-weight: bold; }
        .statement strong { display: inline-block; border: 2px solid #111; border-radius: .3rem; padding: 0 .5rem;
          margin-right: .4rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; margin: .8rem 0 1.2rem; font-size: .92rem; }
        caption { text-align: left; font-weight: bold; padding-bottom: .3rem; }
        th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #767676; }
        thead th { border-bottom: 2px solid #111; }
        tbody th { font-weight: normal; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        td.number { white-space: nowrap; }
        figure { margin: 1rem 0; break-inside: avoid; }
        .chart-title { font-weight: bold; margin: 0; }
        figcaption { font-size: .95rem; }
        svg { width: 100%; height: auto; font: 13px system-ui, "Noto Sans", sans-serif; }
        svg text { fill: #111; }
        svg .label { font-weight: bold; paint-order: stroke; stroke: #fff; stroke-width: 4px; }
        svg .unknown { font-weight: bold; }
        svg .grid { stroke: #c4c4c4; }
        svg .bar { stroke: #123f5a; }
        svg .whole { fill: #1f6f9f; }
        svg .hatch { stroke: #1f6f9f; stroke-width: 2; }
        svg .line { fill: none; stroke: #1f6f9f; stroke-width: 2.5; }
        svg .dot { fill: #1f6f9f; }
        svg .usual { stroke: #111; stroke-width: 1.5; stroke-dasharray: 2 4; }
        svg .limit { stroke: #a00000; stroke-width: 2.5; stroke-dasharray: 12 5; }
        .check-number { font: bold 1.15rem/1.7 ui-monospace, monospace; }
        @page { size: A4; margin: 16mm; @bottom-right { content: counter(page) " / " counter(pages); } }
        @media print {
          body { font-size: 12pt; }
          main { max-width: none; padding: 0; }
          h2, h3, caption { break-after: avoid; }
          tr, .statement, .check-number { break-inside: avoid; }
          .scroll { overflow: visible; }
        }

        """
}
