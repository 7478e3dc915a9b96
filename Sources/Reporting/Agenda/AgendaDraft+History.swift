import GatewayModel

/// What earlier assemblies made of an item, and what it was about when they put it off.
extension AgendaDraft {
    /// Of how many assemblies that put it off an item tells what was known then; of earlier ones it only names the day.
    private static let mostTold = 3
    /// How many facts it tells of each.
    private static let mostFacts = 3

    /// A sentence for each meeting, oldest first, and behind a meeting that put it off what was known then and stands in the
    /// item no more.
    func history(_ entries: [AgendaPast], of item: AgendaItem, hasNews: Bool) -> [String] {
        let told = Set(entries.filter { $0.status == .deferred }.suffix(AgendaDraft.mostTold).map(\.meeting))
        var known = Set(item.facts + rules)
        // What several of them knew stands with the last one.
        var then: [CalendarDate: String] = [:]
        for past in entries.reversed() where told.contains(past.meeting) {
            let facts = (text(past)?.facts ?? []).filter { !isLate($0) && known.insert($0).inserted }
            then[past.meeting] = knownThen(facts, past)
        }
        return entries.flatMap { past in [sentence(past, hasNews: hasNews)] + [then[past.meeting]].compactMap { $0 } }
    }

    /// The first of the facts, and how many more there were; nil where there were none.
    private func knownThen(_ facts: [String], _ past: AgendaPast) -> String? {
        guard !facts.isEmpty else { return nil }
        let values = [
            "date": words.date(model.facts.day(of: past.meeting)),
            "facts": facts.prefix(AgendaDraft.mostFacts).joined(separator: " "),
            "count": String(facts.count - AgendaDraft.mostFacts),
        ]
        return words.text(
            facts.count > AgendaDraft.mostFacts ? "agenda.history.known_more" : "agenda.history.known", values)
    }

    /// What became of an item at one meeting.
    private func sentence(_ past: AgendaPast, hasNews: Bool) -> String {
        let note = Escaping.singleLine(past.note, limit: 300)
        let values = [
            "date": words.date(model.facts.day(of: past.meeting)),
            "decision": Escaping.singleLine(past.decision, limit: 100), "note": note,
        ]
        switch past.status {
        case .submitted, .accepted:
            if model.facts.cancelledMeetings.contains(past.meeting) {
                return words.text("agenda.history.not_held", values)
            }
            if note.isEmpty, text(past)?.isForInformation == true {
                return words.text("agenda.history.for_information", values)
            }
        default: break
        }
        let key = "agenda.history.\(past.status.rawValue)"
        let sentence = words.text(note.isEmpty ? key : key + "_note", values)
        guard [.decided, .withdrawn].contains(past.status) else { return sentence }
        return sentence + " " + words.text(hasNews ? "agenda.history.news" : "agenda.history.still_open", values)
    }
}
