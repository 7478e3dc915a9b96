import Foundation
import GatewayModel

/// What is new since an agenda was posted, to be added to papers that people have changed: every byte of theirs stays.
public struct AgendaAdditions: Sendable {
    /// New items, and new facts of those that stand there already; nothing where there are none.
    private let whole: [DocumentBlock]
    /// The same for one sheet of paper, which has titles and no facts.
    private let short: [DocumentBlock]
    private let heading: String
    private let title: String
    private let language: String
    /// Tells the tables of these additions from others in the same paper.
    private let mark: String

    init(_ writer: AgendaWriter, to posted: [AgendaItem]) {
        let words = writer.words
        let known = Dictionary(posted.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var number = posted.count { !$0.isForInformation }
        var asked: [AgendaItem] = []
        var rest: [AgendaItem] = []
        var blocks: [DocumentBlock] = []
        for item in writer.items {
            // What stood there for information and is asked now needs its place for the result.
            guard let earlier = known[item.id], item.isForInformation || !earlier.isForInformation else {
                guard !item.isForInformation else {
                    rest.append(item)
                    continue
                }
                number += 1
                asked.append(item)
                blocks += writer.section(item, number: number)
                continue
            }
            let fresh = item.facts.filter { !earlier.facts.contains($0) }
            guard !fresh.isEmpty else { continue }
            let values = ["title": item.title, "reference": String(item.id.prefix(8))]
            blocks += [.paragraph(words.text("agenda.added.facts", values)), .list(fresh)]
        }
        if !rest.isEmpty {
            blocks += [.heading(level: 3, words.text("agenda.information.heading")), .list(rest.map(writer.line))]
        }
        whole = blocks
        short =
            (asked.isEmpty ? [] : [writer.askedTable(asked, from: number - asked.count + 1)])
            + (rest.isEmpty ? [] : [.list(rest.map(\.title))])
        heading = words.text("agenda.added.heading", ["moment": words.moment(writer.model.facts.generatedAt)])
        title = writer.title
        language = words.language
        mark = "Added\(writer.model.facts.generatedAt.milliseconds)N"
    }

    /// True where a paper of that form says nothing that is new.
    public func isEmpty(in form: AgendaWriter.Form) -> Bool { blocks(form).isEmpty }

    /// The paper with what is new at its end; nil where that cannot be done without touching what people wrote.
    ///
    /// - Parameter paper: the file's bytes, as whatever program saved them.
    public func added(to paper: Data, _ form: AgendaWriter.Form) -> Data? {
        let all = [DocumentBlock.heading(level: 2, heading)] + blocks(form)
        return switch form {
        case .markdown: EditedPaper.markdown(paper, adding: MarkdownView.text(of: all))
        case .odt: EditedPaper.flatODT(paper, adding: FlatODTView.text(of: all, tables: mark))
        case .sheet, .html: EditedPaper.html(paper, adding: HTMLView.text(of: all))
        case .text, .json: nil
        }
    }

    /// A page of its own that LibreOffice opens, for a paper to which nothing can be added.
    ///
    /// - Parameter name: the paper's file name.
    public func page(beside name: String, _ form: AgendaWriter.Form) -> String {
        let document = Document(
            language: language, title: title,
            blocks: [.paragraph(name), .heading(level: 2, heading)] + blocks(form))
        return FlatODTView(document).text()
    }

    /// The page of ``page(beside:_:)`` with what is new since; nil where it cannot be added to.
    public func addedToPage(_ page: Data, _ form: AgendaWriter.Form) -> Data? {
        let all = [DocumentBlock.heading(level: 2, heading)] + blocks(form)
        return EditedPaper.flatODT(page, adding: FlatODTView.text(of: all, tables: mark))
    }

    private func blocks(_ form: AgendaWriter.Form) -> [DocumentBlock] { form == .sheet ? short : whole }
}

extension AgendaWriter {
    /// What is new since an agenda with these items was posted.
    public func additions(to posted: [AgendaItem]) -> AgendaAdditions { AgendaAdditions(self, to: posted) }
}
