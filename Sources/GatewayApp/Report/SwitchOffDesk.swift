import GatewayModel
import Reporting
import Storage

/// Reads from the record book what was switched off on purpose: the book alone keeps what is over.
enum SwitchOffDesk {
    /// Every time that began, in order.
    static func facts(of entries: [RecordEntry]) -> [SwitchOffFacts] {
        var facts: [SwitchOffFacts] = []
        var running: [String: Int] = [:]
        var asked: [String: RecordEntry] = [:]
        for entry in entries {
            // Of a home the name stands where it can be erased.
            let subject = entry.facts["subject"] ?? entry.erasable["subject"] ?? ""
            switch entry.kind {
            case "alerts.off_asked": asked[subject] = entry
            case "alerts.off":
                if let index = running.removeValue(forKey: subject) { facts[index].until = entry.at }
                // A wish whose end had passed was joined by nobody.
                let first = asked.removeValue(forKey: subject).flatMap { end(of: $0) > entry.at ? $0 : nil }
                let until = end(of: entry)
                running[subject] = subject.isEmpty ? nil : facts.count
                facts.append(
                    SwitchOffFacts(
                        subject: subject, isHousehold: entry.facts["subject"] == nil, from: entry.at, until: until,
                        why: first?.erasable["note"] ?? entry.erasable["note"] ?? "",
                        persons: [first, entry].compactMap { $0?.erasable["person"] }))
            case "alerts.off_sooner":
                if let index = running[subject] { facts[index].until = min(facts[index].until, end(of: entry)) }
            case "alerts.on", "alerts.off_ended", "alerts.off_forgotten":
                let index = running.removeValue(forKey: subject)
                if let index { facts[index].until = min(facts[index].until, entry.at) }
                // What was asked for while it was off goes on waiting when its time is over.
                if entry.kind == "alerts.on" || index == nil { asked[subject] = nil }
            default: break
            }
        }
        return facts
    }

    /// The end that an entry says.
    private static func end(of entry: RecordEntry) -> Instant {
        entry.facts["until"].flatMap { Instant(rfc3339: $0) } ?? entry.at
    }
}
