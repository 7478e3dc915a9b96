import GatewayModel
import Limits
import Storage

/// Stewards whose mandates decisions of the assembly have ended.
///
/// A recall is no state that a later decision could end by replacing it: only a mandate that a later decision gives makes
/// somebody a steward again.
struct Recalls {
    private struct Recall {
        var decision: Int
        var from: CalendarDate
    }

    private var recalls: [String: [Recall]] = [:]

    /// Nobody is recalled.
    init() {}

    /// Reads the adopted decisions in which the word stands: asked for every notice, all texts would be too much.
    init(_ store: Store) throws {
        for bytes in try store.resolutions(mentioning: "recalls") {
            // What cannot be read any more is told of as such elsewhere.
            guard let resolution = ResolutionFile.parse(bytes, fileName: "").resolution else { continue }
            for person in resolution.recalls {
                recalls[person, default: []].append(
                    Recall(decision: resolution.number, from: resolution.inForceFrom))
            }
        }
    }

    /// The first day on which a mandate counts no more; nil where no later decision ends it.
    func end(of mandate: Configuration.Mandate?, _ person: String) -> CalendarDate? {
        recalls[person]?.filter { $0.decision > mandate?.decision ?? 0 }.map(\.from).min()
    }
}

extension Site {
    /// True for a steward whom a decision in force recalls and no later one has named again.
    func isRecalled(_ person: String, _ store: Store, now: Instant) -> Bool {
        // A store that cannot be read must silence nobody.
        guard let recalls = try? Recalls(store) else { return false }
        let decisions = (try? store.resolutionNumbers()) ?? []
        let mandate = configuration.stewards.first { $0.name == person }?.mandate
            .flatMap { decisions.contains($0.decision) ? $0 : nil }
        return recalls.end(of: mandate, person).map { $0 <= zone.date(at: now) } ?? false
    }
}
