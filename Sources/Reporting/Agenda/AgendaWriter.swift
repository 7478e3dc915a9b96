import GatewayModel

/// Writes the drafted agenda in one language.
public struct AgendaWriter: Sendable {
    /// The forms an agenda can have; the calendar file is made by ``CalendarFile``.
    public enum Form: String, Sendable, CaseIterable {
        /// One self-contained page.
        case html
        /// For forums and chats.
        case markdown
        /// For programs.
        case json
    }

    private let items: [AgendaItem]
    private let model: ReportModel
    private let phrases: Phrasebook

    /// Makes a writer for the items drafted from a model.
    public init(_ items: [AgendaItem], model: ReportModel, phrases: Phrasebook) {
        self.items = items
        self.model = model
        self.phrases = phrases
    }

    /// The agenda as UTF-8 text in that form.
    public func text(_ form: Form) -> String {
        switch form {
        case .html: HTMLView(document()).text()
        case .markdown: MarkdownView(document()).text()
        case .json: JSONNode.array(items.map(JSONView.item)).text() + "\n"
        }
    }

    private func document() -> Document {
        let words = ReportWords(phrases: phrases, zone: model.facts.zone)
        let title = words.text(
            "agenda.title", ["community": Escaping.singleLine(model.facts.communityName, limit: 100)])
        var blocks: [DocumentBlock] = []
        if model.facts.isDemonstration { blocks.append(.notice(words.text("report.demonstration"))) }
        if let next = model.facts.nextAssemblies.first {
            blocks.append(.paragraph(words.text("agenda.next", ["moment": words.moment(next)])))
        } else {
            blocks.append(.paragraph(words.text("agenda.no_meeting")))
        }
        if let closes = model.facts.agendaClosesAt {
            blocks.append(.paragraph(words.text("agenda.closes", ["moment": words.moment(closes)])))
        }
        if let quorum = model.facts.quorum { blocks.append(.paragraph(AgendaWriter.quorum(quorum, words))) }
        blocks.append(.paragraph(words.text(items.isEmpty ? "agenda.empty" : "agenda.intro")))
        for (index, item) in items.enumerated() { blocks += section(item, number: index + 1, words) }
        return Document(language: words.language, title: title, blocks: blocks)
    }

    /// How many have to come.
    static func quorum(_ quorum: QuorumFacts, _ words: ReportWords) -> String {
        let said = Escaping.singleLine(quorum.words, limit: 200)
        guard let needed = quorum.needed else { return words.text("agenda.quorum.words", ["words": said]) }
        let values = ["count": String(needed), "words": said]
        return words.text(said.isEmpty ? "agenda.quorum.number" : "agenda.quorum.both", values)
    }

    private func section(_ item: AgendaItem, number: Int, _ words: ReportWords) -> [DocumentBlock] {
        let options = item.options.map { [DocumentTable.Cell($0.text), DocumentTable.Cell($0.consequence)] }
        return [
            .heading(
                level: 2, words.text("agenda.item_heading", ["number": String(number), "title": item.title])),
            .statement(
                shape: item.ask == .decide ? "◆" : item.ask == .discuss ? "◇" : "○",
                word: words.text("agenda.ask.\(item.ask.rawValue)"), text: item.summary),
            .heading(level: 3, words.text("agenda.facts.heading")), .list(item.facts),
            .table(
                DocumentTable(
                    caption: words.text("agenda.options.caption"),
                    columns: ["option", "then"].map { .init(title: words.text("agenda.options.\($0)")) },
                    rows: options)),
            .paragraph(
                words.text(
                    item.touchesEssentialSupply ? "agenda.affected_essential" : "agenda.affected_line",
                    ["who": item.whoIsAffected, "minutes": String(item.requestedMinutes)])),
            .paragraph(words.text("agenda.reference", ["id": String(item.id.prefix(8))])),
        ]
    }
}
