/// The name of a logical measuring point, stable over years and changes of device: `upper-well/level`.
///
/// Lower-case letters, digits, `-`, `_` and `/`; the part before the first `/` is the place.
public struct SensorID: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The name.
    public let rawValue: String

    /// Makes a sensor name; see ``isWellFormed`` for input from people.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// True where the name has only the allowed characters and at least one.
    public var isWellFormed: Bool {
        !rawValue.isEmpty
            && rawValue.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2D, 0x5F, 0x2F].contains(byte)
            }
    }

    /// The name itself.
    public var description: String { rawValue }

    /// Orders by name.
    public static func < (left: SensorID, right: SensorID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Who may see a sensor's own figures.
public enum Visibility: String, Hashable, Sendable, Codable, CaseIterable {
    /// One household's use; never published on its own. A new point is this until someone says otherwise.
    case household
    /// Shared: wells, tanks, roofs, gardens.
    case community
}

/// A shared resource: `water`, `energy`, `garden`, `cold_store`. An open set.
public struct Resource: RawRepresentable, Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The name in snake_case.
    public let rawValue: String

    /// Makes a resource of that name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Makes a resource of that name.
    public init(stringLiteral name: String) {
        rawValue = name
    }

    /// Orders by name.
    public static func < (left: Resource, right: Resource) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What part a sensor plays in its resource's balance, which decides how the report adds it up.
public enum SensorRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// Taken from nature or bought: a well's meter, the grid import.
    case input
    /// Made here: solar generation.
    case production
    /// Given away: the grid export.
    case output
    /// Used by households or shared facilities.
    case consumption
    /// What is stored: a tank's or battery's level.
    case storage
    /// A condition: temperature, soil moisture, a well's level.
    case condition
}

/// A part of each year, both days included: taps that are shut in winter.
public struct Season: Hashable, Sendable, Codable {
    /// Month and day of its first day, `1101` for 1 November.
    public var from: Int
    /// Month and day of its last day.
    public var to: Int

    /// Reads `11-01..03-15`; nil for anything else.
    public init?(text: String) {
        let ends = text.split(separator: ".", omittingEmptySubsequences: true).map { end -> Int? in
            let parts = end.split(separator: "-").map { Int($0) }
            guard parts.count == 2, let month = parts[0], let day = parts[1], (1...12).contains(month),
                (1...CalendarDate.days(inMonth: month, of: 2024)).contains(day)
            else { return nil }
            return month * 100 + day
        }
        guard ends.count == 2, let from = ends[0], let to = ends[1] else { return nil }
        self.from = from
        self.to = to
    }

    /// True on its days, also where it goes over the new year.
    public func contains(_ date: CalendarDate) -> Bool {
        let day = date.month * 100 + date.day
        return from <= to ? (from...to).contains(day) : day >= from || day <= to
    }
}

/// How often a sensor is expected to report.
public struct Rhythm: Hashable, Sendable, Codable {
    /// Expected seconds between two reports, at least 1.
    public var interval: Int64
    /// Seconds without a report after which the sensor counts as silent.
    public var silentAfter: Int64
    /// Seasons in which it is not expected at all; nil where it always is.
    public var pauses: [Season]?
    /// The hours in which it is expected at all; nil for all day.
    public var hours: OfficeHours?

    /// True on a day of a season in which nothing is expected.
    public func isPaused(on date: CalendarDate) -> Bool {
        pauses?.contains { $0.contains(date) } ?? false
    }

    /// True on a day of which a reading is expected: in no such season, and on a day of its office hours.
    public func isExpected(on date: CalendarDate) -> Bool {
        !isPaused(on: date) && hours?.weekdays.contains(date.weekday) != false
    }

    /// Makes a rhythm; `silentAfter` defaults to three intervals plus a minute.
    public init(
        interval: Int64, silentAfter: Int64? = nil, pauses: [Season]? = nil, hours: OfficeHours? = nil
    ) {
        self.pauses = pauses
        self.hours = hours
        self.interval = interval
        self.silentAfter = silentAfter ?? interval * 3 + 60
    }
}

/// What a level may be and how fast it may change; what lies outside is kept and not believed.
public struct PlausibleLevel: Hashable, Sendable, Codable {
    /// The least value, in the sensor's unit; nil where unknown.
    public var from: DecimalValue?
    /// The greatest value, in the sensor's unit; nil where unknown.
    public var to: DecimalValue?
    /// The greatest change in an hour, in the sensor's unit; nil where unknown.
    public var perHour: DecimalValue?

    /// Makes bounds.
    public init(from: DecimalValue? = nil, to: DecimalValue? = nil, perHour: DecimalValue? = nil) {
        self.from = from
        self.to = to
        self.perHour = perHour
    }

