import Delivery
import GatewayModel
import MQTTIngest
import Storage

/// What the running parts tell each other about waiting notices and health.
extension RunningParts {
    /// A notice that waited longer than this may be about something that is over (milliseconds).
    private static let staleAfter: Int64 = 900_000

    /// A list of what has to be visited is of no use any more once it is so old (milliseconds): the next one comes soon.
    private static let roundLasts: Int64 = 3 * 86_400_000

    /// That the box lived yesterday says nothing (milliseconds).
    private static let signLasts: Int64 = 86_400_000

    /// What asks people to come, to answer or to agree, and says nothing to them once it is over.
    private static let asking: Set = [
        "alert.raised", "alert.warned", "alert.called", "alert.nobody_came", "alert.declined", "alert.reminder",
        "alert.freed", "alert.chattering", "alert.pause_asked",
    ]

    /// A notice that asks people for something is left out once it has waited long and the thing is over.
    static func recheck(_ item: OutboxItem, now: Instant, _ store: Store) -> Recheck {
        if item.type == RoundDesk.noticeKind, now.milliseconds(since: item.createdAt) > roundLasts {
            return .drop(reason: LeftOutReason.lastWeek.stored())
        }
        if item.type == PingDestination.signOfLife, now.milliseconds(since: item.createdAt) > signLasts {
            return .drop(reason: LeftOutReason.dayBefore.stored())
        }
        guard asking.contains(item.type), let id = item.alert,
            now.milliseconds(since: item.createdAt) > staleAfter,
            let alert = try? store.alert(id: id)
        else { return .send }
        // What a person closed while it held, such as an answered test message, is as much over as what ended.
        if let ended = alert.returnedAt ?? alert.closedAt {
            return .drop(reason: LeftOutReason.over.stored("\(ended)"))
        }
        return alert.holds && alert.protects == .people ? .sendFirst : .send
    }

    /// Lets home automation know of the box itself, where a destination says so.
    static func describeBox(of site: Site, on status: StatusPublisher) {
        let prefix = site.configuration.broker.prefix
        for destination in site.configuration.destinations {
            guard case .mqtt(let mqtt) = destination.kind, let discovery = mqtt.discovery else { continue }
            let place = HomeAssistantEntry.Place(
                community: site.configuration.community.name, phrases: site.book(destination.language))
            for entry in HomeAssistantEntry.box(prefix: prefix, node: StatusPublisher.node(of: prefix), place) {
                status.keepAnnouncement(
                    discovery: discovery, component: entry.component, object: entry.object, text: entry.text)
            }
        }
    }

    /// How many notices wait, and for how many seconds the oldest has.
    static func outbox(of store: Store, destinations: [String]) -> (waiting: Int, age: Int) {
        let now = SystemClock.now()
        let waiting = destinations.reduce(0) { $0 + ((try? store.waiting(destination: $1)) ?? 0) }
        let oldest = destinations.compactMap { try? store.oldestPending(destination: $0) }.min()
        return (waiting, oldest.map { Int(max(0, now.milliseconds(since: $0)) / 1000) } ?? 0)
    }

    /// The check numbers of the record book and of the last decision, to be kept retained: whoever saw them notices a
    /// history that was written anew. Nil where the store cannot be read now.
    static func checkNumbers(of store: Store) -> String? {
        struct Numbers: Encodable {
            var entries: Int64
            var checkNumber: String
            var lastDecision: Int?
            var decisionCheckNumber: String?
        }
        guard let heads = try? store.heads() else { return nil }
        func grouped(_ hash: String) -> String { "\(RecordDesk.grouped(hash, 0)) \(RecordDesk.grouped(hash, 1))" }
        return try? JSONLine.text(
            Numbers(
                entries: heads.record?.number ?? 0, checkNumber: heads.record.map { grouped($0.hash) } ?? "",
                lastDecision: heads.decision?.number, decisionCheckNumber: heads.decision.map { grouped($0.sha256) }))
    }

    /// How ingest is doing, as a JSON object for the online state.
    static func health(_ counters: Counters) -> String {
        let ingest = counters.isStoreFailing ? "store_failing" : counters.isBrokerConnected ? "ok" : "broker_away"
        return "{\"ingest\":\"\(ingest)\",\"open_alerts\":\(counters.openAlerts)}"
    }
}
