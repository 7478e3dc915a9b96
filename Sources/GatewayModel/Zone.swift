import Foundation

/// The community's time zone, with local days of 23 to 25 hours.
public struct Zone: Hashable, Sendable {
    /// The zone's name in the IANA database, such as `Europe/Berlin`.
    public let identifier: String
    private let zone: TimeZone

    /// UTC.
    public static let utc = Zone(identifier: "UTC", zone: .gmt)

    /// Makes a zone by its IANA name; nil where the machine does not know it (is `tzdata` installed?).
    public init?(identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.init(identifier: identifier, zone: zone)
    }

    private init(identifier: String, zone: TimeZone) {
        self.identifier = identifier
        self.zone = zone
    }

    /// Seconds east of UTC at that instant.
    public func offsetSeconds(at instant: Instant) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
    }

    /// The local day at that instant.
    public func date(at instant: Instant) -> CalendarDate {
        let local = instant.advanced(bySeconds: Int64(offsetSeconds(at: instant)))
        return CalendarDate(daysSinceEpoch: local.milliseconds.flooredDivision(by: 86_400_000))
    }

    /// The first instant of a local day, also where the clock change falls on midnight.
    public func start(of date: CalendarDate) -> Instant {
        instant(of: CivilTime(date: date, millisecondOfDay: 0))
    }

    /// The instant of a local civil time; of two (clocks back) the earlier, of none (clocks forward) the moment after.
    public func instant(of civil: CivilTime) -> Instant {
        let naive = civil.instant(offsetSeconds: 0)
        let before = offsetSeconds(at: naive.advanced(bySeconds: -86_400))
        let after = offsetSeconds(at: naive.advanced(bySeconds: 86_400))
        let candidates = [before, after].map { civil.instant(offsetSeconds: $0) }.sorted()
        for candidate in candidates
        where candidate.advanced(bySeconds: Int64(offsetSeconds(at: candidate))) == naive {
            return candidate
        }
        return civil.instant(offsetSeconds: before)
    }
}
