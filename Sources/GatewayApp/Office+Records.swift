import Alerting
import GatewayModel
import Storage

/// Texts of the record book that are to be forgotten.
extension Office {
    /// Erases texts of an entry; the entry, its facts and the chain stay, and a new entry says that it was done and why.
    func eraseTexts(
        _ names: [String], ofRecord number: Int64, why: String, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard why.contains(where: { !$0.isWhitespace }) else { return refused("erase_why") }
        guard let entry = try store.recordEntries(from: max(1, number), limit: 1).first, entry.number == number else {
            return refused("erase_no_entry", ["number": "\(number)"])
        }
        let there = entry.entry.erasable.keys.sorted()
        let wanted = names.isEmpty ? there : Set(names).sorted()
        guard !wanted.isEmpty, wanted.allSatisfy(there.contains) else {
            let list = there.isEmpty ? site.book(nil).text("duty.none") : there.joined(separator: ", ")
            return refused("erase_no_text", ["number": "\(number)", "texts": list])
        }
        if let person = entry.entry.words(of: wanted)?.person,
            let alert = pipeline.state.alerts.needs(person, ofAlert: entry.entry.alertNumber)
        {
            return refused(alert == 0 ? "erase_switched" : "erase_acting", ["person": person, "alert": "\(alert)"])
        }
        let values = ["number": "\(number)", "texts": wanted.joined(separator: ", ")]
        // A person who wipes traces is noticed by the others.
        let notices = pipeline.notices.announcement("steward.record_erased", priority: .assembly, now: now) { book in
            let all = values.merging(["person": actor.person, "why": why]) { first, _ in first }
            return (book.text("told.erased_title", all), book.text("told.erased", all))
        }
        let published = try store.lastPublished() + store.lastPublishedNotices()
        try store.eraseTexts(
            wanted, ofRecord: number,
            record: ActRecord(
                RecordEntry(
                    at: now, kind: "record.erased",
                    facts: ["entry": "\(number)", "texts": wanted.joined(separator: ","), "means": actor.means],
                    erasable: ["person": actor.person, "entered_by": actor.account, "why": why]), notices: notices))
        if let words = entry.entry.words(of: wanted) { forget(words, of: entry.entry) }
        try pipeline.retell(published, now: now)
        let later = try store.owesLogCut() ? [site.book(nil).text("acts.done.forgotten_later")] : []
        return done("erased", values, then: later)
    }

    /// The same in memory, from where an alert is stored again with its next change.
    private func forget(_ words: ErasedWords, of entry: RecordEntry) {
        let number = entry.alertNumber
        pipeline.changeState { $0.alerts.forget(words, ofAlert: number) }
        for index in pipeline.batch.alerts.indices
        where number == nil || pipeline.batch.alerts[index].number == number {
            pipeline.batch.alerts[index].forget(words)
        }
    }
}
