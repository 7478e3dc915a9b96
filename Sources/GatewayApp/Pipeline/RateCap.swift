import GatewayModel

/// Protects the card from a device that went wild: messages an hour, by the time they were measured.
///
/// What a device buffered, or what waited at the broker, spreads over the hours in which it was measured and is not
/// touched. A value type: a batch that fails counts nothing.
struct RateCap: Sendable {
    /// What a message led to.
    enum Verdict: Hashable {
        case within
        /// The first message beyond the cap in its hour.
        case passed(cap: Int)
        case beyond
        /// The first message within the cap after an hour that kept to it.
        case recovered
    }

    private struct Window {
        var hour: Int64
        var count: Int
        var cap: Int
        var isRaised = false
    }

    private static let hour: Int64 = 3_600_000
    /// Twenty times the rhythm: bursts and retries are life, a loop is not.
    private static let multiple: Int64 = 20
    private static let leastCap: Int64 = 720
    /// Ten messages a second, where no sensor of the device has a rhythm.
    private static let capWithoutRhythm = 36_000

    private var windows: [String: Window] = [:]
    private let caps: [String: Int]

    /// Knows the devices of the sensors that have a rhythm; the fastest one counts.
    init(sensors: SensorDirectory = SensorDirectory(sensors: [], bindings: [])) {
        var caps: [String: Int] = [:]
        for sensor in sensors.all {
            guard let interval = sensor.rhythm?.interval else { continue }
            let cap = Int(max(RateCap.leastCap, RateCap.multiple * 3600 / max(1, interval)))
            for binding in sensors.bindings(of: sensor.id) where binding.until == nil {
                caps[binding.device] = max(caps[binding.device] ?? 0, cap)
            }
        }
        self.caps = caps
    }

    /// Goes on with the rhythms of another list of sensors, and remembers which alerts are open.
    func knowing(_ sensors: SensorDirectory, raised: Set<String> = []) -> RateCap {
        var fresh = RateCap(sensors: sensors)
        fresh.windows = windows
        for device in raised {
            fresh.windows[device] = Window(hour: .min, count: 0, cap: fresh.cap(of: device), isRaised: true)
        }
        return fresh
    }

    /// Nothing is known of a device any more: what it sends next is counted, and told, anew.
    mutating func forget(_ device: String) { windows[device] = nil }

    private func cap(of device: String) -> Int { caps[device] ?? RateCap.capWithoutRhythm }

    /// Counts a message of a device that was measured at a time.
    mutating func count(_ device: String, at time: Instant) -> Verdict {
        let hour = time.milliseconds.flooredDivision(by: RateCap.hour)
        guard var window = windows[device] else {
            windows[device] = Window(hour: hour, count: 1, cap: cap(of: device))
            return .within
        }
        defer { windows[device] = window }
        guard window.hour == hour else {
            let kept = window.isRaised && window.count <= window.cap && window.hour != .min
            window = Window(hour: hour, count: 1, cap: cap(of: device), isRaised: window.isRaised && !kept)
            return kept ? .recovered : .within
        }
        window.count += 1
        guard window.count > window.cap else { return .within }
        guard !window.isRaised else { return .beyond }
        window.isRaised = true
        return .passed(cap: window.cap)
    }
}
