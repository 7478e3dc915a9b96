import Delivery
import Foundation
import GatewayModel
import Reporting
import Storage

/// The files of a posted agenda. What a person has changed is never written again: the gateway only adds to it.
///
/// What the files are to be is decided here and committed with the posting; ``finish(_:in:)`` writes them afterwards, so
/// that a file is never the gateway's without the database knowing it.
struct AgendaPapers {
    /// What is to be done with the files.
    struct Plan {
        /// The files as they will be.
        var papers: [String: AgendaPaper] = [:]
        /// Those that are to be written.
        var pending: [PendingPaper] = []
        /// What is said of each file: a key below `acts.done`, and the path as people look for it.
        var news: [(key: String, path: String)] = []
        /// SHA-256 of the Markdown file in the community's first language.
        var sha256 = ""

        func lines(_ book: Phrasebook) -> [String] {
            let order = ["agenda_written", "agenda_added", "agenda_beside", "agenda_left"]
            return order.flatMap { key in
                news.filter { $0.key == key }.map { book.text("acts.done.\(key)", ["file": $0.path]) }
            }
        }
    }

    /// What word processors save that nothing can be added to: where such a file lies beside, people work in it.
    private static let foreign = [".odt", ".docx", ".doc", ".rtf"]

    let site: Site
    let papers: Papers
    let meeting: CalendarDate
    private var folder: String { site.configuration.papersFolder }

    init(site: Site, papers: Papers, meeting: CalendarDate) {
        self.site = site
        self.papers = papers
        self.meeting = meeting
    }

