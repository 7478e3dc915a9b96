import GatewayModel
import Storage
import Synchronization

/// Whose telephone still hears of alerts: a steward who was recalled hears nothing more, also of what waits.
///
/// Asked on the threads of destinations.
final class StewardMandate: Sendable {
    private let store: Store
    private let site: Mutex<Site>
    /// The steward whom a destination reached alone last, as the program was started: destinations stay until its end.
    private let owners: [String: String]
    /// The mark of whom a destination reaches, `DESTINATION/PERSON`.
    private static let kind = "reaches"

    init(site: Site, store: Store, now: Instant) {
        self.store = store
        self.site = Mutex(site)
        owners = StewardMandate.former(store).merging(StewardMandate.owners(in: site)) { _, new in new }
        remember(site, now: now)
    }

    /// Whom destinations reached that still stand in the configuration when their person no longer does.
    static func former(_ store: Store) -> [String: String] {
        let marks = ((try? store.dutyMarks()) ?? [:]).filter { $0.key.kind == kind }.sorted { $0.value < $1.value }
        let owners = marks.compactMap { mark -> (String, String)? in
            let parts = mark.key.name.split(separator: "/", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(owners, uniquingKeysWith: { _, last in last })
    }

    /// Keeps whom each destination reaches, so that it does not become everybody's when its line is taken out.
    private func remember(_ site: Site, now: Instant) {
        let marks = StewardMandate.owners(in: site).map { DutyMark(kind: StewardMandate.kind, name: "\($0)/\($1)") }
        try? store.keepDutyMarks(marks, at: now)
    }

    /// The steward whom a destination reaches alone, by its name.
    static func owners(in site: Site) -> [String: String] {
        Dictionary(
            site.configuration.stewards.flatMap { steward in steward.reach.map { ($0, steward.name) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Takes over who is a steward.
    func reload(_ new: Site, now: Instant) {
        site.withLock { $0 = new }
        remember(new, now: now)
    }

    /// Why a destination must hear nothing; nil where its steward was not recalled.
    ///
    /// Where nobody has a mandate any more everybody goes on hearing: better the stewards of yesterday than nobody.
    func refusal(destination: String, now: Instant) -> String? {
        let site = site.withLock { $0 }
        guard let person = StewardMandate.owners(in: site)[destination] ?? owners[destination] else { return nil }
        guard site.configuration.stewards.contains(where: { $0.name == person }) else {
            return LeftOutReason.noSteward.stored()
        }
        // The assembly has said so of this person: that holds also where nobody else has a mandate.
        if site.isRecalled(person, store, now: now) { return LeftOutReason.recalled.stored() }
        // A store that cannot be read must not silence anybody.
        guard let roster = try? site.dutyRoster(store), !site.mayAnswer(person, roster, now: now),
            site.configuration.stewards.contains(where: { site.mayAnswer($0.name, roster, now: now) })
        else { return nil }
        return LeftOutReason.noMandate.stored()
    }
}
