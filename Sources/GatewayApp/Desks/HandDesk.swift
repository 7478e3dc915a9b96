import Foundation
import GatewayModel
import Storage

/// Readings that people take themselves, and readings that they set aside.
public struct HandDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct AsideLine: Encodable {
        var number: Int64
        var sensor: String
        var from: String
        var until: String
        var why: String
        var person: String
        var at: String
        var countedAgainAt: String?
    }

    /// Sends one reading to the writing process; now where no time is said.
    public func add(
        sensor: String, value: String, unit: String?, at: String?, enteredFor: String?
    ) throws -> CommandReply {
        let reading = HandReading(
            sensor: SensorID(rawValue: sensor), value: try Quantities.number(value),
            unit: try unit.map(Quantities.unit), time: try at.map(site.instant) ?? SystemClock.now())
        return try CommandDesk(site: site).perform(.addReadings([reading]), enteredFor: enteredFor)
    }

    /// The sheet for a round through the community: a line per sensor, with room for figure and time.
    ///
    /// CSV, so that it can be printed from any table program and read back with ``addSheet(_:enteredFor:)``.
    public func roundSheet(place: String?) throws -> [String] {
        let language = site.configuration.community.languages.first ?? "en"
        let sensors = try site.readingStore().sensors().filter {
            $0.computed == nil && (place == nil || $0.place == place)
        }
        return [HandDesk.columns.joined(separator: ",")]
            + sensors.map { sensor in
                [sensor.id.rawValue, sensor.name(in: language), "", sensor.unit.code, ""].map(Escaping.csvCell)
                    .joined(separator: ",")
            }
    }

    private static let columns = ["sensor", "name", "value", "unit", "time"]

    /// Sends the filled-in lines of a round sheet to the writing process: all of them, or none where one is wrong.
    public func addSheet(_ path: String, enteredFor: String?) throws -> CommandReply {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AppError("\(path) cannot be read", remedy: "check its name and that you may read it")
        }
        let rows = CSVTable.rows(of: String(decoding: data, as: UTF8.self))
        guard let header = rows.first, let columns = HandDesk.indices(of: header.cells) else {
            throw AppError(
                "\(path) is no round sheet", remedy: "its first line is \(HandDesk.columns.joined(separator: ","))")
        }
        var readings: [HandReading] = []
        var problems: [String] = []
        for row in rows.dropFirst() {
            func cell(_ name: String) -> String {
                columns[name].flatMap { $0 < row.cells.count ? row.cells[$0] : nil }?
                    .trimmingCharacters(in: .whitespaces) ?? ""
            }
            guard !cell("value").isEmpty else { continue }
            do {
                let time = cell("time")
                guard !time.isEmpty else { throw AppError("the time is missing", remedy: "write when it was read") }
                let unit = cell("unit")
                readings.append(
                    HandReading(
                        sensor: SensorID(rawValue: cell("sensor")), value: try Quantities.number(cell("value")),
                        unit: unit.isEmpty ? nil : try Quantities.unit(unit), time: try site.instant(time)))
            } catch {
                problems.append("\(path):\(row.line): \(error)")
            }
        }
        guard problems.isEmpty else { return CommandReply(isDone: false, lines: problems) }
        return try CommandDesk(site: site).perform(.addReadings(readings), enteredFor: enteredFor)
    }

    private static func indices(of header: [String]) -> [String: Int]? {
        let names = header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        let indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        return ["sensor", "value", "time"].allSatisfy { indices[$0] != nil } ? indices : nil
    }

    /// Lets readings of a time not count.
    public func setAside(
        sensor: String, from: String, until: String, why: String, enteredFor: String?
    ) throws -> CommandReply {
        try CommandDesk(site: site).perform(
            .setAside(
                sensor: SensorID(rawValue: sensor), from: try site.instant(from), until: try site.instant(until),
                why: why),
            enteredFor: enteredFor)
    }

    /// Lets readings count again.
    public func liftSetAside(_ number: Int64, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.liftSetAside(number), enteredFor: enteredFor)
    }

    /// Stores what was put aside after all, or drops it.
    public func settlePutAside(
        number: Int64?, device: String?, isReleased: Bool, enteredFor: String?
    ) throws -> CommandReply {
        try CommandDesk(site: site).perform(
            .settlePutAside(number: number, device: device, isReleased: isReleased), enteredFor: enteredFor)
    }

    private struct PutAsideLine: Encodable {
        var number: Int64
        var at: String
        var reason: String
        var device: String
        var topic: String
        var explanation: String
    }

    /// What was put aside because its time cannot be true or because it contradicts what is stored, oldest first.
    ///
    /// What a household's meter said is told only where `why` says the reason, which is entered in the record book first (P9).
    public func putAside(json: Bool, why: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let sensors = try SensorDirectory(store)
        let series = Dictionary(try store.series().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var hidden = 0
        var looked: Set<SensorID> = []
        let entries = try store.putAside().map { number, entry in
            var entry = entry
            // Only what names a series has figures of it in its words.
            guard let record = entry.series.flatMap({ series[$0] }),
                case let (device, channel) = (record.key.device, record.channel),
                !sensors.isCommunity(device: device, channel: channel, at: entry.at)
            else { return (number: number, entry: entry) }
            looked.formUnion(sensors.sensors(everMeasuredBy: device, channel: channel))
            if why == nil {
                entry.explanation = "-"
                hidden += 1
            }
            return (number: number, entry: entry)
        }
        if why != nil { _ = try HouseholdDesk(site: site).look(at: looked.sorted(), "readings put-aside", why: why) }
        if json {
            return try entries.map { number, entry in
                try JSONLine.text(
                    PutAsideLine(
                        number: number, at: entry.at.description, reason: entry.reason, device: entry.device,
                        topic: entry.topic, explanation: entry.explanation))
            }
        }
        return TextTable.lines(
            ["no", "when", "reason", "device", "what"],
            entries.map { number, entry in
                ["\(number)", site.local(entry.at), entry.reason, entry.device, entry.explanation]
            }) + (hidden > 0 ? [site.book(nil).text("households.figures_hidden")] : [])
    }

    /// What is or was set aside, oldest first.
    public func setAsides(json: Bool) throws -> [String] {
        let entries = try site.readingStore().setAsides(all: true)
        if json {
            return try entries.map { entry in
                try JSONLine.text(
                    AsideLine(
                        number: entry.id, sensor: entry.sensor.rawValue, from: entry.from.description,
                        until: entry.until.description, why: entry.why, person: entry.person,
                        at: entry.at.description, countedAgainAt: entry.liftedAt?.description))
            }
        }
        return TextTable.lines(
            ["no", "sensor", "from", "until", "why", "who", "counts again since"],
            entries.map { entry in
                [
                    "\(entry.id)", entry.sensor.rawValue, site.local(entry.from), site.local(entry.until), entry.why,
                    entry.person, entry.liftedAt.map(site.local) ?? "-",
                ]
            })
    }
}
