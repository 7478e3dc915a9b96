import GatewayModel

/// What SQL is told of a series, and which sensor it counts for when.
struct SeriesPlaces {
    struct Place {
        var times: Range<Int64>
        var sensor: SensorID
    }

    struct Entry {
        var record: SeriesRecord
        var places: [Place]
        /// What was not bound is a household's unless all that its device ever measured is the community's.
        var isUnboundVisible: Bool
    }

    let entries: [SeriesID: Entry]
    /// Sensors that may be shown; nil where all may.
    private let visible: Set<SensorID>?
    let zone: Zone

    init(_ store: Store, zone: Zone, visible: Set<SensorID>?) throws {
        self.visible = visible
        self.zone = zone
        let records = try store.series()
        let places = try store.places()
        var devices: [String: [SensorID]] = [:]
        for record in records {
            devices[record.key.device, default: []] += (places[record.id] ?? []).map(\.sensor)
        }
        var entries: [SeriesID: Entry] = [:]
        for record in records {
            let others = devices[record.key.device] ?? []
            let isUnboundVisible = visible.map { !others.isEmpty && Set(others).isSubset(of: $0) } ?? true
            entries[record.id] = Entry(
                record: record, places: places[record.id] ?? [], isUnboundVisible: isUnboundVisible)
        }
        self.entries = entries
    }

    /// The sensor of a moment; nil in the outer where it may not be shown, in the inner where there is none.
    func sensor(_ series: SeriesID, at time: Int64) -> SensorID?? {
        guard let entry = entries[series] else { return nil }
        guard let place = entry.places.first(where: { $0.times.contains(time) }) else {
            return entry.isUnboundVisible ? .some(nil) : nil
        }
        return visible?.contains(place.sensor) ?? true ? .some(place.sensor) : nil
    }

    /// The series that fit what was asked of their columns.
    func series(_ constraints: [ColumnConstraint], series: Int, sensor: Int, device: Int) -> [SeriesID] {
        entries.values.filter { entry in
            constraints.allSatisfy { constraint in
                guard constraint.comparison == .equal else { return true }
                switch constraint.column {
                case series: return constraint.value == .integer(entry.record.id.rawValue)
                case sensor: return entry.places.contains { constraint.value == .text($0.sensor.rawValue) }
                case device: return constraint.value == .text(entry.record.key.device)
                default: return true
                }
            }
        }.map(\.record.id).sorted()
    }
}

/// Times in SQL: UTC as SQLite's own functions write it, `2026-11-01 12:00:00.000`, so that they compare as text does.
enum SQLTime {
    private static let least = "0001-01-01 00:00:00.000"
    private static let greatest = "9999-12-31 23:59:59.999"

    static func text(_ milliseconds: Int64, offsetSeconds: Int = 0) -> String {
        let local = Instant(milliseconds: milliseconds).advanced(bySeconds: Int64(offsetSeconds))
        let text = local.rfc3339().dropLast().replacing("T", with: " ")
        return text.utf8.count == 19 ? text + ".000" : String(text)
    }

    /// The instants that the constraints leave, a little too many rather than one too few.
    static func range(_ constraints: [ColumnConstraint], text: Int, number: Int) -> Range<Int64> {
        var (lower, upper) = (Int64.min, Int64.max)
        for constraint in constraints {
            var (from, through): (Int64?, Int64?) = (nil, nil)
            switch (constraint.column, constraint.value) {
            case (text, .text(let value)): (from, through) = (bound(value, least), bound(value, greatest))
            case (number, .integer(let value)): (from, through) = (value, value)
            default: continue
            }
            if constraint.comparison != .atMost, let from { lower = max(lower, from) }
            if constraint.comparison != .atLeast, let through { upper = min(upper, through &+ 1) }
        }
        return lower..<max(lower, upper)
    }

    /// A time of which whole parts may be missing at the end, completed; nil where it is anything else.
    private static func bound(_ text: String, _ pattern: String) -> Int64? {
        guard [4, 7, 10, 13, 16, 19, 23].contains(text.utf8.count) else { return nil }
        let whole = text + pattern.dropFirst(text.count)
        // Not every month has 31 days.
        let days =
            text.utf8.count == 7 && pattern == greatest
            ? ["31", "30", "29", "28"] : [String(whole.dropFirst(8).prefix(2))]
        return days.lazy.compactMap { Instant(rfc3339: whole.prefix(8) + $0 + whole.dropFirst(10) + "Z") }.first?
            .milliseconds
    }
}
