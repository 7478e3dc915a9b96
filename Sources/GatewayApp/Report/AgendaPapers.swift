import Foundation
import GatewayModel
import Reporting
import Storage

/// The files of a posted agenda. What a person has changed is never written again; below a Markdown file the gateway adds.
struct AgendaPapers {
    /// What was done with the files.
    struct Written {
        /// The files as they are now.
        var papers: [String: AgendaPaper] = [:]
        /// Their paths, as people look for them.
        var paths: [String] = []
        /// Files that people changed, to which something was added.
        var added: [String] = []
        /// Files that people changed and that were left alone.
        var left: [String] = []
        /// SHA-256 of the Markdown file in the community's first language.
        var sha256 = ""

        func lines(_ book: Phrasebook) -> [String] {
            paths.map { book.text("acts.done.agenda_written", ["file": $0]) }
                + added.map { book.text("acts.done.agenda_added", ["file": $0]) }
                + left.map { book.text("acts.done.agenda_left", ["file": $0]) }
        }
    }

    let site: Site
    let papers: Papers
    let meeting: CalendarDate

    /// Writes every file; `known` is how the gateway wrote them last, `earlier` the items as they were posted before.
    func write(
        _ items: [PostedItem], earlier: [String: [String: AgendaItem]], known: [String: AgendaPaper]
    ) throws -> Written {
        let folder = site.configuration.papersFolder
        // People take, change and print these papers; nothing in them is secret.
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o775])
        } catch {
            throw AgendaPapers.unwritable(folder, error)
        }
        var written = Written()
        for (index, language) in site.configuration.community.languages.enumerated() {
            let own = items.compactMap { $0.items[language] ?? $0.items.sorted { $0.key < $1.key }.first?.value }
            let name = "agenda-\(meeting)" + (index == 0 ? "" : ".\(language)")
            var texts = [
                (".md", papers.agenda(own, .markdown, language: language, meeting: meeting)),
                (".fodt", papers.agenda(own, .odt, language: language, meeting: meeting)),
                (".html", papers.agenda(own, .sheet, language: language, meeting: meeting)),
            ]
            if index == 0 {
                texts += [
                    (".json", papers.agenda(own, .json, language: language)),
                    (".ics", papers.calendar(own, language: language)),
                ]
            }
            let before = earlier.values.compactMap { $0[language] ?? $0.sorted { $0.key < $1.key }.first?.value }
            for (ending, text) in texts {
                try put(text, as: name + ending, in: folder, known[name + ending], into: &written) {
                    ending == ".md" ? papers.additions(own, to: before, language: language, meeting: meeting) : nil
                }
            }
            if index == 0 { written.sha256 = written.papers[name + ".md"]?.sha256 ?? "" }
        }
        return written
    }

    private func put(
        _ text: String, as name: String, in folder: String, _ known: AgendaPaper?, into written: inout Written,
        additions: () -> String?
    ) throws {
        let path = folder + "/" + name
        let present = FileManager.default.contents(atPath: path)
        // A file that the gateway does not know of is somebody's too.
        let isEdited =
            present.map { bytes in
                known.map { $0.isEdited || Fingerprint.sha256(bytes) != $0.sha256 } ?? true
            } ?? false
        guard isEdited, let present else {
            let data = Data(text.utf8)
            try AgendaPapers.store(data, at: path)
            written.papers[name] = AgendaPaper(sha256: Fingerprint.sha256(data), isEdited: false)
            written.paths.append(path)
            return
        }
        guard let more = additions() else {
            written.papers[name] = AgendaPaper(sha256: Fingerprint.sha256(present), isEdited: true)
            written.left.append(path)
            return
        }
        let data = present + Data(((present.last == 0x0A ? "" : "\n") + more).utf8)
        try AgendaPapers.store(data, at: path)
        written.papers[name] = AgendaPaper(sha256: Fingerprint.sha256(data), isEdited: true)
        written.added.append(path)
    }

    private static func store(_ data: Data, at path: String) throws {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw AgendaPapers.unwritable(path, error)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: path)
    }

    private static func unwritable(_ path: String, _ error: any Error) -> AppError {
        AppError(
            "\(path) cannot be written: \(error.localizedDescription)",
            remedy: "check `papers_folder:` in the configuration, and who may write there")
    }
}
