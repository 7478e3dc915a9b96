import Delivery
import GatewayModel
import Storage

/// What the running parts tell each other about waiting notices and health.
extension RunningParts {
    /// A notice that waited longer than this may be about something that is over (milliseconds).
    private static let staleAfter: Int64 = 900_000

    /// A notice that something was raised is left out once it has waited long and the thing is over.
    static func recheck(_ item: OutboxItem, now: Instant, _ store: Store) -> Recheck {
        guard ["alert.raised", "alert.warned"].contains(item.type), let id = item.alert,
            now.milliseconds(since: item.createdAt) > staleAfter,
            let ended = (try? store.alert(id: id))?.returnedAt
        else { return .send }
        return .drop(reason: "over since \(ended)")
    }

    /// How many notices wait, and for how many seconds the oldest has.
    static func outbox(of store: Store, destinations: [String]) -> (waiting: Int, age: Int) {
        let now = SystemClock.now()
        let waiting = destinations.reduce(0) { $0 + ((try? store.waiting(destination: $1)) ?? 0) }
        let oldest = destinations.compactMap { try? store.oldestPending(destination: $0) }.min()
        return (waiting, oldest.map { Int(max(0, now.milliseconds(since: $0)) / 1000) } ?? 0)
    }

    /// How ingest is doing, as a JSON object for the online state.
    static func health(_ counters: Counters) -> String {
        let ingest = counters.isStoreFailing ? "store_failing" : counters.isBrokerConnected ? "ok" : "broker_away"
        return "{\"ingest\":\"\(ingest)\",\"open_alerts\":\(counters.openAlerts)}"
    }
}
