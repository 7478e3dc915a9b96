import GatewayModel
import Storage

/// Shows and checks the record book.
public struct RecordDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct EntryLine: Encodable {
        var number: Int64
        var at: String
        var kind: String
        var facts: [String: String]
        var texts: [String: String]
        var hash: String
    }

    /// The entries from a number on; the texts of homes' disputes only where `why` says the reason, which the homes see.
    public func lines(from first: Int64, json: Bool, why: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let entries = try store.recordEntries(from: max(1, first), limit: 10_000)
        let homes = entries.filter { RecordDesk.isHomes($0.entry) }
        if let why, !homes.isEmpty {
            let numbers = Set(homes.compactMap { $0.entry.facts["dispute"] })
            let sensors = try store.disputes().filter { numbers.contains("\($0.number)") }.compactMap(\.sensor)
            _ = try HouseholdDesk(site: site).look(at: sensors, "log show", why: why)
        }
        let note =
            why == nil && !homes.isEmpty && !json
            ? [site.book(nil).text("disputes.cli.log", ["count": "\(homes.count)"])] : []
        return try entries.map { recorded in
            var entry = recorded.entry
            if why == nil, RecordDesk.isHomes(entry) { entry.erasable = entry.erasable.mapValues { _ in "…" } }
            if json {
                return try JSONLine.text(
                    EntryLine(
                        number: recorded.number, at: entry.at.description, kind: entry.kind, facts: entry.facts,
                        texts: entry.erasable, hash: recorded.hash))
            }
            let facts = (entry.facts.merging(entry.erasable) { fact, _ in fact }).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return Escaping.terminal("\(recorded.number)  \(site.local(entry.at))  \(entry.kind)  \(facts)")
        } + note
    }

    /// True for what was entered of a home's dispute: what it is about stands among the texts that can be erased.
    private static func isHomes(_ entry: RecordEntry) -> Bool {
        entry.kind.hasPrefix("dispute.") && ["sensor", "resource", "alert"].allSatisfy { entry.facts[$0] == nil }
    }

    /// Has texts of an entry erased; every one where none is named.
    public func erase(
        _ names: [String], ofRecord number: Int64, why: String, enteredFor: String?
    ) throws -> CommandReply {
        try CommandDesk(site: site).perform(
            .eraseTexts(record: number, names: names, why: why), enteredFor: enteredFor)
    }

    /// Checks the whole chain; the check number is in groups of four, to be read aloud.
    public func verify() throws -> Finding {
        let store = try site.readingStore()
        let check = try store.verifyRecordBook()
        if let broken = check.firstBroken {
            return Finding(
                lines: [
                    "The record book does not fit its chain from entry \(broken) on (of \(check.count)).",
                    "Somebody or something changed it. Compare with the check number on the last printed report.",
                ], isGood: false)
        }
        let entries = try store.recordEntries()
        let restored = entries.filter { $0.entry.kind == RestoreDesk.kind }.map { recorded in
            let facts = recorded.entry.facts
            let missing = facts["missing"].map { "entries \($0) of the lost book are missing" }
            return
                "Entry \(recorded.number): restored from a copy of \(facts["made_at"] ?? "?"), which ended with entry "
                + "\(facts["entries"] ?? "?"); "
                + (missing ?? "whether later entries are missing, the last printed report tells") + "."
                + RecordDesk.printed(facts, entries)
        }
        return Finding(
            lines: restored + [
                "The record book fits: \(check.count) entries.", "Check number:", RecordDesk.grouped(check.head, 0),
                RecordDesk.grouped(check.head, 1),
            ], isGood: true)
    }

    /// What a check number from paper says about a book that was restored.
    private static func printed(_ facts: [String: String], _ entries: [RecordedEntry]) -> String {
        guard let head = facts["printed_head"] else { return "" }
        let shown = " The last printed check number was \(grouped(head, 0)) \(grouped(head, 1))"
        guard let number = facts["printed_entry"].flatMap({ Int64($0) }),
            let known = entries.first(where: { $0.number == number }),
            facts["missing"] == nil
        else { return shown + "." }
        return shown
            + (known.hash == head
                ? ", which this book has at entry \(number)."
                : ", which is NOT what this book has at entry \(number): the copy and the paper are of two books.")
    }

    /// Half of a 64-digit hash as eight groups of four.
    static func grouped(_ hash: String, _ half: Int) -> String {
        let digits = Array(hash).dropFirst(half * 32).prefix(32)
        return stride(from: 0, to: digits.count, by: 4).map { start in
            String(digits.dropFirst(start).prefix(4))
        }.joined(separator: " ")
    }
}
