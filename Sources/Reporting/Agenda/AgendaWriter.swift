import GatewayModel

/// Writes the drafted agenda in one language.
public struct AgendaWriter: Sendable {
    /// The forms an agenda can have; the calendar file is made by ``CalendarFile``.
    public enum Form: String, Sendable, CaseIterable {
        /// One self-contained page.
        case html
        /// One sheet of paper for the notice board: what is asked, in a line each.
        case sheet
        /// For forums and chats, and for marking what came of each item.
        case markdown
        /// For LibreOffice and other word processors: a flat OpenDocument text.
        case odt
        /// For mails and the terminal.
        case text
        /// For programs.
        case json
    }

    /// Items for information that a sheet of paper names; of the rest their number.
    private static let mostTitles = 5
    let items: [AgendaItem]
    let model: ReportModel
    let words: ReportWords
    /// The meeting whose agenda this is; nil for a draft that nobody marks.
    private let meeting: CalendarDate?
    /// What people reported of the items, by their ids; nil where that is still to come.
    private var outcomes: [String: AgendaPast]?

    /// Makes a writer for the items drafted from a model; with a `meeting` there are lines to mark what came of each.
    public init(_ items: [AgendaItem], model: ReportModel, phrases: Phrasebook, meeting: CalendarDate? = nil) {
        self.items = items
        self.model = model
        words = ReportWords(phrases: phrases, zone: model.facts.zone)
        self.meeting = meeting
    }

    /// Makes a writer for an agenda that was posted, with what people reported of its items.
    ///
    /// The items have taken over what was reported; their order is that of the agenda.
    public init(reported: [(item: AgendaItem, past: AgendaPast)], model: ReportModel, phrases: Phrasebook) {
        let items = reported.map { entry in
            var item = entry.item
            // What was for information then may have been decided all the same.
            item.isForInformation = false
            return item
        }
        self.init(items, model: model, phrases: phrases)
        outcomes = Dictionary(reported.map { ($0.item.id, $0.past) }, uniquingKeysWith: { first, _ in first })
    }

    /// The agenda as UTF-8 text in that form.
    public func text(_ form: Form) -> String {
        switch form {
        case .html: HTMLView(document()).text()
        case .sheet: HTMLView(sheet(), isSheet: true).text()
        case .markdown: MarkdownView(document()).text()
        case .odt: FlatODTView(document()).text()
        case .text: PlainView(document()).text()
        case .json: JSONNode.array(items.map(JSONView.item)).text() + "\n"
        }
    }

    func head() -> [DocumentBlock] {
        var blocks: [DocumentBlock] = []
        if model.facts.isDemonstration { blocks.append(.notice(words.text("report.demonstration"))) }
        if outcomes != nil { return blocks }
        if let next = model.facts.nextAssemblies.first {
            blocks.append(.paragraph(words.text("agenda.next", ["moment": words.moment(next)])))
        } else {
            blocks.append(.paragraph(words.text("agenda.no_meeting")))
        }
        if let closes = model.facts.agendaClosesAt {
            blocks.append(.paragraph(words.text("agenda.closes", ["moment": words.moment(closes)])))
        }
        if let quorum = model.facts.quorum { blocks.append(.paragraph(AgendaWriter.quorum(quorum, words))) }
        return blocks
    }

    var title: String {
        let community = Escaping.singleLine(model.facts.communityName, limit: 100)
        if outcomes != nil, let day = items.first?.assembly {
            return words.text("agenda.title_past", ["community": community, "date": words.date(day)])
        }
        return words.text(meeting == nil ? "agenda.title" : "agenda.title_posted", ["community": community])
    }

    private func document() -> Document {
        var blocks = head()
        if outcomes == nil { blocks.append(.paragraph(words.text(items.isEmpty ? "agenda.empty" : "agenda.intro"))) }
        if let meeting {
            blocks += [
                .paragraph(words.text("agenda.mark.how")),
                .mark(label: words.text("agenda.mark.meeting"), value: meeting.description),
                .mark(label: words.text("agenda.mark.present"), value: ""),
            ]
        }
        let asked = items.filter { !$0.isForInformation }
        if !asked.isEmpty, outcomes == nil { blocks.append(.paragraph(total(asked))) }
        for (index, item) in asked.enumerated() { blocks += section(item, number: index + 1) }
        blocks += information(items.filter(\.isForInformation))
        return Document(language: words.language, title: title, blocks: blocks)
    }

    /// The same on one sheet.
    private func sheet() -> Document {
        var blocks = head()
        let asked = items.filter { !$0.isForInformation }
        if items.isEmpty { blocks.append(.paragraph(words.text("agenda.empty"))) }
        if !asked.isEmpty { blocks.append(askedTable(asked, from: 1)) }
        let rest = items.filter(\.isForInformation)
        if !rest.isEmpty {
            var titles = rest.prefix(AgendaWriter.mostTitles).map(\.title)
            if rest.count > titles.count {
                titles.append(words.text("agenda.sheet.rest", ["count": String(rest.count - titles.count)]))
            }
            blocks += [.heading(level: 2, words.text("agenda.information.heading")), .list(titles)]
        }
        blocks.append(.paragraph(words.text("agenda.sheet.more")))
        return Document(language: words.language, title: title, blocks: blocks)
    }

