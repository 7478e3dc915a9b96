import GatewayModel
import Metering
import Storage

/// How a file's columns become readings: what the person said, and what was guessed from the names.
struct ImportPlan {
    /// One column with figures of one sensor.
    struct Column {
        var name: String
        var sensor: Sensor
        var unit: Unit
        var kind: ReadingKind
    }

    /// What the person said at the command line.
    struct Wishes: Sendable {
        /// `NAME=SENSOR`, as often as there are columns.
        var columns: [String] = []
        /// The one sensor of a file with one column of figures.
        var sensor: String?
        /// The column with the times.
        var time: String?
        /// The unit of all figures.
        var unit: String?
        /// gauge, register or delta.
        var kind: String?
        /// `NAME=VALUE`: only rows with that value.
        var filters: [String] = []
    }

    private static let timeNames = [
        "time", "timestamp", "datetime", "date_time", "date", "when", "last_changed", "last_updated", "start", "fecha",
        "hora", "zeit", "zeitpunkt", "datum", "tiempo",
    ]
    private static let nothing: Set<String> = ["", "-", "nan", "null", "none", "unknown", "unavailable", "n/a"]

    /// The column with the times.
    let time: String
    /// The columns with figures; empty where each row names its sensor.
    let columns: [Column]
    private let filters: [(name: String, value: String)]
    private let sensors: [String: Sensor]
    private let kinds: [SensorID: ReadingKind]
    private let wishedUnit: Unit?
    private let wishedKind: ReadingKind?

