import DeviceProfiles
import GatewayModel
import StrictYAML

extension ConfigurationFile {
    /// Reads one entry of `sensors:`.
    func sensor(_ field: Field) -> Configuration.DeclaredSensor? {
        let keys = [
            "id", "name", "place", "resource", "quantity", "role", "visibility", "unit", "rhythm", "meter",
            "plausible", "compute", "visited_by",
            "device", "channel",
        ]
        guard let fields = field.mapping(keys: keys),
            let id = fields.required("id", example: "upper-well/level")?.string().map(SensorID.init(rawValue:)),
            let resource = fields.required("resource", example: "water")?.string(),
            let quantity = fields.required("quantity", example: "level")?.string(),
            let role = fields.required("role", example: "condition")?.choice(SensorRole.self),
            let unit = fields.required("unit", example: "m3").flatMap(unit)
        else { return nil }
        guard id.isWellFormed else {
            fields["id"]?.report(
                "'\(id)' is not a sensor's id", remedy: "use lower-case letters, digits, '-', '_' and '/'")
            return nil
        }
        if (fields["device"] == nil) != (fields["channel"] == nil) {
            field.report("'\(id)' needs both device: and channel:", remedy: "`commons devices show` lists the channels")
        }
        if fields["compute"] != nil, fields["device"] != nil {
            field.report("'\(id)' is computed and has a device", remedy: "keep one of compute: and device:")
        }
        let sensor = Sensor(
            id: id, names: fields["name"]?.texts() ?? [:],
            place: fields["place"]?.string() ?? String(id.rawValue.prefix { $0 != "/" }),
            resource: Resource(rawValue: resource), quantity: Quantity(rawValue: quantity), role: role,
            visibility: fields["visibility"]?.choice(Visibility.self) ?? .household, unit: unit,
            rhythm: fields["rhythm"].flatMap(rhythm), meter: fields["meter"].flatMap(meterSheet),
            plausible: fields["plausible"].flatMap(plausible), computed: fields["compute"].flatMap(computation),
            visitedBy: fields["visited_by"]?.string())
        return .init(sensor: sensor, device: fields["device"]?.string(), channel: fields["channel"]?.string())
    }

    private func unit(_ field: Field) -> Unit? {
        guard let code = field.string() else { return nil }
        guard Unit(code).definition != nil else {
            let nearest = Diagnostic.nearest(to: code, among: UnitDefinition.known.keys.sorted())
            field.report(
                "the unit '\(code)' is not known",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "write its UCUM code")
            return nil
        }
        return Unit(code)
    }

    private func rhythm(_ field: Field) -> Rhythm? {
        guard let fields = field.mapping(keys: ["interval", "silent_after", "not_in", "expected"]),
            let interval = fields.required("interval", example: "15 min")?.seconds()
        else { return nil }
        let pauses = fields["not_in"]?.list().compactMap { entry -> Season? in
            guard let text = entry.string() else { return nil }
            guard let season = Season(text: text) else {
                entry.report("'\(text)' is not a season", remedy: "write its first and last day, such as 11-01..03-15")
                return nil
            }
            return season
        }
        let hours = fields["expected"].flatMap { entry -> OfficeHours? in
            guard let text = entry.string() else { return nil }
            guard let hours = OfficeHours(text: text) else {
                entry.report("'\(text)' is no days and hours", remedy: "write for example `mon-fri 08:00-17:00`")
                return nil
            }
            return hours
        }
        return Rhythm(
            interval: max(1, interval), silentAfter: fields["silent_after"]?.seconds(), pauses: pauses, hours: hours)
    }

    private func computation(_ field: Field) -> Computation? {
        let kinds = Computation.Kind.allCases.map(\.rawValue)
        guard let fields = field.mapping(keys: kinds) else { return nil }
        guard let kind = Computation.Kind.allCases.first(where: { fields[$0.rawValue] != nil }), fields.keys.count == 1
        else {
            field.report("compute: needs one of \(kinds.joined(separator: ", "))", remedy: "write sum: [a, b]")
            return nil
        }
        let parts = (fields[kind.rawValue]?.list() ?? []).compactMap { $0.string() }.map(SensorID.init(rawValue:))
        if parts.count < 2 || kind == .ratio && parts.count != 2 {
            field.report(
                "'\(kind.rawValue)' needs \(kind == .ratio ? "two" : "at least two") sensors", remedy: "name them")
        }
        return Computation(kind: kind, parts: parts)
    }

    /// Reports sensors that would share a device's channel: what it says counts for one of them alone.
    func checkChannels(_ entries: [(field: Field, declared: Configuration.DeclaredSensor?)]) {
        var known: [[String]: (sensor: SensorID, line: Int?)] = [:]
        for (field, declared) in entries {
            guard let declared, let device = declared.device, let channel = declared.channel else { continue }
            let id = declared.sensor.id
            guard let other = known[[device, channel]] else {
                known[[device, channel]] = (id, field.line)
                continue
            }
            guard other.sensor != id else { continue }
            field.report(
                "'\(id)' would be measured by \(channel) of \(device), which measures '\(other.sensor)'"
                    + (other.line.map { " (line \($0))" } ?? ""),
                remedy: "a channel measures one sensor: keep device: and channel: at one of them")
        }
    }

    /// Reports virtual sensors whose parts do not exist, do not fit, or are a household's business.
    func checkComputed(_ sensors: [Configuration.DeclaredSensor], at field: Field?) {
        let known = Dictionary(sensors.map { ($0.sensor.id, $0.sensor) }, uniquingKeysWith: { first, _ in first })
        for sensor in sensors.map(\.sensor) {
            for id in sensor.computed?.parts ?? [] {
                guard let part = known[id], part.computed == nil else {
                    let nearest = Diagnostic.nearest(to: id.rawValue, among: known.keys.map(\.rawValue).sorted())
                    field?.report(
                        "'\(sensor.id)' is computed from '\(id)', which is no measured sensor of this file",
                        remedy: nearest.map { "did you mean '\($0)'?" } ?? "declare it")
                    continue
                }
                if sensor.computed?.kind != .ratio, part.unit != sensor.unit,
                    DecimalValue(1).converted(from: part.unit, to: sensor.unit) == nil
                {
                    field?.report(
                        "'\(id)' measures in \(part.unit.code), '\(sensor.id)' is in \(sensor.unit.code)",
                        remedy: "give the virtual sensor a unit that its parts can be converted to")
                }
                if part.visibility == .household, sensor.visibility == .community {
                    field?.report(
                        "'\(sensor.id)' would show what '\(id)' uses, which is a household's",
                        remedy: "leave visibility: household; the report adds up households by its own rules")
                }
            }
        }
    }

    private func plausible(_ field: Field) -> PlausibleLevel? {
        guard let fields = field.mapping(keys: ["from", "to", "per_hour"]) else { return nil }
        let level = PlausibleLevel(
            from: fields["from"]?.decimal(), to: fields["to"]?.decimal(), perHour: fields["per_hour"]?.decimal())
        if let from = level.from, let to = level.to, from >= to {
            field.report(
                "from is not less than to", remedy: "write the least and the greatest level, in the sensor's unit")
        }
        return level
    }

    private func meterSheet(_ field: Field) -> MeterSheet? {
        guard let fields = field.mapping(keys: MeterSheet.keys + ["multiplier"]) else { return nil }
        var sheet = MeterSheet(fields)
        sheet.multiplier = fields["multiplier"]?.decimal() ?? sheet.multiplier
        return sheet
    }
}
