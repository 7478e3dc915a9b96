import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import StrictYAML

/// Files that lie ready for the agenda: decisions that people propose, and what neighbouring communities send.
///
/// Nothing in them counts here before the assembly has decided it and it was adopted; a broken file stops only itself.
struct AgendaInbox {
    let site: Site
    /// More than this is no item, in bytes.
    private static let mostBytes = 65_536

    /// The proposed decisions that were not adopted yet, in the order of their files.
    func proposals(
        adopted: Set<Int> = [], trials: [String: [String: ProposalTrial]] = [:]
    ) -> (proposals: [ProposalFacts], problems: [Diagnostic]) {
        var proposals: [ProposalFacts] = []
        var problems: [Diagnostic] = []
        for path in files(in: site.configuration.proposalsFolder, endings: [".md"]) {
            guard let bytes = read(path, &problems) else { continue }
            let (resolution, found) = ResolutionFile.parse(bytes, fileName: path)
            problems += found
            guard let resolution, found.isEmpty, !adopted.contains(resolution.number) else { continue }
            guard resolution.community == site.configuration.community.id else {
                problems.append(
                    Diagnostic(
                        file: path, message: "the proposal is for '\(resolution.community)'",
                        remedy: "write `community: \(site.configuration.community.id)`"))
                continue
            }
            let hash = Fingerprint.sha256(bytes)
            proposals.append(
                ProposalFacts(
                    file: path, sha256: hash, resolution: resolution, trial: trials[hash] ?? [:]))
        }
        return (proposals, problems)
    }

    /// What neighbouring communities propose, in the order of their files.
    func neighbours() -> (items: [NeighbourFacts], problems: [Diagnostic]) {
        var items: [NeighbourFacts] = []
        var problems: [Diagnostic] = []
        for path in files(in: site.configuration.neighboursFolder, endings: [".md", ".json"]) {
            guard let bytes = read(path, &problems) else { continue }
            let (item, found) = NeighbourFile.parse(bytes, file: path)
            problems += found
            if let item, found.isEmpty { items.append(item) }
        }
        return (items, problems)
    }

    private func files(in folder: String, endings: [String]) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { name in !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) } }.sorted()
            .map { folder + "/" + $0 }
    }

    private func read(_ path: String, _ problems: inout [Diagnostic]) -> [UInt8]? {
        guard let bytes = SmallFile.bytes(path, atMost: AgendaInbox.mostBytes) else {
            problems.append(
                Diagnostic(
                    file: path, message: "is no plain file of at most 64 kB that can be read",
                    remedy: "shorten it, or check its permissions"))
            return nil
        }
        return bytes
    }
}

/// An item of a neighbouring community: JSON, or YAML front matter with a text below it.
enum NeighbourFile {
    private static let keys = [
        "from", "title", "summary", "ask", "facts", "options", "minutes", "essential_supply_touched",
        // An item as a gateway writes it (`commons agenda show --format json`) is taken with `from` added to it.
        "requested_minutes", "id", "assembly_id", "assembly", "kind", "proposed_by", "evidence", "table",
        "who_is_affected", "related",
        "attachments", "public", "since", "history", "for_information", "status",
        "adopted_text", "decision_id",
    ]

    static func parse(_ bytes: [UInt8], file: String) -> (item: NeighbourFacts?, problems: [Diagnostic]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return (nil, [Diagnostic(file: file, message: "is not UTF-8", remedy: "save it as UTF-8")])
        }
        // Every JSON text is a YAML text.
        var head = text
        var body = ""
        var offset = 0
        if file.hasSuffix(".md") {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
                return (
                    nil,
                    [
                        Diagnostic(
                            file: file, line: 1, message: "the front matter is missing",
                            remedy: "begin with a line ---, the keys `from` and `title`, and another line ---")
                    ]
                )
            }
            head = lines[1..<end].joined(separator: "\n")
            body = lines[(end + 1)...].joined(separator: " ")
            offset = 1
        }
        let reader = StrictYAML(file: file, lineOffset: offset)
        guard let fields = reader.mapping(of: head, keys: keys) else { return (nil, reader.problems) }
        let from = fields.required("from", example: "Vall Fosca")?.string()
        let title = fields.required("title", example: "Share the aquifer by persons")?.string()
        let ask = fields["ask"].map { $0.choice(AgendaAsk.self) } ?? .discuss
        let minutes = (fields["minutes"] ?? fields["requested_minutes"]).map { $0.integer(in: 1...60) } ?? 10
        let options = (fields["options"]?.list() ?? []).compactMap(option)
        let facts = (fields["facts"]?.list() ?? []).compactMap { $0.string().map { line($0, 300) } }
        let touches = fields["essential_supply_touched"].map { $0.boolean() } ?? false
        guard let from, let title, let ask, let minutes, let touches, reader.problems.isEmpty else {
            return (nil, reader.problems)
        }
        let summary = line(fields["summary"]?.string() ?? body, 600)
        return (
            NeighbourFacts(
                file: file.split(separator: "/").last.map(String.init) ?? file, sha256: Fingerprint.sha256(bytes),
                from: line(from, 40), title: line(title, 60),
                summary: summary.isEmpty ? line(title, 60) : summary, ask: ask, facts: Array(facts.prefix(10)),
                options: Array(options.prefix(6)), minutes: minutes, touchesEssentialSupply: touches), []
        )
    }

    private static func option(_ field: Field) -> AgendaOption? {
        guard let fields = field.mapping(keys: ["text", "consequence", "do_nothing"]),
            // To do nothing here is another thing than there.
            fields["do_nothing"]?.boolean() != true,
            let text = fields.required("text", example: "Join in")?.string(),
            let then = fields.required("consequence", example: "What follows")?.string()
        else { return nil }
        return AgendaOption(text: line(text, 200), consequence: line(then, 300))
    }

    /// One line, whose first colon is taken away: `Result: …` is for people here to write, not for neighbours.
    private static func line(_ text: String, _ limit: Int) -> String {
        Escaping.singleLine(text.trimmingCharacters(in: .whitespacesAndNewlines), limit: limit)
            .replacing(":", with: " –", maxReplacements: 1)
    }
}
