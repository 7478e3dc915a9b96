import Foundation
import GatewayModel
import Metering
import Storage

/// Answers questions about readings, beside the running gateway.
public struct ReadingDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What to export.
    public struct ExportRequest: Sendable {
        /// Only these sensors; every one where empty.
        public var sensors: [String]
        /// Only these devices; every one where empty.
        public var devices: [String]
        /// From this day or time on.
        public var from: String?
        /// Before this day or time.
        public var until: String?
        /// CSV, else JSON Lines.
        public var isCSV: Bool
        /// Why households' figures are wanted; they are left out where nil.
        public var why: String?
        /// Also what each day came to of which no readings are kept any more.
        public var withKeptDays: Bool

        /// Makes a request.
        public init(
            sensors: [String], devices: [String], from: String?, until: String?, isCSV: Bool, why: String? = nil,
            withKeptDays: Bool = false
        ) {
            self.why = why
            self.withKeptDays = withKeptDays
            self.sensors = sensors
            self.devices = devices
            self.from = from
            self.until = until
            self.isCSV = isCSV
        }
    }

    private struct LatestLine: Encodable {
        var sensor: String
        var name: String
        var value: String?
        var unit: String
        var time: String?
        var disputed: [Int64]?
    }

    private struct ReadingLine: Encodable {
        var time: String
        var timeSource: String
        var receivedAt: String?
        var device: String
        var channel: String
        var quantity: String
        var kind: String
        var value: String
        var unit: String
        var sensor: String?
        var trusted: Bool
        var disputed: [Int64]?
    }

    /// Every sensor with its latest reading.
    ///
    /// Of households only where `why` says the reason, which is entered in the record book first.
    public func latest(json: Bool, why: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let homes = try HouseholdDesk(site: site).look(at: nil, "readings list", why: why)
        let language = site.configuration.community.languages.first ?? "en"
        let now = SystemClock.now()
        let series = Dictionary(try store.series().map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first })
        let disputes = try store.disputes(openOnly: true)
        let rows = try store.sensors().sorted { $0.id < $1.id }.map { sensor -> LatestLine in
            var newest: StoredReading?
            let isHidden = homes.contains(sensor.id) && why == nil
            let query = ReadingQuery(.sensors([sensor.id]), from: now.advanced(bySeconds: -7 * 86_400))
            if !isHidden { try store.readings(query) { newest = $0 } }
            let unit = newest.flatMap { series[$0.series] } ?? sensor.unit
            let converted = newest.flatMap { MeterRoom.converted($0.value, from: unit, to: sensor.unit) }
            return LatestLine(
                sensor: sensor.id.rawValue, name: sensor.name(in: language),
                value: (converted ?? newest?.value)?.description,
                unit: (converted == nil ? unit : sensor.unit).code, time: newest?.time.instant.description,
                disputed: newest.flatMap { ReadingDesk.disputed(sensor.id, $0.time.instant, disputes) })
        }
        if json { return try rows.map(JSONLine.text) }
        return TextTable.lines(
            ["sensor", "name", "latest", "unit", "time"],
            rows.map { row in
                let time = row.time.flatMap { Instant(rfc3339: $0) }.map(site.local) ?? "-"
                let marks = (row.disputed ?? []).map { site.book(nil).text("disputes.mark.open", ["number": "\($0)"]) }
                return [row.sensor, row.name, row.value ?? "-", row.unit, ([time] + marks).joined(separator: " ")]
            })
            + (why == nil && !homes.isEmpty
                ? [site.book(nil).text("households.figures_hidden")] : [])
    }

    /// Writes readings in time order to a file, or to standard output where `path` is nil; streams.
    ///
    /// What no community sensor measures is left out unless the request says why it is wanted; returns how many readings.
    @discardableResult
    public func export(_ request: ExportRequest, to path: String?) throws -> Int {
        let store = try site.readingStore()
        let file = path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        _ = try HouseholdDesk(site: site).look(
            at: try asked(request, in: store), "readings export", why: request.why, file: file)
        var leftOut = 0
        let series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let directory = try SensorDirectory(store)
        let query = try ReadingQuery(
            selection(request), from: request.from.map(site.instant) ?? .min,
            until: request.until.map(site.instant) ?? .max)
        let disputes = try store.disputes(openOnly: true)
        let output = try LineWriter(path: path)
        if request.isCSV {
            try output.write(ExportedFile.header)
        }
        func write(_ line: ReadingLine) throws {
            try output.write(request.isCSV ? ReadingDesk.csv(line) : JSONLine.text(line))
        }
        if request.withKeptDays { try keptDays(request, in: store).forEach(write) }
        try store.readings(query) { reading in
            guard let record = series[reading.series] else { return }
            let sensor = directory.sensor(
                device: record.key.device, channel: record.channel, at: reading.time.instant)
            guard
                request.why != nil
                    || directory.isCommunity(
                        device: record.key.device, channel: record.channel, at: reading.time.instant)
            else {
                leftOut += 1
                return
            }
            try write(
                ReadingLine(
                    time: reading.time.instant.description, timeSource: "\(reading.time.source)",
                    receivedAt: reading.receivedAt?.description, device: record.key.device, channel: record.channel,
                    quantity: record.quantity.rawValue, kind: record.kind.rawValue, value: reading.value.description,
                    unit: record.unit.code, sensor: sensor?.id.rawValue, trusted: reading.isTrusted,
                    disputed: sensor.flatMap { ReadingDesk.disputed($0.id, reading.time.instant, disputes) }))
        }
        try output.finish()
        return leftOut
    }

    /// The sensors whose figures are asked for; nil for all of them.
    private func asked(_ request: ExportRequest, in store: Store) throws -> [SensorID]? {
        guard request.devices.isEmpty else {
            // Without a reason what is no community's is left out anyway.
            guard request.why != nil else { return nil }
            let directory = try SensorDirectory(store)
            return Set(
                try store.series().filter { request.devices.contains($0.key.device) }.flatMap {
                    directory.sensors(everMeasuredBy: $0.key.device, channel: $0.channel)
                }
            ).sorted()
        }
        return request.sensors.isEmpty ? nil : request.sensors.map(SensorID.init(rawValue:))
    }

    /// A line for each day of which the readings ended by the assembly's decision and the sum was kept.
    private func keptDays(_ request: ExportRequest, in store: Store) throws -> [ReadingLine] {
        let first = try request.from.map(site.instant).map(site.zone.date) ?? CalendarDate(year: 1, month: 1, day: 1)
        let sensors = try store.sensors().filter { request.sensors.contains($0.id.rawValue) }
        return try sensors.flatMap { sensor -> [ReadingLine] in
            guard let before = try store.keptDays(of: sensor.id) else { return [] }
            let end = try request.until.map(site.instant).map(site.zone.date) ?? before
            return try store.dayUse(sensor.id, from: first, through: min(before, end).adding(days: -1)).map { day in
                ReadingLine(
                    time: day.from.description, timeSource: "day", receivedAt: nil, device: "", channel: "",
                    quantity: sensor.quantity.rawValue, kind: "day", value: day.use.amount.description,
                    unit: day.use.unit.code, sensor: sensor.id.rawValue, trusted: !day.use.isLowerBound)
            }
        }
    }

    private func selection(_ request: ExportRequest) throws -> ReadingQuery.Selection {
        if !request.devices.isEmpty { return .devices(request.devices) }
        guard !request.sensors.isEmpty else { return .all }
        let known = try site.readingStore().sensors().map(\.id.rawValue)
        for name in request.sensors where !known.contains(name) {
            let nearest = Diagnostic.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
            throw AppError("there is no sensor '\(name)'", remedy: nearest ?? "`commons readings list` shows them")
        }
        return .sensors(request.sensors.map(SensorID.init(rawValue:)))
    }

    /// The disputes about a reading that wait for the assembly; nil where there is none.
    private static func disputed(_ sensor: SensorID, _ time: Instant, _ disputes: [Dispute]) -> [Int64]? {
        let numbers = disputes.filter { $0.concerns(sensor, at: time) }.map(\.number)
        return numbers.isEmpty ? nil : numbers
    }

    private static func csv(_ line: ReadingLine) -> String {
        [
            line.time, line.timeSource, line.receivedAt ?? "", line.device, line.channel, line.quantity, line.kind,
            line.value, line.unit, line.sensor ?? "", line.trusted ? "true" : "false",
            (line.disputed ?? []).map(String.init).joined(separator: " "),
        ].enumerated().map { index, cell in
            // Numbers are written as they are; a name that a spreadsheet would run as a formula is not.
            index == 7 ? cell : Escaping.csvCell(cell)
        }.joined(separator: ",")
    }
}
