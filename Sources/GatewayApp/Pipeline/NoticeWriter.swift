import Alerting
import Delivery
import Foundation
import GatewayModel
import Storage

/// Words what an alert has to say for each destination that may hear it.
struct NoticeWriter: Sendable {
    let destinations: [DestinationSettings]
    let languages: Languages
    private let site: Site
    /// The steward whom a destination reaches alone, by its name.
    private let owners: [String: String]

    init(site: Site) {
        self.site = site
        destinations = site.configuration.destinations
        languages = site.languages
        owners = StewardMandate.owners(in: site)
    }

    /// One outbox item per destination whose audience may hear the draft, in the order of the configuration; what is
    /// one household's business goes to that household's own destinations.
    func items(for draft: NoticeDraft, state: PipelineState, now: Instant) -> [OutboxItem] {
        let place = home(of: draft.alert, state)
        return destinations.filter { mayHear($0, draft, place) && calls($0, draft) }
            .map { item(draft, to: $0, state, now: now) }
    }

    func item(
        _ draft: NoticeDraft, to destination: DestinationSettings, _ state: PipelineState, now: Instant
    ) -> OutboxItem {
        let text = words(state).text(
            of: draft, language: destination.language, audience: destination.audience,
            answering: hint(
                for: destination, asker: draft.kind == "alert.pause_asked" ? draft.alert.restAsked?.person : nil))
        return OutboxItem(
            key: NoticeWriter.key(draft), destination: destination.name, type: draft.kind,
            priority: draft.priority, title: text.title, body: text.body, alert: draft.alert.id,
            dataJSON: NoticeWriter.data(draft), createdAt: now, notBefore: quietEnd(draft, destination, now))
    }

    /// How whoever reads at a destination answers.
    func hint(for destination: DestinationSettings, asker: String? = nil) -> AlertText.Answering {
        AnswerHints(site: site, owners: owners).hint(for: destination, asker: asker)
    }

    /// What gives alerts their words.
    func words(_ state: PipelineState) -> AlertWords {
        AlertWords(
            site: site, sensors: state.sensors, limits: state.limits, policy: state.alerts.policy,
            stages: state.stages, disclosure: state.disclosure)
    }

    /// Why notices of a draft do not go out, or not now, for the record of the alert.
    func withheld(_ draft: NoticeDraft, state: PipelineState, now: Instant) -> [AlertEntry] {
        let place = home(of: draft.alert, state)
        let hearing = destinations.filter { mayHear($0, draft, place) }
        var entries = hearing.filter { !calls($0, draft) }.map { destination in
            let isCalled = owners[destination.name].map(draft.alert.hasCalled) ?? false
            return AlertEntry(at: now, kind: isCalled ? .calledBefore : .notCalled, note: destination.name)
        }
        if let end = hearing.filter({ calls($0, draft) }).compactMap({ quietEnd(draft, $0, now) }).first {
            entries.append(AlertEntry(at: now, kind: .quietHours, until: end))
        }
        return entries
    }

    func mayHear(_ destination: DestinationSettings, _ draft: NoticeDraft, _ place: String?) -> Bool {
        guard destination.audience == .person else { return NoticeWriter.mayHear(destination.audience, draft.audience) }
        // A home hears of its own alerts before all others, also where the stewards hear of them too. What several homes
        // come to together is told to none of them: each knows its own part.
        return place != nil && destination.household == place && draft.alert.isPrivate
            && (draft.audience == .person || NoticeWriter.forHomes.contains(draft.kind))
    }

    /// What a home hears of an alert that the stewards look after.
    private static let forHomes: Set<String> = [
        "alert.raised", "alert.warned", "alert.returned", "alert.taken", "alert.closed",
    ]

    /// The one home that an alert is about, by its points or by a device of its own.
    func home(of alert: Alert, _ state: PipelineState) -> String? {
        state.sensors.home(of: alert.homePoints) ?? (alert.isPrivate ? state.sensors.home(device: alert.subject) : nil)
    }

    /// True where a destination reaches the home that an alert is about.
    func reachesHome(of alert: Alert, state: PipelineState) -> Bool {
        guard let place = home(of: alert, state) else { return false }
        return destinations.contains { $0.audience == .person && $0.household == place }
    }

    /// A destination that reaches one steward alone hears what calls this person, and what calls nobody in particular.
    private func calls(_ destination: DestinationSettings, _ persons: [String]?) -> Bool {
        guard let persons, let owner = owners[destination.name] else { return true }
        return persons.contains(owner)
    }

    /// A siren sounds when everybody is called; until then whoever is called has time to answer.
    func calls(_ destination: DestinationSettings, _ draft: NoticeDraft) -> Bool {
        if case .siren = destination.kind, SirenDestination.soundingTypes.contains(draft.kind) {
            return draft.alert.hasCalledAll
        }
        return calls(destination, draft.persons)
    }

    /// The end of the quiet hours for a notice; whatever is said of an alert that wakes people reaches at once whom it woke.
    private func quietEnd(_ draft: NoticeDraft, _ destination: DestinationSettings, _ now: Instant) -> Instant? {
        let hasWoken = owners[destination.name].map(draft.alert.hasCalled) ?? true
        return draft.alert.priority == .now && hasWoken ? nil : quietEnd(draft.priority, now)
    }