    /// True where the level lies within the bounds and may follow the last one; an hour's change is always granted.
    public func allows(_ value: DecimalValue, at time: Instant, after last: (value: DecimalValue, time: Instant)?)
        -> Bool
    {
        if let from, value < from { return false }
        if let to, value > to { return false }
        guard let perHour, let last, let change = value.subtracting(last.value) else { return true }
        let milliseconds = max(3_600_000, abs(time.milliseconds(since: last.time)))
        guard let allowed = perHour.multiplied(byRatio: milliseconds, 3_600_000) else { return true }
        let negated = DecimalValue.zero.subtracting(allowed) ?? .zero
        return change <= allowed && change >= negated
    }
}

/// How a virtual sensor's figures follow from those of other sensors.
public struct Computation: Hashable, Sendable, Codable {
    /// The kinds of computation.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// All parts together.
        case sum
        /// The first part less all others.
        case difference
        /// The first part divided by the second.
        case ratio
        /// The average of the parts.
        case mean
    }

    /// The kind.
    public var kind: Kind
    /// The parts, none of them virtual.
    public var parts: [SensorID]

    /// Makes a computation.
    public init(kind: Kind, parts: [SensorID]) {
        self.kind = kind
        self.parts = parts
    }

    /// The figure of parts in their order, all in one unit; nil where it cannot be had, for example divided by nothing.
    ///
    /// A ratio keeps six digits after the point, a mean as many.
    public func value(of parts: [DecimalValue]) -> DecimalValue? {
        guard let first = parts.first else { return nil }
        switch kind {
        case .sum: return parts.dropFirst().reduce(first) { sum, part in sum.flatMap { $0.adding(part) } }
        case .difference: return parts.dropFirst().reduce(first) { rest, part in rest.flatMap { $0.subtracting(part) } }
        case .mean:
            let sum = parts.dropFirst().reduce(Optional(first)) { sum, part in sum.flatMap { $0.adding(part) } }
            return sum?.rounded(places: 6).multiplied(byRatio: 1, Int64(parts.count))?.rounded(places: 6)
        case .ratio:
            guard parts.count == 2, case let below = parts[1].rounded(places: 6), below.mantissa != 0 else {
                return nil
            }
            let power = (0..<below.scale).reduce(Int64(1)) { power, _ in power * 10 }
            return first.multiplied(byRatio: power, below.mantissa)?.rounded(places: 6)
        }
    }

    /// How many parts must be known: of a mean half of them, of anything else all.
    public var least: Int { kind == .mean ? (parts.count + 1) / 2 : parts.count }
}

/// A logical measuring point as declared: where, what, for whom.
public struct Sensor: Hashable, Sendable, Codable {
    /// The stable name.
    public var id: SensorID
    /// The name people read, by language code; `""` serves every language that has none of its own.
    public var names: [String: String]
    /// The place, for grouping and texts.
    public var place: String
    /// The shared resource it belongs to.
    public var resource: Resource
    /// What it measures.
    public var quantity: Quantity
    /// Its part in the resource's balance.
    public var role: SensorRole
    /// Who may see its figures.
    public var visibility: Visibility
    /// The unit its figures are shown and checked in.
    public var unit: Unit
    /// Expected rhythm; nil where unknown, then silence is not watched.
    public var rhythm: Rhythm?
    /// The meter sheet where the sensor is a register.
    public var meter: MeterSheet?
    /// How it follows from other sensors, where it is virtual; nil for what is measured.
    public var computed: Computation?
    /// What its levels may be; nil where everything is believed.
    public var plausible: PlausibleLevel?
    /// Who visits it when it is silent; a role or duty, free text.
    public var visitedBy: String?

    /// Makes a sensor.
    public init(
        id: SensorID, names: [String: String] = [:], place: String = "", resource: Resource, quantity: Quantity,
        role: SensorRole, visibility: Visibility = .household, unit: Unit, rhythm: Rhythm? = nil,
        meter: MeterSheet? = nil, plausible: PlausibleLevel? = nil,
        computed: Computation? = nil, visitedBy: String? = nil
    ) {
        self.id = id
        self.names = names
        self.place = place
        self.resource = resource
        self.quantity = quantity
        self.role = role
        self.visibility = visibility
        self.unit = unit
        self.rhythm = rhythm
        self.meter = meter
        self.plausible = plausible
        self.computed = computed
        self.visitedBy = visitedBy
    }

    /// The name in a language, else in any that it has, else the id.
    public func name(in language: String) -> String {
        names.text(in: language) ?? id.rawValue
    }
}
