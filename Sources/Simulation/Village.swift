import GatewayModel

/// An example community of forty people in fourteen households: two wells and a tank, meters, a solar roof, a pantry's
/// cold store, garden beds and the weather, spoken by devices of seven makes.
///
/// The same seed, start and zone give the same bytes on every machine; a shorter span is the beginning of a longer one.
/// No clock is read. What happens when: ``VillageEvent``.
public struct Village: Sendable {
    /// The seed of every draw.
    public let seed: UInt64
    /// When the story begins; local midnight suits best.
    public let start: Instant
    /// The village's time zone, in which people get up and some devices write the time.
    public let zone: Zone

    /// Makes a village; nothing is computed before its messages are asked for.
    public init(seed: UInt64 = 2026, start: Instant, zone: Zone) {
        self.seed = seed
        self.start = start
        self.zone = zone
    }

    /// The messages published from the start until before `end`, in time order, computed as they are read.
    public func messages(until end: Instant) -> Messages {
        Messages(village: self, end: end)
    }

    /// The events of the story that touch the span until `end`, in time order.
    public func events(until end: Instant) -> [VillageEvent] {
        VillageEvent.all(start: start, until: end)
    }

    /// The village's messages in time order; holds one step of five minutes in memory.
    public struct Messages: Sequence, IteratorProtocol, Sendable {
        private var world: VillageState
        private let end: Instant
        private(set) var waiting: [SimulatedMessage] = []
        private var position = 0

        init(village: Village, end: Instant) {
            world = VillageState(village)
            self.end = end
            waiting = village.greetings()
        }

        /// The next message; nil at the end of the span.
        public mutating func next() -> SimulatedMessage? {
            while position == waiting.count {
                guard world.moment.instant < end else { return nil }
                position = 0
                world.publish(into: &waiting)
                world.advance()
            }
            let message = waiting[position]
            guard message.at < end else { return nil }
            position += 1
            return message
        }
    }

    /// The states that brokers keep for devices: each plug is online, and so is the Zigbee bridge.
    private func greetings() -> [SimulatedMessage] {
        let plugs = Village.devices(seed: seed).compactMap { emitter in
            if case .plug(let plug, _) = emitter.device { plug.willTopic } else { nil }
        }
        let texts = plugs.map { ($0, "Online") } + [("zigbee2mqtt/bridge/state", "{\"state\":\"online\"}")]
        return texts.map { topic, text in
            SimulatedMessage(at: start, topic: topic, payload: Array(text.utf8), retained: true)
        }
    }
}
