import GatewayModel

/// Writes the monthly report in its forms, in one language; pure, and the same bytes for the same facts.
public struct ReportWriter: Sendable {
    /// The forms a report can have.
    public enum Form: String, Sendable, CaseIterable {
        /// One self-contained page that prints on A4.
        case html
        /// For forums and chats.
        case markdown
        /// The figures for a spreadsheet.
        case csv
        /// The figures for programs.
        case json
    }

    private let model: ReportModel
    private let agenda: [AgendaItem]
    private let phrases: Phrasebook

    /// Makes a writer for a model, with what the assembly is asked.
    public init(_ model: ReportModel, agenda: [AgendaItem], phrases: Phrasebook) {
        self.model = model
        self.agenda = agenda
        self.phrases = phrases
    }

    /// The report as UTF-8 text in that form.
    public func text(_ form: Form) -> String {
        let words = ReportWords(phrases: phrases, zone: model.facts.zone)
        return switch form {
        case .html: HTMLView(.report(model, agenda: agenda, phrases: phrases)).text()
        case .markdown: MarkdownView(.report(model, agenda: agenda, phrases: phrases)).text()
        case .csv: CSVView(model, words: words).text()
        case .json: JSONView(model, agenda: agenda, words: words).text()
        }
    }
}
