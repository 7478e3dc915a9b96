/// Hours of some days of the week in which a sensor is expected, such as a school's: `mon-fri 08:00-17:00`.
public struct OfficeHours: Hashable, Sendable, Codable {
    /// The ISO weekdays, 1 for Monday to 7 for Sunday, sorted.
    public var weekdays: [Int]
    /// The hours of each of these days.
    public var window: DayWindow

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Makes hours.
    public init(weekdays: [Int], window: DayWindow) {
        self.weekdays = weekdays.sorted()
        self.window = window
    }

    /// Reads `mon-fri 08:00-17:00` or `mon,wed 20:00-02:00`; nil where it is not understood.
    public init?(text: String) {
        let parts = text.lowercased().split(separator: " ").map(String.init)
        guard parts.count == 2 else { return nil }
        var days: Set<Int> = []
        for part in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                OfficeHours.names.firstIndex(of: String($0))
            }
            guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil else {
                return nil
            }
            // From Friday to Monday goes over the end of the week.
            for offset in 0...((last - first + 7) % 7) { days.insert((first + offset) % 7 + 1) }
        }
        let clock = parts[1].split(separator: "-", omittingEmptySubsequences: false).map {
            OfficeHours.minute(String($0))
        }
        guard clock.count == 2, let from = clock[0], let until = clock[1], from != until, from < 1440 else {
            return nil
        }
        self.init(weekdays: days.sorted(), window: DayWindow(from: from, until: until))
    }

    /// When so many seconds of these hours have passed since an instant; nil where they do not within a hundred days.
    public func instant(after seconds: Int64, from begin: Instant, in zone: Zone) -> Instant? {
        var left = seconds * 1000
        // Hours that began the evening before may still run.
        var date = zone.date(at: begin).adding(days: -1)
        for _ in 0...100 {
            defer { date = date.adding(days: 1) }
            guard weekdays.contains(date.weekday) else { continue }
            let hours = window.instants(on: date, in: zone)
            let from = max(hours.lowerBound, begin)
            guard from < hours.upperBound else { continue }
            let span = hours.upperBound.milliseconds(since: from)
            if span >= left { return from.advanced(byMilliseconds: left) }
            left -= span
        }
        return nil
    }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...24).contains(hour), (0..<60).contains(minute), hour < 24 || minute == 0
        else { return nil }
        return hour * 60 + minute
    }
}
