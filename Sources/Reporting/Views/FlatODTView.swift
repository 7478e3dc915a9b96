import GatewayModel

/// A document as a flat OpenDocument text (OASIS OpenDocument 1.2, part 1, section 2.2.1), which LibreOffice opens and saves.
struct FlatODTView {
    private let document: Document
    /// What the names of its tables begin with: no two in a text have the same.
    private var tables = "T"

    init(_ document: Document) {
        self.document = document
    }

    /// Blocks on their own, to stand in a text that is there already.
    static func text(of blocks: [DocumentBlock], tables: String) -> String {
        var view = FlatODTView(Document(language: "", title: "", blocks: blocks))
        view.tables = tables
        return view.body()
    }

    private func body() -> String {
        document.blocks.enumerated().map { block($0.element, number: $0.offset) }.joined(separator: "\n")
    }

    func text() -> String {
        let title = "<text:h text:style-name=\"H1\" text:outline-level=\"1\">\(Escaping.html(document.title))</text:h>"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" \
            xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" \
            xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" \
            xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" \
            xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" \
            xmlns:dc="http://purl.org/dc/elements/1.1/" \
            office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
            <office:meta><dc:title>\(Escaping.html(document.title))</dc:title>\
            <dc:language>\(Escaping.html(document.language))</dc:language></office:meta>
            \(FlatODTView.styles(language: document.language))
            <office:body><office:text>
            \(title)
            \(body())
            </office:text></office:body>
            </office:document>

            """
    }

    private func block(_ block: DocumentBlock, number: Int) -> String {
        switch block {
        case .heading(let level, let text):
            "<text:h text:style-name=\"H\(level)\" text:outline-level=\"\(level)\">\(Escaping.html(text))</text:h>"
        case .paragraph(let text): paragraph(Escaping.html(text))
        case .mark(let label, let value): paragraph(Escaping.html("\(label): \(value)"))
        case .notice(let text): paragraph(bold(text))
        case .statement(let shape, let word, let text): paragraph(bold("\(shape) \(word)") + " " + Escaping.html(text))
        case .list(let items): list(items, style: "Points")
        case .steps(let items): list(items, style: "Steps")
        case .table(let table): self.table(table, number: number)
        case .chart(let chart): paragraph(bold(chart.title) + " " + Escaping.html(chart.sentence))
        case .checkNumber(let lines): paragraph(lines.map(Escaping.html).joined(separator: "<text:line-break/>"))
        }
    }

    private func paragraph(_ content: String) -> String {
        "<text:p text:style-name=\"P\">\(content)</text:p>"
    }

    private func bold(_ text: String) -> String {
        "<text:span text:style-name=\"B\">\(Escaping.html(text))</text:span>"
    }

    private func list(_ items: [String], style: String) -> String {
        "<text:list text:style-name=\"\(style)\">"
            + items.map { "<text:list-item>\(paragraph(Escaping.html($0)))</text:list-item>" }.joined()
            + "</text:list>"
    }

    private func table(_ table: DocumentTable, number: Int) -> String {
        func cell(_ content: String) -> String {
            "<table:table-cell table:style-name=\"C\" office:value-type=\"string\">\(paragraph(content))</table:table-cell>"
        }
        let head = table.columns.map { cell(bold($0.title)) }.joined()
        let rows = table.rows.map { row in
            "<table:table-row>" + row.map { cell(Escaping.html($0.text)) }.joined() + "</table:table-row>"
        }
        return paragraph(bold(table.caption))
            + "<table:table table:name=\"\(tables)\(number)\">"
            + "<table:table-column table:number-columns-repeated=\"\(table.columns.count)\"/>"
            + "<table:table-header-rows><table:table-row>\(head)</table:table-row></table:table-header-rows>"
            + rows.joined() + "</table:table>"
    }

    /// The styles without a name in a word processor's list: paragraphs, bold words and cells.
    static let ownStyles: [(name: String, text: String)] = [
        (
            "P",
            "<style:style style:name=\"P\" style:family=\"paragraph\">"
                + "<style:paragraph-properties fo:margin-bottom=\"0.15cm\"/></style:style>"
        ),
        (
            "B",
            "<style:style style:name=\"B\" style:family=\"text\">"
                + "<style:text-properties fo:font-weight=\"bold\"/></style:style>"
        ),
        (
            "C",
            "<style:style style:name=\"C\" style:family=\"table-cell\">"
                + "<style:table-cell-properties fo:padding=\"0.1cm\" fo:border=\"0.5pt solid #767676\"/></style:style>"
        ),
    ]

    private static func styles(language: String) -> String {
        let parts = language.split(separator: "-").map(String.init)
        let country = parts.count > 1 ? " fo:country=\"\(Escaping.html(parts[1]))\"" : " fo:country=\"none\""
        func heading(_ level: Int, _ size: String) -> String {
            """
            <style:style style:name="H\(level)" style:family="paragraph" style:default-outline-level="\(level)">\
            <style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.2cm" fo:keep-with-next="always"/>\
            <style:text-properties fo:font-size="\(size)" fo:font-weight="bold"/></style:style>
            """
        }
        func listStyle(_ name: String, _ level: String) -> String {
            "<text:list-style style:name=\"\(name)\">\(level)</text:list-style>"
        }
        let properties = """
            <style:list-level-properties text:list-level-position-and-space-mode="label-alignment">\
            <style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.6cm" \
            fo:margin-left="0.9cm"/></style:list-level-properties>
            """
        return """
            <office:styles>\
            <style:default-style style:family="paragraph"><style:text-properties fo:font-size="11pt" \
            fo:language="\(Escaping.html(parts.first ?? "en"))"\(country)/></style:default-style>\
            \(heading(1, "18pt"))\(heading(2, "14pt"))\(heading(3, "12pt"))\
            \(listStyle("Points", "<text:list-level-style-bullet text:level=\"1\" text:bullet-char=\"•\">\(properties)</text:list-level-style-bullet>"))\
            \(listStyle("Steps", "<text:list-level-style-number text:level=\"1\" style:num-format=\"1\" style:num-suffix=\".\">\(properties)</text:list-level-style-number>"))\
            </office:styles>
            <office:automatic-styles>\
            \(ownStyles.map(\.text).joined())\
            <style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" \
            fo:page-height="29.7cm" fo:margin="1.8cm"/></style:page-layout>\
            </office:automatic-styles>
            <office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles>
            """
    }
}
