import GatewayModel

/// A time of duty from a calendar, once or again and again; a value that works out its times as they are asked for, so that
/// a rule without an end never runs out.
public struct DutySeries: Hashable, Sendable {
    /// The first time, with those who are called in it.
    public let first: DutyRoster.Shift
    /// The days on which it begins, with those that fall out; nil for a single time.
    private let days: Meetings.Series?
    /// What stands in the place of single ones, by the day that the rule foresees.
    private let replaced: [CalendarDate: DutyRoster.Shift]
    /// How many local days after its begin it ends, at which millisecond of that day, and in which zone.
    private let length: Int
    private let endTime: Int
    private let endZone: Zone

    /// A single time.
    public init(_ shift: DutyRoster.Shift) {
        first = shift
        days = nil
        replaced = [:]
        length = 0
        endTime = 0
        endZone = .utc
    }

    /// A time that comes again on the days of a series; each ends at the local time at which the first one ends.
    public init(
        _ first: DutyRoster.Shift, on days: Meetings.Series, endZone: Zone,
        replaced: [CalendarDate: DutyRoster.Shift] = [:]
    ) {
        self.first = first
        self.days = days
        self.replaced = replaced
        self.endZone = endZone
        length = Int(endZone.date(at: first.until).daysSinceEpoch - days.start.daysSinceEpoch)
        let local = first.until.advanced(bySeconds: Int64(endZone.offsetSeconds(at: first.until)))
        endTime = Int(local.milliseconds.flooredRemainder(by: 86_400_000))
    }

    /// Everybody who is called at any time of it.
    public var people: Set<String> { Set(first.people + replaced.values.flatMap(\.people)) }

    /// The times that touch a span, by their begin.
    public func shifts(touching span: Range<Instant>) -> [DutyRoster.Shift] {
        guard let days else { return [first].filter { $0.touches(span) } }
        var shifts = Array(replaced.values)
        let last = days.zone.date(at: span.upperBound).adding(days: 1)
        var next = days.day(onOrAfter: days.zone.date(at: span.lowerBound).adding(days: -length - 1))
        while let day = next, day <= last {
            if replaced[day] == nil, days.changes[day] == nil {
                let end = CivilTime(date: day.adding(days: length), millisecondOfDay: endTime)
                shifts.append(
                    DutyRoster.Shift(
                        from: days.instant(on: day), until: endZone.instant(of: end), people: first.people))
            }
            next = days.day(onOrAfter: day.adding(days: 1))
        }
        return shifts.filter { $0.touches(span) }.sorted { $0.from < $1.from }
    }
}

extension DutyRoster.Shift {
    fileprivate func touches(_ span: Range<Instant>) -> Bool { from < span.upperBound && until > span.lowerBound }
}
