import GatewayModel
import Storage

/// Answers questions about meters.
public struct MeterDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct MeterLine: Encodable {
        var sensor: String
        var unit: String
        var multiplier: String
        var digits: Int?
        var bits: Int?
        var maximumPerHour: String?
        var jitter: String
        var resets: String
    }

    private struct EventLine: Encodable {
        var sensor: String
        var at: String
        var kind: String
        var before: String?
        var after: String?
        var impliedUse: String?
        var state: String
    }

    /// Every meter with its sheet.
    public func lines(json: Bool) throws -> [String] {
        let rows = try SensorDirectory(site.readingStore()).all.compactMap { sensor -> MeterLine? in
            guard let sheet = sensor.meter else { return nil }
            return MeterLine(
                sensor: sensor.id.rawValue, unit: sensor.unit.code, multiplier: sheet.multiplier.description,
                digits: sheet.digits, bits: sheet.bits, maximumPerHour: sheet.maximumPerHour?.description,
                jitter: sheet.jitter.description, resets: (sheet.resets ?? .never).rawValue)
        }
        if json { return try rows.map(JSONLine.text) }
        return TextTable.lines(
            ["meter", "unit", "multiplier", "digits", "greatest per hour", "falls back to 0"],
            rows.map {
                [
                    $0.sensor, $0.unit, $0.multiplier, $0.digits.map(String.init) ?? $0.bits.map { "\($0) bit" } ?? "?",
                    $0.maximumPerHour ?? "?",
                    $0.resets.replacing("_", with: " "),
                ]
            })
    }

    /// Sends what a steward decided about an event to the writing process.
    public func decide(
        sensor: String, at: String?, kind: String?, isConfirmed: Bool, use: String?, enteredFor: String?
    ) throws -> CommandReply {
        let id = SensorID(rawValue: sensor)
        var amount: DecimalValue?
        if let use {
            let unit = try site.readingStore().sensors().first { $0.id == id }?.unit ?? .unknown
            amount = try Quantities.amount(use, in: unit)
        }
        var event: MeterEvent.Kind?
        if let kind {
            event = MeterEvent.Kind(rawValue: kind)
            if event == nil {
                throw AppError(
                    "'\(kind)' is no kind of event",
                    remedy: "write one of \(MeterEvent.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        let answer = MeterAnswer(
            sensor: id, at: try at.map(site.instant), kind: event, isConfirmed: isConfirmed, use: amount)
        return try CommandDesk(site: site).perform(.decideMeter(answer), enteredFor: enteredFor)
    }

    /// Sends the figures of a replaced meter to the writing process.
    public func exchange(
        sensor: String, at: String, oldFinal: String, newFirst: String, unit: String?, enteredFor: String?
    ) throws -> CommandReply {
        let command = Command.exchangeMeter(
            sensor: SensorID(rawValue: sensor), at: try site.instant(at), oldFinal: try Quantities.number(oldFinal),
            newFirst: try Quantities.number(newFirst), unit: try unit.map(Quantities.unit))
        return try CommandDesk(site: site).perform(command, enteredFor: enteredFor)
    }

    /// The sheet to take along when a meter is replaced, to be filled in with a pencil.
    public func exchangeSheet(sensor: String, language: String?) throws -> [String] {
        let book = site.book(language)
        guard let sensor = try site.readingStore().sensors().first(where: { $0.id.rawValue == sensor }) else {
            throw AppError("there is no sensor '\(sensor)'", remedy: "`commons meters list` shows them")
        }
        return ["title", "before", "after", "when", "who", "then"].map { key in
            book.text(
                "sheets.exchange.\(key)",
                [
                    "sensor": sensor.name(in: book.language), "id": sensor.id.rawValue,
                    "unit": book.unit(sensor.unit),
                ])
        }
    }

    /// What happened to meters, oldest first.
    ///
    /// The figures of households only where `why` says the reason, which is entered in the record book first (P9).
    public func events(sensor: String?, json: Bool, why: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let events = try store.meterEvents(
            sensor: sensor.map(SensorID.init(rawValue:)), from: .min, until: .max)
        let community = Set(try store.sensors().filter { $0.visibility == .community }.map(\.id))
        // What no sensor declares any more is no community's either.
        let homes = Set(events.map(\.sensor)).subtracting(community)
        if why != nil { _ = try HouseholdDesk(site: site).look(at: homes.sorted(), "meters events", why: why) }
        let rows = events.map { event in
            let isHidden = why == nil && homes.contains(event.sensor)
            return EventLine(
                sensor: event.sensor.rawValue, at: event.at.description, kind: event.kind.rawValue,
                before: isHidden ? nil : event.before.description, after: isHidden ? nil : event.after.description,
                impliedUse: isHidden ? nil : event.impliedUse?.description, state: event.state.rawValue)
        }
        if json { return try rows.map(JSONLine.text) }
        let book = site.book(nil)
        return TextTable.lines(
            ["when", "meter", "what", "before", "after", "consumption", "state"],
            zip(events, rows).map { event, row in
                [
                    site.local(event.at), row.sensor, book.text("meters.kind.\(row.kind)"), row.before ?? "-",
                    row.after ?? "-", row.before == nil ? "-" : row.impliedUse ?? "?",
                    book.text("meters.state.\(row.state)"),
                ]
            }) + (why == nil && !homes.isEmpty ? [book.text("households.figures_hidden")] : [])
    }
}
