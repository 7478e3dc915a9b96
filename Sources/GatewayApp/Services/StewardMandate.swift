import GatewayModel
import Storage
import Synchronization

/// Whose telephone still hears of alerts: a steward who was recalled hears nothing more, also of what waits.
///
/// Asked on the threads of destinations.
final class StewardMandate: Sendable {
    private let store: Store
    private let site: Mutex<Site>
    /// The steward whom a destination reaches alone, as the program was started: destinations stay until its end.
    private let owners: [String: String]

    init(site: Site, store: Store) {
        self.store = store
        self.site = Mutex(site)
        owners = StewardMandate.owners(in: site)
    }

    /// The steward whom a destination reaches alone, by its name.
    static func owners(in site: Site) -> [String: String] {
        Dictionary(
            site.configuration.stewards.flatMap { steward in steward.reach.map { ($0, steward.name) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Takes over who is a steward.
    func reload(_ new: Site) { site.withLock { $0 = new } }

    /// Why a destination must hear nothing; nil where its steward was not recalled.
    ///
    /// Where nobody has a mandate any more everybody goes on hearing: better the stewards of yesterday than nobody.
    func refusal(destination: String, now: Instant) -> String? {
        let site = site.withLock { $0 }
        guard let person = owners[destination] else { return nil }
        guard site.configuration.stewards.contains(where: { $0.name == person }) else {
            return "its steward is none any more"
        }
        // A store that cannot be read must not silence anybody.
        guard let roster = try? site.dutyRoster(store), !site.mayAnswer(person, roster, now: now),
            site.configuration.stewards.contains(where: { site.mayAnswer($0.name, roster, now: now) })
        else { return nil }
        return "its steward has no mandate"
    }
}
