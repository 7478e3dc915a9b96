import GatewayModel
import Limits
import Storage

/// What the adopted decisions say of the mandates that the configuration names.
///
/// A decision has no place for the names of stewards beside its text, so that the text is looked at: whoever is named in the
/// decision cited, or in one that decides nothing else, has a mandate while it is in force.
struct Mandates {
    private struct Successor {
        var number: Int
        var from: CalendarDate
    }

    /// The decisions that are cited, by number; nil for one that is adopted and cannot be read any more.
    private var cited: [Int: Resolution?] = [:]
    private var successors: [Int: Successor] = [:]

    /// Reads the decisions that are cited, and those that replace others: asked for every notice, all texts would be too much.
    init(_ store: Store, of stewards: [Configuration.Steward]) throws {
        let numbers = Set(stewards.compactMap { $0.mandate?.decision })
        guard !numbers.isEmpty else { return }
        for (number, bytes) in try store.resolutions(numbered: numbers) {
            cited.updateValue(ResolutionFile.parse(bytes, fileName: "").resolution, forKey: number)
        }
        for bytes in try store.resolutions(mentioning: "supersedes") {
            guard let resolution = ResolutionFile.parse(bytes, fileName: "").resolution else { continue }
            for number in resolution.supersedes where numbers.contains(number) {
                let new = Successor(number: resolution.number, from: resolution.inForceFrom)
                successors[number] = successors[number].map { $0.from <= new.from ? $0 : new } ?? new
            }
        }
    }

    /// The days on which a steward holds a mandate; nil without a decision that is adopted here, and no day at all where the
    /// decision gives none: that is as if the time had run out, and no recall.
    func term(of steward: Configuration.Steward) -> (from: CalendarDate, through: CalendarDate)? {
        guard let mandate = steward.mandate, let decision = cited[mandate.decision] else { return nil }
        guard decision?.mayGiveMandate(to: steward.name) ?? true else { return (mandate.from, Mandates.longAgo) }
        let end = successors[mandate.decision]?.from.adding(days: -1)
        return (
            max(mandate.from, decision?.inForceFrom ?? mandate.from), min(mandate.through, end ?? mandate.through)
        )
    }

    private static let longAgo = CalendarDate(year: 2000, month: 1, day: 1)

    /// What is wrong with the mandates of a configuration: place, reason, remedy.
    func problems(in configuration: Configuration, _ book: Phrasebook) -> [Diagnostic] {
        configuration.stewards.compactMap { steward in
            guard let mandate = steward.mandate else { return nil }
            var values = [
                "person": steward.name, "decision": "\(mandate.decision)", "from": "\(mandate.from)",
            ]
            func problem(_ key: String) -> Diagnostic {
                Diagnostic(
                    file: configuration.file, line: mandate.line ?? 0,
                    message: book.text("duty.mandates.\(key).message", values),
                    remedy: book.text("duty.mandates.\(key).remedy", values))
            }
            guard let decision = cited[mandate.decision] else { return problem("not_adopted") }
            guard let decision else { return nil }
            guard decision.mayGiveMandate(to: steward.name) else { return problem("not_named") }
            if let successor = successors[mandate.decision], successor.from <= mandate.through {
                values["other"] = "\(successor.number)"
                values["day"] = "\(successor.from)"
                return problem("replaced")
            }
            guard decision.inForceFrom > mandate.from else { return nil }
            values["day"] = "\(decision.inForceFrom)"
            return problem("too_early")
        }
    }
}

extension Site {
    /// What is wrong with the mandates of the stewards, as the adopted decisions have it; nothing without a duty list.
    func mandateProblems(_ store: Store) throws -> [Diagnostic] {
        guard configuration.duty != nil else { return [] }
        return try Mandates(store, of: configuration.stewards).problems(in: configuration, book(nil))
    }
}