    /// What every file is to be; `known` is how they were decided upon last, `earlier` the items as they were posted before.
    ///
    /// - Throws: ``AppError`` where the folder cannot be written.
    func plan(
        _ items: [PostedItem], earlier: [String: [String: AgendaItem]], known: [String: AgendaPaper]
    ) throws -> Plan {
        // People take, change and print these papers; nothing in them is secret.
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o775])
        } catch {
            throw AgendaPapers.unwritable(folder, error.localizedDescription)
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw AgendaPapers.unwritable(folder, "this account may not write there")
        }
        var plan = Plan()
        for (index, language) in site.configuration.community.languages.enumerated() {
            let own = items.compactMap { $0.items[language] ?? $0.items.sorted { $0.key < $1.key }.first?.value }
            let name = "agenda-\(meeting)" + (index == 0 ? "" : ".\(language)")
            let before = earlier.values.compactMap { $0[language] ?? $0.sorted { $0.key < $1.key }.first?.value }
            let news = papers.additions(own, to: before, language: language, meeting: meeting)
            for (ending, form) in [(".md", AgendaWriter.Form.markdown), (".fodt", .odt), (".html", .sheet)] {
                let text = papers.agenda(own, form, language: language, meeting: meeting)
                put(text, as: name + ending, known[name + ending], adding: (news, form), into: &plan)
            }
            if index == 0 {
                put(
                    papers.agenda(own, .json, language: language), as: name + ".json", known[name + ".json"],
                    into: &plan)
                put(papers.calendar(own, language: language), as: name + ".ics", known[name + ".ics"], into: &plan)
                plan.sha256 = plan.papers[name + ".md"]?.sha256 ?? ""
            }
            for ending in AgendaPapers.foreign where bytes(of: name + ending) != nil && !news.isEmpty(in: .odt) {
                putBeside(name + ending, news, .odt, into: &plan)
            }
        }
        return plan
    }

    /// Writes what was decided upon and not written yet, also what was left when the program was killed.
    ///
    /// What somebody has changed in the meantime stays theirs; the gateway's paper is laid beside it.
    /// - Throws: ``AppError`` where a file cannot be written; it is written with the next call.
    static func finish(_ store: Store, in folder: String) throws {
        for paper in try store.pendingPapers() {
            let path = folder + "/" + paper.file
            let present = FileManager.default.contents(atPath: path).map { Fingerprint.sha256($0) }
            guard let present, present != paper.before, present != Fingerprint.sha256(paper.body) else {
                try write(paper.body, to: path)
                FailPoint.hit("agenda-paper-written")
                try store.paperWritten(paper)
                continue
            }
            let ending = "." + (paper.file as NSString).pathExtension
            let beside = (1...).lazy.map { path + ".added" + ($0 == 1 ? "" : "-\($0)") + ending }
                .first { !FileManager.default.fileExists(atPath: $0) }
            if let beside { try write(paper.body, to: beside) }
            try store.paperWritten(paper, left: present)
        }
    }

    private func put(
        _ text: String, as name: String, _ known: AgendaPaper?,
        adding: (news: AgendaAdditions, form: AgendaWriter.Form)? = nil, into plan: inout Plan
    ) {
        let present = bytes(of: name)
        let sha256 = present.map { Fingerprint.sha256($0) }
        let isOpen = self.isOpen(name)
        // A file that the gateway does not know of is somebody's too.
        let isEdited = isOpen || (known.map { $0.isEdited || sha256 != $0.sha256 } ?? true)
        guard let present, let sha256, isEdited else {
            let data = Data(text.utf8)
            plan.papers[name] = AgendaPaper(sha256: Fingerprint.sha256(data), isEdited: false)
            plan.pending.append(PendingPaper(meeting: meeting, file: name, before: sha256, body: data))
            plan.news.append(("agenda_written", folder + "/" + name))
            return
        }
        plan.papers[name] = AgendaPaper(sha256: sha256, isEdited: true)
        guard let (news, form) = adding, !news.isEmpty(in: form) else {
            plan.news.append(("agenda_left", folder + "/" + name))
            return
        }
        guard !isOpen, let data = news.added(to: present, form) else {
            return putBeside(name, news, form, into: &plan)
        }
        plan.papers[name] = AgendaPaper(sha256: Fingerprint.sha256(data), isEdited: true)
        plan.pending.append(PendingPaper(meeting: meeting, file: name, before: sha256, body: data))
        plan.news.append(("agenda_added", folder + "/" + name))
    }

    /// What is new goes onto a page of its own, which grows with every posting.
    private func putBeside(_ name: String, _ news: AgendaAdditions, _ form: AgendaWriter.Form, into plan: inout Plan) {
        let names = (1...).lazy.map { name + ".added" + ($0 == 1 ? "" : "-\($0)") + ".fodt" }
        for page in names where !isOpen(page) {
            let present = bytes(of: page)
            let fresh = Data(news.page(beside: name, form).utf8)
            // Where that page was changed so that nothing fits in any more, another one is begun.
            guard let data = present.map({ news.addedToPage($0, form) }) ?? fresh else { continue }
            plan.papers[page] = AgendaPaper(sha256: Fingerprint.sha256(data), isEdited: true)
            plan.pending.append(
                PendingPaper(
                    meeting: meeting, file: page, before: present.map { Fingerprint.sha256($0) }, body: data))
            plan.news.append(("agenda_beside", folder + "/" + page))
            return
        }
    }

    /// LibreOffice keeps such a file while somebody has a paper open: what is written now is lost when they save it.
    private func isOpen(_ name: String) -> Bool { bytes(of: ".~lock.\(name)#") != nil }

    private func bytes(of name: String) -> Data? { FileManager.default.contents(atPath: folder + "/" + name) }

    private static func write(_ data: Data, to path: String) throws {
        do throws(AtomicFile.Failure) {
            try AtomicFile.write(data, to: path, permissions: 0o664)
        } catch {
            throw AgendaPapers.unwritable(path, "\(error)")
        }
    }

    private static func unwritable(_ path: String, _ reason: String) -> AppError {
        AppError(
            "\(path) cannot be written: \(reason)",
            remedy: "check `papers_folder:` in the configuration, and who may write there; then post again")
    }
}
