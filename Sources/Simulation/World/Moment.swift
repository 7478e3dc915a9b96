import GatewayModel

/// One step of the village's time with what the models need of the calendar.
struct Moment: Sendable {
    /// Seconds in a step; every model advances by whole steps.
    static let step: Int64 = 300

    /// The beginning of the step.
    var instant: Instant
    /// Seconds since the village's start.
    var elapsed: Int64
    /// Seconds east of UTC.
    var offsetSeconds: Int
    /// Local day as days since 1970.
    var localDay: Int64
    /// Local time of day in hours, 0 to 24.
    var hour: Double
    /// Position in the year in turns, 0 at 1 January.
    var yearTurns: Double
    /// True in the first step of a local day.
    var isFirstOfDay: Bool

    init(instant: Instant, elapsed: Int64, zone: Zone) {
        self.instant = instant
        self.elapsed = elapsed
        offsetSeconds = zone.offsetSeconds(at: instant)
        let local = instant.advanced(bySeconds: Int64(offsetSeconds)).milliseconds
        localDay = local.flooredDivision(by: 86_400_000)
        let rest = local - localDay * 86_400_000
        hour = Double(rest) / 3_600_000
        isFirstOfDay = rest < Moment.step * 1000
        let date = CalendarDate(daysSinceEpoch: localDay)
        let newYear = CalendarDate(year: date.year, month: 1, day: 1).daysSinceEpoch
        yearTurns = (Double(localDay - newYear) + hour / 24) / 365.25
    }

    /// Hour of the day by the sun at the village's longitude of 1.6 degrees east.
    var solarHour: Double {
        let dayMilliseconds = instant.milliseconds - instant.milliseconds.flooredDivision(by: 86_400_000) * 86_400_000
        return Double(dayMilliseconds) / 3_600_000 + 1.6 / 15
    }

    /// Local date and time of day to the second, as devices without a zone write it: `2026-11-01T12:00:00`.
    static func localText(_ instant: Instant, offsetSeconds: Int, separator: Character = "T") -> String {
        let text = instant.rfc3339(offsetSeconds: offsetSeconds).prefix(19)
        return separator == "T" ? String(text) : String(text.map { $0 == "T" ? separator : $0 })
    }
}