    /// Makes a plan from the names in a file's head and the person's wishes; says what is missing where that fails.
    init(head: [String], wishes: Wishes, sensors: [Sensor], kinds: [SensorID: ReadingKind]) throws(AppError) {
        let known = Dictionary(sensors.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        self.sensors = known
        self.kinds = kinds
        wishedUnit = try wishes.unit.map { text throws(AppError) in try Quantities.unit(text) }
        wishedKind = try wishes.kind.map { text throws(AppError) in try ImportPlan.kind(text) }
        filters = try wishes.filters.map { text throws(AppError) in try ImportPlan.pair(text, option: "--where") }
        let lower = head.map { $0.lowercased() }
        let guessed = ImportPlan.timeNames.compactMap { lower.firstIndex(of: $0) }.first ?? lower.firstIndex(of: "")
        guard let time = wishes.time ?? guessed.map({ head[$0] }), head.contains(time) else {
            throw AppError(
                "no column of times was found among \(ImportPlan.list(head))", remedy: "name it with --time-column")
        }
        self.time = time
        var pairs = try wishes.columns.map { text throws(AppError) in try ImportPlan.pair(text, option: "--column") }
        if pairs.isEmpty, let sensor = wishes.sensor {
            let used = Set(filters.map(\.name) + [time])
            let left = head.filter { !used.contains($0) }
            guard let only = left.first(where: { $0.lowercased() == "value" }) ?? (left.count == 1 ? left[0] : nil)
            else {
                throw AppError(
                    "several columns may hold the figures: \(ImportPlan.list(left))",
                    remedy: "say which with --column \"NAME=\(sensor)\"")
            }
            pairs = [(only, sensor)]
        }
        let wishedUnit = wishedUnit
        let wishedKind = wishedKind
        columns = try pairs.map { name, id throws(AppError) in
            guard head.contains(name) else {
                throw AppError(
                    "there is no column '\(name)'", remedy: "the columns are \(ImportPlan.list(head))")
            }
            let sensor = try ImportPlan.sensor(id, known)
            let unit = wishedUnit ?? ImportPlan.unit(in: name) ?? sensor.unit
            try ImportPlan.check(unit, of: sensor)
            return Column(name: name, sensor: sensor, unit: unit, kind: wishedKind ?? ImportPlan.usual(sensor, kinds))
        }
        guard !columns.isEmpty || lower.contains("sensor") && lower.contains("value") else {
            throw AppError(
                "it is not clear which sensors the columns are: \(ImportPlan.list(head))",
                remedy: "say --column \"NAME=SENSOR\" for each, or --sensor for a file with one column of figures")
        }
    }

    /// The readings of one row; empty cells and words such as `unavailable` are nothing.
    ///
    /// `latest` says when a sensor's last reading of the file was.
    func readings(
        _ cells: [String: String], zone: Zone, after latest: [SensorID: Instant]
    ) throws(AppError) -> [ImportedReading] {
        for filter in filters where cells[filter.name] != filter.value { return [] }
        if columns.isEmpty {
            let id = cells["sensor"] ?? ""
            guard !id.isEmpty, let text = cells["value"], !ImportPlan.isNothing(text) else { return [] }
            let sensor = try ImportPlan.sensor(id, sensors)
            let said = cells["unit"].flatMap { $0.isEmpty ? nil : Unit($0) }
            let unit = wishedUnit ?? said ?? sensor.unit
            try ImportPlan.check(unit, of: sensor)
            let kind =
                wishedKind ?? cells["kind"].flatMap(ReadingKind.init(rawValue:)) ?? ImportPlan.usual(sensor, kinds)
            let time = try instant(cells, zone, after: latest[sensor.id])
            return [
                ImportedReading(
                    sensor: sensor.id, kind: kind, value: try Quantities.number(text), unit: unit, time: time)
            ]
        }
        var found: [ImportedReading] = []
        for column in columns {
            guard let text = cells[column.name], !ImportPlan.isNothing(text) else { continue }
            found.append(
                ImportedReading(
                    sensor: column.sensor.id, kind: column.kind, value: try Quantities.number(text),
                    unit: column.unit, time: try instant(cells, zone, after: latest[column.sensor.id])))
        }
        return found
    }

    /// A time as files write it: RFC 3339, local time, or seconds or milliseconds since 1970.
    ///
    /// In the hour that comes twice in autumn, files in order of time mean the later one once the earlier one has passed.
    private func instant(_ cells: [String: String], _ zone: Zone, after last: Instant?) throws(AppError) -> Instant {
        let text = cells[time] ?? ""
        // Seconds from 1973 to 5138, or milliseconds of as long.
        if let number = Double(text), (100_000_000..<100_000_000_000_000).contains(number) {
            return Instant(milliseconds: Int64(number < 100_000_000_000 ? number * 1000 : number))
        }
        if let date = CalendarDate(text: text) { return zone.start(of: date) }
        if let instant = Instant(rfc3339: text) { return instant }
        guard let civil = Array(text.utf8).withUnsafeBufferPointer({ CivilTime(parsing: $0) }) else {
            throw AppError(
                "'\(text)' is no time", remedy: "write 2026-11-01T08:00:00Z or 2026-11-01 08:00 (local time)")
        }
        if let offset = civil.offsetSeconds { return civil.instant(offsetSeconds: offset) }
        let first = zone.instant(of: civil)
        guard let last, first <= last else { return first }
        let second = first.advanced(bySeconds: 3600)
        return second > last && zone.offsetSeconds(at: second) != zone.offsetSeconds(at: first) ? second : first
    }

    /// What a sensor's own devices send; without any, a meter sheet means a register.
    static func usual(_ sensor: Sensor, _ kinds: [SensorID: ReadingKind]) -> ReadingKind {
        kinds[sensor.id] ?? (sensor.meter == nil ? .gauge : .register)
    }

    private static func isNothing(_ text: String) -> Bool {
        nothing.contains(text.filter { !$0.isWhitespace }.lowercased())
    }

    private static func sensor(_ id: String, _ known: [String: Sensor]) throws(AppError) -> Sensor {
        guard let sensor = known[id] else {
            let nearest = Diagnostic.nearest(to: id, among: known.keys.sorted()).map { "did you mean '\($0)'?" }
            throw AppError("there is no sensor '\(id)'", remedy: nearest ?? "`commons readings list` shows them")
        }
        return sensor
    }

    static func check(_ unit: Unit, of sensor: Sensor) throws(AppError) {
        guard MeterRoom.converted(DecimalValue(1), from: unit, to: sensor.unit) == nil else { return }
        throw AppError(
            "\(unit.code) cannot be converted to \(sensor.unit.code), which \(sensor.id) measures",
            remedy: "say the right unit with --unit")
    }

    private static func kind(_ text: String) throws(AppError) -> ReadingKind {
        guard let kind = ReadingKind(rawValue: text), kind != .state else {
            throw AppError("'\(text)' is no kind of reading", remedy: "write gauge, register or delta")
        }
        return kind
    }

    private static func pair(_ text: String, option: String) throws(AppError) -> (name: String, value: String) {
        guard let equals = text.lastIndex(of: "=") else {
            throw AppError("\(option) '\(text)' has no '='", remedy: "write \(option) \"NAME=…\"")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// The unit in a name such as `Energy (kWh)` or `Energy [kWh]`.
    private static func unit(in name: String) -> Unit? {
        guard let close = name.last, close == ")" || close == "]",
            let open = name.lastIndex(of: close == ")" ? "(" : "[")
        else { return nil }
        return Unit.parsing(String(name[name.index(after: open)...].dropLast())).flatMap {
            $0.definition == nil ? nil : $0
        }
    }

    private static func list(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ")
    }
}