    /// The end of the quiet hours, for what can wait until then; what wakes people never waits.
    func quietEnd(_ priority: Priority, _ now: Instant) -> Instant? {
        priority == .now ? nil : site.configuration.duty?.quietEnd(at: now, in: site.zone)
    }

    /// One outbox item per destination of the stewards, or of the members too, worded by `words`.
    func announcement(
        _ kind: String, priority: Priority, audience: Audience = .stewards, now: Instant,
        words: (Phrasebook) -> (title: String, body: String)
    ) -> [OutboxItem] {
        let hearing = destinations.filter { $0.audience != .person && NoticeWriter.mayHear($0.audience, audience) }
        return items(kind, priority: priority, to: hearing, now: now) { words(languages.book($0.language)) }
    }

    /// One outbox item per destination that is named, or per destination of the stewards; one that reaches another
    /// steward alone than the person whom it is for is left out.
    func list(
        _ kind: String, to names: [String], person: String?, now: Instant,
        words: (Phrasebook, Audience) -> (title: String, body: String)
    ) -> [OutboxItem] {
        let hearing = destinations.filter { destination in
            names.isEmpty
                ? destination.audience == .stewards && calls(destination, person.map { [$0] })
                : names.contains(destination.name)
        }
        return items(kind, priority: .today, to: hearing, now: now) {
            words(languages.book($0.language), $0.audience)
        }
    }

    /// What came of an answer from afar, to where it came from, at once.
    func reply(
        to answer: IncomingAnswer, reader: String?, now: Instant, words: (Phrasebook) -> (title: String, body: String)
    ) -> [OutboxItem] {
        let source = destinations.filter { $0.name == answer.destination }
        return items("answer.settled", priority: .today, to: source, now: now) { words(languages.book($0.language)) }
            .map { item in
                var item = item
                (item.reader, item.notBefore) = (reader, nil)
                return item
            }
    }

    /// The telephone list for every printer of the stewards.
    func phones(_ roster: DutyRoster?, in store: Store, now: Instant) -> [OutboxItem] {
        let printers = destinations.filter { destination in
            if case .printer = destination.kind { destination.audience == .stewards } else { false }
        }
        let tree = PhoneTree(site: site, roster: roster, answering: site.answering(roster, store, now: now))
        return items("duty.phones", priority: .today, to: printers, now: now) {
            tree.text(languages.book($0.language), now: now)
        }
    }

    /// One outbox item per destination that is named, at once, also in the quiet hours: it is for machines.
    func signOfLife(
        to names: [String], dataJSON: String, now: Instant, words: (Phrasebook) -> (title: String, body: String)
    ) -> [OutboxItem] {
        let hearing = destinations.filter { names.contains($0.name) }
        return items(PingDestination.signOfLife, priority: .assembly, to: hearing, now: now) {
            words(languages.book($0.language))
        }.map { item in
            var item = item
            item.dataJSON = dataJSON
            item.notBefore = nil
            return item
        }
    }

    func items(
        _ kind: String, priority: Priority, to hearing: [DestinationSettings], now: Instant,
        words: (DestinationSettings) -> (title: String, body: String)
    ) -> [OutboxItem] {
        hearing.map { destination in
            let text = words(destination)
            return OutboxItem(
                key: NoticeWriter.key("\(kind)/\(now.milliseconds)/\(text.body)"), destination: destination.name,
                type: kind, priority: priority, title: text.title, body: text.body, alert: nil, dataJSON: "{}",
                createdAt: now, notBefore: quietEnd(priority, now))
        }
    }

    /// A time as people here read it.
    func local(_ instant: Instant) -> String { site.local(instant) }

    /// A notice for some goes to the narrower circles too; what is one household's business goes to nobody else.
    static func mayHear(_ listener: Audience, _ intended: Audience) -> Bool {
        guard intended != .person else { return listener == .person }
        let widths = Audience.allCases
        guard listener != .person, let own = widths.firstIndex(of: listener), let most = widths.firstIndex(of: intended)
        else { return false }
        return own <= most
    }

    /// The same alert at the same point of its life has the same key, whatever is retried or restarted.
    static func key(_ draft: NoticeDraft) -> String {
        draft.alert.id.prefix(16) + digest("\(draft.kind)/\(draft.alert.entries.count)")
    }

    static func key(_ text: String) -> String {
        digest(text) + digest(String(text.reversed()))
    }

    /// FNV-1a of 64 bits, 16 hexadecimal digits: tells notices apart, protects nothing.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private struct Data: Encodable {
        var alert: Int
        var id: String
        var state: String
        var priority: String
        var onset: String
        var detectedAt: String
        var subject: String
        /// Everybody was called to it: what a siren waits for.
        var everybody: Bool
    }

    static func data(_ draft: NoticeDraft) -> String {
        let alert = draft.alert
        let data = Data(
            alert: alert.number, id: alert.id, state: alert.state.rawValue, priority: alert.priority.rawValue,
            onset: alert.onset.description, detectedAt: alert.detectedAt.description,
            subject: alert.isPrivate ? "" : alert.subject, everybody: alert.priority == .now && alert.hasCalledAll)
        return (try? JSONLine.text(data)) ?? "{}"
    }
}
