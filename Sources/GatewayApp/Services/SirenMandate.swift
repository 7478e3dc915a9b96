import Delivery
import GatewayModel
import Limits
import Storage
import Synchronization

/// Which sirens the assembly has named: a configuration alone makes none sound.
///
/// Asked on the threads of destinations.
final class SirenMandate: Sendable {
    private let site: Site
    private let store: Store
    /// The siren's name by its destination.
    private let sirens: [String: String]
    private struct Known {
        /// The decisions that were read; nil before they were.
        var numbers: Set<Int>?
        var inForce = LimitsInForce([])
    }

    /// The decisions as they were read last; while the store cannot be read they count on.
    private let known = Mutex(Known())

    init(site: Site, store: Store, now: Instant) {
        self.site = site
        self.store = store
        sirens = SirenMandate.sirens(of: site.configuration)
        _ = refusal(destination: sirens.keys.first ?? "", now: now)
    }

    /// The names of the configured sirens by their destinations.
    static func sirens(of configuration: Configuration) -> [String: String] {
        Dictionary(
            configuration.destinations.compactMap { destination in
                guard case .siren(let siren) = destination.kind else { return nil }
                return (destination.name, siren.name)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Why a destination must stay silent; nil where it is no siren, or one that a decision in force names.
    func refusal(destination: String, now: Instant) -> String? {
        guard let name = sirens[destination] else { return nil }
        let today = site.zone.date(at: now)
        let isNamed = known.withLock { known in
            // Decisions are only ever added: their texts are read when there is another one.
            if let numbers = try? store.resolutionNumbers(), numbers != known.numbers,
                let adopted = try? LimitRegister(site: site).adopted(in: store)
            {
                known = Known(numbers: numbers, inForce: LimitsInForce(adopted))
            }
            return known.inForce.sirens(on: today).contains(name)
        }
        return isNamed ? nil : LeftOutReason.noSiren.stored("'\(name)'")
    }
}
