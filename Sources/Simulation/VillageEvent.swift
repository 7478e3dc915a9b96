import GatewayModel

/// Something that happens in the village at a fixed place of its story, which begins anew every sixty days.
public struct VillageEvent: Hashable, Sendable {
    /// What happens.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The water meter behind the lower well's pump is changed; its register goes on from a low figure.
        case meterExchange = "meter_exchange"
        /// A service pipe leaks about 120 litres an hour, day and night, between the main meter and the houses.
        case leak
        /// A day eleven degrees warmer than usual: more water is used, and the cold store's compressor trips at midday.
        case hotDay = "hot_day"
        /// Both pumps stand still, and the tank falls below two fifths.
        case tankLow = "tank_low"
        /// The soil sensor of bed 3 is silent until its battery is changed.
        case deadSensor = "dead_sensor"

        /// Beginning and end in seconds since the beginning of the story.
        var place: Range<Int64> {
            let hour: Int64 = 3600
            let day = 24 * hour
            return switch self {
            case .meterExchange: 33 * day + 10 * hour..<33 * day + 12 * hour
            case .leak: 36 * day + 2 * hour..<42 * day + 15 * hour
            case .hotDay: 45 * day..<46 * day
            case .tankLow: 47 * day + 22 * hour..<49 * day + 23 * hour
            case .deadSensor: 52 * day + 7 * hour..<58 * day + 10 * hour
            }
        }

        /// True while it happens, that many seconds after the village's start.
        func isHappening(at elapsed: Int64) -> Bool {
            place.contains(elapsed % Kind.storyLength)
        }

        /// Seconds of one story.
        static let storyLength: Int64 = 60 * 86_400
    }

    /// What happens.
    public var kind: Kind
    /// When it begins.
    public var from: Instant
    /// When it is over.
    public var until: Instant

    /// All events that touch a span of a village that began at `start`, in time order.
    public static func all(start: Instant, until end: Instant) -> [VillageEvent] {
        var events: [VillageEvent] = []
        var story = start
        while story < end {
            for kind in Kind.allCases {
                let from = story.advanced(bySeconds: kind.place.lowerBound)
                guard from < end else { continue }
                events.append(
                    VillageEvent(kind: kind, from: from, until: story.advanced(bySeconds: kind.place.upperBound)))
            }
            story = story.advanced(bySeconds: Kind.storyLength)
        }
        return events
    }
}
