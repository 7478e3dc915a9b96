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
    /// What was in force when the store was last read; while it cannot be read that counts on.
    private let known = Mutex<Set<String>>([])

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
        if let adopted = try? LimitRegister(site: site).adopted(in: store) {
            let named = LimitsInForce(adopted).sirens(on: site.zone.date(at: now))
            known.withLock { $0 = named }
        }
        return known.withLock { $0.contains(name) } ? nil : "no decision in force names the siren '\(name)'"
    }
}
