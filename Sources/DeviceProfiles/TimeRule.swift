import GatewayModel

/// Where a message says when it was measured, and how that is written.
struct TimeRule: Sendable {
    enum Form: String, CaseIterable {
        /// A date and time with a zone; without one it is the community's local time.
        case iso
        /// Seconds since 1970, UTC, whole or with a fraction.
        case epochSeconds = "epoch_s"
        /// Milliseconds since 1970, UTC.
        case epochMilliseconds = "epoch_ms"
        /// Seconds or milliseconds since 1970, told apart by their size.
        case epoch
        /// `YYMMDDhhmmss` with `S` or `W` for summer or winter time of Central Europe (DSMR P1 companion standard).
        case dsmr
    }

    var path: [String]
    var form: Form
    /// True where the time holds for the values of the same object only.
    var isBeside = false

    /// A clock that was never set shows a time before this one (2010-01-01).
    static let earliest = Instant(seconds: 1_262_304_000)

    /// Nil where the text is no such time or the device's clock was never set.
    func instant(_ bytes: UnsafeBufferPointer<UInt8>, zone: inout LocalTime) -> Instant? {
        let instant: Instant?
        switch form {
        case .iso:
            if let civil = CivilTime(parsing: bytes) {
                instant = civil.offsetSeconds.map { civil.instant(offsetSeconds: $0) } ?? zone.instant(of: civil)
            } else {
                instant = TimeRule.epoch(bytes, form: .epoch)
            }
        case .dsmr: instant = TimeRule.dsmr(bytes)
        case .epoch, .epochSeconds, .epochMilliseconds: instant = TimeRule.epoch(bytes, form: form)
        }
        guard let instant, instant >= TimeRule.earliest else { return nil }
        return instant
    }

    private static func epoch(_ bytes: UnsafeBufferPointer<UInt8>, form: Form) -> Instant? {
        guard let number = DecimalValue.parse(bytes)?.value else { return nil }
        let isMilliseconds =
            form == .epochMilliseconds || (form == .epoch && number > DecimalValue(100_000_000_000))
        let factor = DecimalValue(isMilliseconds ? 1 : 1000)
        guard let milliseconds = number.multiplied(by: factor)?.rounded(places: 0).mantissa,
            milliseconds < 253_402_300_800_000
        else { return nil }
        return Instant(milliseconds: milliseconds)
    }

    private static func dsmr(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
        guard bytes.count == 13, bytes[12] == 0x53 || bytes[12] == 0x57 else { return nil }
        var parts: [Int] = []
        for index in stride(from: 0, to: 12, by: 2) {
            let (tens, ones) = (bytes[index] &- 0x30, bytes[index + 1] &- 0x30)
            guard tens < 10, ones < 10 else { return nil }
            parts.append(Int(tens) * 10 + Int(ones))
        }
        guard (1...12).contains(parts[1]),
            (1...CalendarDate.days(inMonth: parts[1], of: 2000 + parts[0])).contains(parts[2]),
            parts[3] < 24, parts[4] < 60, parts[5] < 60
        else { return nil }
        let civil = CivilTime(
            date: CalendarDate(year: 2000 + parts[0], month: parts[1], day: parts[2]),
            millisecondOfDay: ((parts[3] * 60 + parts[4]) * 60 + parts[5]) * 1000)
        return civil.instant(offsetSeconds: bytes[12] == 0x53 ? 7200 : 3600)
    }
}

/// Local times of one zone; the offset of the last hour is kept, since asking the zone costs microseconds.
struct LocalTime: Sendable {
    let zone: Zone
    /// When the message came: of the two instants that one local time means when clocks go back, the nearer one is meant.
    var receivedAt = Instant(milliseconds: 0)
    private var hour = Int64.min
    private var offset = 0
    private var otherOffset: Int?

    init(zone: Zone) {
        self.zone = zone
    }

    mutating func instant(of civil: CivilTime) -> Instant {
        // A quarter of an hour is the finest step at which a zone has ever changed.
        let quarter = civil.instant(offsetSeconds: 0).milliseconds.flooredDivision(by: 900_000)
        if quarter != hour {
            hour = quarter
            offset = zone.offsetSeconds(at: zone.instant(of: civil))
            otherOffset = secondOffset(of: civil)
        }
        let first = civil.instant(offsetSeconds: offset)
        guard let second = otherOffset.map({ civil.instant(offsetSeconds: $0) }) else { return first }
        let isNearer =
            abs(second.milliseconds(since: receivedAt)) < abs(first.milliseconds(since: receivedAt))
        return isNearer ? second : first
    }

    /// The other offset under which the same local time exists; nil except in an hour that comes twice.
    private func secondOffset(of civil: CivilTime) -> Int? {
        let instant = civil.instant(offsetSeconds: offset)
        return [-10_800, 10_800].map { zone.offsetSeconds(at: instant.advanced(bySeconds: $0)) }.first { other in
            other != offset && zone.offsetSeconds(at: civil.instant(offsetSeconds: other)) == other
        }
    }
}