    /// What is asked, a line each, numbered from `first` on.
    func askedTable(_ asked: [AgendaItem], from first: Int) -> DocumentBlock {
        .table(
            DocumentTable(
                caption: total(asked),
                columns: [
                    .init(title: words.text("agenda.sheet.item")), .init(title: words.text("agenda.sheet.ask")),
                    .init(title: words.text("agenda.sheet.minutes"), isNumber: true),
                ],
                rows: asked.enumerated().map { index, item in
                    let values = ["number": String(first + index), "title": item.title]
                    return [
                        DocumentTable.Cell(words.text("agenda.item_heading", values)),
                        DocumentTable.Cell(words.text("agenda.ask.\(item.ask.rawValue)")),
                        DocumentTable.Cell(String(item.requestedMinutes)),
                    ]
                }))
    }

    private func total(_ asked: [AgendaItem]) -> String {
        let minutes = asked.reduce(0) { $0 + $1.requestedMinutes }
        return words.text("agenda.total", ["count": String(asked.count), "minutes": String(minutes)])
    }

    /// How many have to come.
    static func quorum(_ quorum: QuorumFacts, _ words: ReportWords) -> String {
        let said = Escaping.singleLine(quorum.words, limit: 200)
        guard let needed = quorum.needed else { return words.text("agenda.quorum.words", ["words": said]) }
        let values = ["count": String(needed), "words": said]
        return words.text(said.isEmpty ? "agenda.quorum.number" : "agenda.quorum.both", values)
    }

    func section(_ item: AgendaItem, number: Int) -> [DocumentBlock] {
        let options = item.options.map { [DocumentTable.Cell($0.text), DocumentTable.Cell($0.consequence)] }
        var blocks: [DocumentBlock] = [
            .heading(
                level: 2, words.text("agenda.item_heading", ["number": String(number), "title": item.title])),
            .statement(
                shape: item.ask == .decide ? "◆" : item.ask == .discuss ? "◇" : "○",
                word: words.text("agenda.ask.\(item.ask.rawValue)"), text: item.summary),
        ]
        if item.proposedBy != .gateway {
            blocks.append(.paragraph(words.text("agenda.proposed.\(item.proposedBy.rawValue)")))
        }
        blocks += [.heading(level: 3, words.text("agenda.facts.heading")), .list(item.facts)]
        if let table = item.table { blocks.append(.table(AgendaWriter.table(table))) }
        if !item.history.isEmpty {
            blocks.append(.heading(level: 3, words.text("agenda.history.heading")))
            if let since = item.since {
                let day = words.date(model.facts.day(of: since))
                blocks.append(.paragraph(words.text("agenda.since", ["date": day])))
            }
            blocks.append(.list(item.history))
        }
        blocks.append(
            .table(
                DocumentTable(
                    caption: words.text("agenda.options.caption"),
                    columns: ["option", "then"].map { .init(title: words.text("agenda.options.\($0)")) },
                    rows: options)))
        blocks.append(
            .paragraph(
                words.text(
                    item.touchesEssentialSupply ? "agenda.affected_essential" : "agenda.affected_line",
                    ["who": item.whoIsAffected, "minutes": String(item.requestedMinutes)])))
        let sources = item.evidence.map { AgendaWriter.hashed($0.text, $0.sha256, words) }
        if !sources.isEmpty {
            blocks.append(.paragraph(words.text("agenda.evidence.line", ["list": sources.joined(separator: "; ")])))
        }
        let files = item.attachments.map { AgendaWriter.hashed($0.name, $0.sha256, words) }
        if !files.isEmpty {
            blocks.append(.paragraph(words.text("agenda.attachments", ["list": files.joined(separator: "; ")])))
        }
        if let past = outcomes?[item.id] { blocks += outcome(of: item, past) }
        guard meeting != nil else {
            return blocks + [.paragraph(words.text("agenda.reference", ["id": String(item.id.prefix(8))]))]
        }
        return blocks + [
            .mark(label: words.text("agenda.mark.reference"), value: String(item.id.prefix(8))),
            .mark(label: words.text("agenda.mark.result"), value: ""),
        ]
    }

    /// What people reported of an item.
    private func outcome(of item: AgendaItem, _ past: AgendaPast) -> [DocumentBlock] {
        let decision = Escaping.singleLine(past.decision, limit: 100)
        let what = words.text("agenda.outcome.\(past.status.rawValue)", ["decision": decision])
        let note = Escaping.singleLine(past.note, limit: 300)
        let said = note.isEmpty ? what : words.text("agenda.outcome.noted", ["what": what, "note": note])
        var blocks: [DocumentBlock] = [
            .heading(level: 3, words.text("agenda.outcome.heading")), .paragraph(said),
        ]
        if item.decisionID != nil, let text = item.adoptedText, !text.isEmpty { blocks.append(.paragraph(text)) }
        return blocks
    }

    /// What nobody has to decide, and what there is no room for, a line each.
    private func information(_ items: [AgendaItem]) -> [DocumentBlock] {
        guard !items.isEmpty else { return [] }
        return [
            .heading(level: 2, words.text("agenda.information.heading")),
            .paragraph(words.text("agenda.information.intro")),
            .list(
                items.map(line)),
        ]
    }

    /// An item for information.
    func line(_ item: AgendaItem) -> String {
        words.text(
            "agenda.information.line",
            [
                "ask": words.text("agenda.ask.\(item.ask.rawValue)"), "title": item.title, "summary": item.summary,
                "reference": words.text("agenda.reference", ["id": String(item.id.prefix(8))]),
            ])
    }

    private static func hashed(_ text: String, _ sha256: String?, _ words: ReportWords) -> String {
        guard let sha256 else { return text }
        return words.text("agenda.evidence.hashed", ["text": text, "hash": String(sha256.prefix(16))])
    }

    private static func table(_ table: AgendaItem.Table) -> DocumentTable {
        DocumentTable(
            caption: table.caption, columns: table.columns.map { .init(title: $0) },
            rows: table.rows.map { $0.map { DocumentTable.Cell($0) } })
    }
}
