import GatewayModel
import Storage

/// The weekly round: what has to be visited, and who does it.
public struct RoundDesk {
    private let site: Site
    /// A battery at or below this is changed on the next round (percent).
    private static let lowBattery = DecimalValue(20)
    /// How far back the last word of a battery is looked for (seconds).
    private static let lookBack: Int64 = 45 * 86_400

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// The type of the weekly notice.
    static let noticeKind = "duty.round"

    private struct Line: Encodable {
        var place: String
        var sensor: String
        var visitedBy: String?
        var silentSince: String?
        var battery: String?
    }

    /// What has to be visited, and why.
    struct Stops {
        /// A shared sensor to visit.
        struct Stop {
            var sensor: Sensor
            var silentSince: Instant?
            var battery: String?
        }

        /// The shared sensors, by place.
        var shared: [Stop]
        /// How many homes have something to look after themselves.
        var homes: Int
    }

    /// One line for each sensor to visit, by place; a home is visited by its own people and only counted.
    public func lines(json: Bool) throws -> [String] {
        try site.shown(.round(json: json)) { try lines(json: json, now: SystemClock.now()) }
    }

    func lines(json: Bool, now: Instant) throws -> [String] {
        let stops = try stops(in: site.readingStore(), now: now)
        guard json else { return lines(stops, site.book(nil)) }
        return try stops.shared.map { stop in
            try JSONLine.text(
                Line(
                    place: stop.sensor.place, sensor: stop.sensor.id.rawValue, visitedBy: stop.sensor.visitedBy,
                    silentSince: stop.silentSince?.description, battery: stop.battery))
        }
    }

    /// Finds what has to be visited.
    func stops(in store: Store, now: Instant) throws -> Stops {
        let sensors = try SensorDirectory(store).all
        let silent = try silentSince(store)
        let batteries = try lowBatteries(store, now: now)
        let due = sensors.filter { silent[$0.id] != nil || batteries[$0.id] != nil }
            .sorted { ($0.place, $0.id) < ($1.place, $1.id) }
        return Stops(
            shared: due.filter { $0.visibility == .community }.map {
                Stops.Stop(sensor: $0, silentSince: silent[$0.id], battery: batteries[$0.id])
            }, homes: Set(due.filter { $0.visibility != .community }.map(\.place)).count)
    }

    /// The weekly notice in one language; `onDuty` is named where the stewards read it.
    func notice(
        _ stops: Stops, onDuty: String?, _ book: Phrasebook, now: Instant
    ) -> (title: String, body: String) {
        let first = onDuty.map { [book.text("round.on_duty", ["person": $0])] } ?? []
        return (
            book.text("round.title", ["date": site.zone.date(at: now).description]),
            (first + lines(stops, book)).joined(separator: "\n")
        )
    }

    private func lines(_ stops: Stops, _ book: Phrasebook) -> [String] {
        var lines = stops.shared.map { stop in
            let reasons = [
                stop.silentSince.map { book.text("round.silent", ["since": site.local($0)]) },
                stop.battery.map { book.text("round.battery", ["value": $0]) },
            ].compactMap { $0 }
            return Escaping.terminal(
                book.text(
                    "round.line",
                    [
                        "place": stop.sensor.place.isEmpty ? "-" : stop.sensor.place,
                        "sensor": stop.sensor.name(in: book.language), "why": reasons.joined(separator: ", "),
                        "visitor": stop.sensor.visitedBy ?? book.text("round.anybody"),
                    ]))
        }
        if stops.homes > 0 { lines.append(book.text("round.homes", ["count": "\(stops.homes)"])) }
        return lines.isEmpty ? [book.text("round.nothing")] : lines
    }

    private func silentSince(_ store: Store) throws -> [SensorID: Instant] {
        let open = try store.alerts(openOnly: true).filter { $0.cause == .box(.sensorSilent) && $0.holds }
        return Dictionary(
            open.map { (SensorID(rawValue: $0.subject), $0.onset) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the low batteries last said, for each sensor that is measured by their devices now.
    private func lowBatteries(_ store: Store, now: Instant) throws -> [SensorID: String] {
        let series = try store.series().filter {
            $0.quantity.rawValue == "battery" || ["battery_ok", "battery_low"].contains($0.channel)
        }
        let byID = Dictionary(series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var last: [SeriesID: StoredReading] = [:]
        let from = now.advanced(bySeconds: -RoundDesk.lookBack)
        try store.readings(ReadingQuery(.series(series.map(\.id)), from: from)) { reading in
            let isNewer = last[reading.series].map { $0.time.instant <= reading.time.instant } ?? true
            if isNewer { last[reading.series] = reading }
        }
        var devices: [String: String] = [:]
        for (id, reading) in last {
            guard let record = byID[id] else { continue }
            let isLow =
                switch record.channel {
                case "battery_ok": reading.value == .zero
                case "battery_low": reading.value != .zero
                default: record.unit.code == "%" && reading.value <= RoundDesk.lowBattery
                }
            let text = record.unit.code == "%" ? "\(reading.value) %" : record.channel
            if isLow { devices[record.key.device] = text }
        }
        let bound = try store.bindings().filter { $0.until == nil }
        return Dictionary(
            bound.compactMap { binding in devices[binding.device].map { (binding.sensor, $0) } },
            uniquingKeysWith: { first, _ in first })
    }
}
