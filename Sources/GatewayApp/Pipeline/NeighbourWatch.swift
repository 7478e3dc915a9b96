import DeviceProfiles
import Foundation
import GatewayModel
import MQTTIngest

/// Waits for the daily signs of life of neighbours' boxes; a value without a clock.
struct NeighbourWatch: Sendable {
    /// Those that are waited for.
    var neighbours: [Configuration.Neighbour]
    /// When each was last heard, or since when it is waited for.
    private(set) var since: [String: Instant]
    private var kept: [String: Instant]
    /// Since when this box itself runs; set anew once its clock is right.
    var startedAt: Instant

    /// After a start of our own nobody is missed for so long (milliseconds): what came meanwhile is heard first, and the
    /// places where files come may need a while.
    private static let grace: Int64 = 3_600_000
    /// After the broker's return what waited at it, and what bridges hold, comes first (milliseconds).
    private static let brokerGrace: Int64 = 600_000
    /// A neighbour that says more than it must is written down so often at most (milliseconds).
    private static let keepPause: Int64 = 600_000

    init(_ neighbours: [Configuration.Neighbour], since: [String: Instant] = [:], startedAt: Instant) {
        self.neighbours = neighbours
        self.since = since
        self.startedAt = startedAt
        kept = since
    }

    /// The neighbour whose sign comes on a topic.
    func neighbour(onTopic topic: String) -> Configuration.Neighbour? {
        neighbours.first { $0.topic == topic }
    }

    /// Notes a sign; returns the time to keep where it is to be kept.
    mutating func hear(_ name: String, at time: Instant) -> Instant? {
        guard since[name].map({ time > $0 }) ?? true else { return nil }
        since[name] = time
        guard kept[name].map({ time.milliseconds(since: $0) >= NeighbourWatch.keepPause }) ?? true else { return nil }
        kept[name] = time
        return time
    }

    /// Begins to wait for those that are not waited for yet; returns since when, by name, to be kept.
    mutating func begin(now: Instant) -> [String: Instant] {
        // A time in the future is one of a clock that was wrong.
        let fresh = neighbours.filter { neighbour in since[neighbour.name].map { $0 > now } ?? true }.map(\.name)
        for name in fresh { (since[name], kept[name]) = (now, now) }
        return Dictionary(fresh.map { ($0, now) }, uniquingKeysWith: { first, _ in first })
    }

    /// Since when a neighbour's sign is missing; nil while it is not, or where it could not have been heard.
    func overdue(_ neighbour: Configuration.Neighbour, listeningSince: Instant?, now: Instant) -> Instant? {
        guard let since = since[neighbour.name] else { return nil }
        let end = since.advanced(bySeconds: neighbour.every)
        guard now > end, now.milliseconds(since: startedAt) >= NeighbourWatch.grace else { return nil }
        if neighbour.topic != nil {
            guard let listeningSince, now.milliseconds(since: listeningSince) >= NeighbourWatch.brokerGrace else {
                return nil
            }
        }
        return end
    }

    /// True where a neighbour was heard in time.
    func isHeard(_ neighbour: Configuration.Neighbour, now: Instant) -> Bool {
        since[neighbour.name].map { now <= $0.advanced(bySeconds: neighbour.every) } ?? false
    }

    /// When a message says that its sender lived; nil where it does not say so.
    ///
    /// A gateway's notice has `created_at`; whatever else comes counts when it comes. A last will (`"state":"offline"`) is
    /// no sign of life, and a retained copy is old by an unknown time.
    static func time(of received: ReceivedMessage) -> Instant? {
        guard !received.message.retained else { return nil }
        let arrived = received.message.receivedAt
        struct Sign: Decodable {
            var createdAt: String?
            var state: String?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let sign = try? decoder.decode(Sign.self, from: Data(received.message.payload))
        guard sign?.state != "offline" else { return nil }
        if let said = sign?.createdAt.flatMap({ Instant(rfc3339: $0) }) { return min(said, arrived) }
        if case .queued(let earliest, _) = received.timing { return min(earliest, arrived) }
        return arrived
    }
}
