import DeviceProfiles
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import StrictYAML

/// Answers questions about devices and profiles, listens for new ones, and assigns them.
public struct DeviceDesk {
    let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct DeviceLine: Encodable {
        var device: String
        var channels: [String]
        var readings: Int64
        var firstSeen: String
        var lastSeen: String?
    }

    private struct ProfileLine: Encodable {
        var profile: String
        var families: [String]
        var samples: Int
        var needsAllowList: Bool
    }

    /// Every stored device.
    public func deviceLines(json: Bool) throws -> [String] {
        let rows = try site.readingStore().devices().map { record in
            DeviceLine(
                device: record.device, channels: Set(record.series.map(\.channel)).sorted(),
                readings: record.readingCount, firstSeen: record.firstSeen.description,
                lastSeen: record.lastSeen?.description)
        }
        if json { return try rows.map(JSONLine.text) }
        return TextTable.lines(
            ["device", "readings", "last", "channels"],
            rows.map {
                let last = $0.lastSeen.flatMap { Instant(rfc3339: $0) }.map(site.local) ?? "-"
                return [$0.device, "\($0.readings)", last, $0.channels.joined(separator: " ")]
            })
    }

    /// Every device profile.
    public func profileLines(json: Bool) throws -> [String] {
        let rows = site.profiles.profiles.map {
            ProfileLine(
                profile: $0.name, families: $0.families, samples: $0.samples.count, needsAllowList: $0.needsAllowList)
        }
        if json { return try rows.map(JSONLine.text) }
        return TextTable.lines(
            ["profile", "samples", "families"],
            rows.map { [$0.profile, "\($0.samples)", $0.families.joined(separator: ", ")] })
    }

    /// A profile's setup, or a stored device's channels with their bindings.
    public func show(_ name: String) throws -> [String] {
        if let profile = site.profiles.profiles.first(where: { $0.name == name }) {
            return ["\(profile.name): \(profile.families.joined(separator: ", "))", "", profile.setup]
        }
        let store = try site.readingStore()
        guard let record = try store.devices().first(where: { $0.device == name }) else {
            throw AppError(
                "no profile and no stored device is called '\(name)'",
                remedy: "`commons devices list` and `commons devices list --profiles` name them")
        }
        let bindings = try store.bindings().filter { $0.device == name && $0.until == nil }
        let rows = record.series.map { series -> [String] in
            let sensor = bindings.first { $0.channel == series.channel }?.sensor.rawValue ?? "-"
            return [series.channel, series.quantity.rawValue, series.kind.rawValue, series.unit.code, sensor]
        }
        let running = try ControlClient.send(
            .aboutDevice(name), enteredFor: nil, at: site.configuration.socketPath)
        return ["\(name): \(record.readingCount) readings since \(site.local(record.firstSeen))", ""]
            + TextTable.lines(["channel", "quantity", "kind", "unit", "sensor"], rows)
            + (try undefended(record, in: store)) + (running?.lines ?? [])
    }

    /// What cannot be defended: a level without a time of its own looks fresh whenever somebody sends it again.
    private func undefended(_ record: DeviceRecord, in store: Store) throws -> [String] {
        guard let last = record.lastSeen else { return [] }
        let gauges = Set(record.series.filter { $0.kind == .gauge }.map(\.id))
        let newest = try store.readings(
            ReadingQuery(.devices([record.device]), from: last.advanced(bySeconds: -86_400)))
        let channels = newest.filter { $0.time.source == .received && gauges.contains($0.series) }.compactMap {
            reading in
            record.series.first { $0.id == reading.series }?.channel
        }
        guard !channels.isEmpty else { return [] }
        return [
            site.book(nil).text(
                "devices.undefended", ["channels": Set(channels).sorted().joined(separator: ", ")])
        ]
    }

    /// What somebody wants to assign.
    public struct Assignment: Sendable {
        /// The device's identity.
        public var device: String
        /// The channel.
        public var channel: String
        /// The sensor's name.
        public var sensor: String
        /// The resource, where a new sensor needs one.
        public var resource: String?
        /// The role.
        public var role: String?
        /// The unit to show.
        public var unit: String?
        /// What it measures.
        public var quantity: String?
        /// True for a shared point.
        public var isCommunity: Bool
        /// How often it is heard, such as `15 min`; nil where nobody is to be told of its silence.
        public var every: String?

        /// Makes an assignment.
        public init(
            device: String, channel: String, sensor: String, resource: String?, role: String?, unit: String?,
            quantity: String?, isCommunity: Bool, every: String? = nil
        ) {
            self.every = every
            self.device = device
            self.channel = channel
            self.sensor = sensor
            self.resource = resource
            self.role = role
            self.unit = unit
            self.quantity = quantity
            self.isCommunity = isCommunity
        }
    }

    /// Lets a channel measure a sensor from now on; an existing sensor keeps its sheet.
    public func assign(_ wish: Assignment, enteredFor: String?) throws -> CommandReply {
        let id = SensorID(rawValue: wish.sensor)
        guard id.isWellFormed else {
            throw AppError(
                "'\(wish.sensor)' is not a sensor's name", remedy: "use lower-case letters, digits, '-', '_' and '/'")
        }
        let known = try? site.readingStore().sensors().first { $0.id == id }
        let sensor = try known ?? newSensor(id, wish)
        let command = Command.assign(sensor: sensor, device: wish.device, channel: wish.channel)
        var reply = try CommandDesk(site: site).perform(command, enteredFor: enteredFor)
        if reply.isDone, sensor.rhythm == nil {
            reply.lines.append(site.book(nil).text("devices.no_rhythm", ["sensor": "\(id)"]))
        }
        return reply
    }

    /// Lets a device take the place of another one, for all its channels.
    public func rebind(_ old: String, to new: String, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.rebind(old: old, new: new), enteredFor: enteredFor)
    }

    private func newSensor(_ id: SensorID, _ wish: Assignment) throws -> Sensor {
        guard let resource = wish.resource else {
            throw AppError("'\(id)' is a new sensor", remedy: "say its --resource: water, energy, garden or cold_store")
        }
        let roles = SensorRole.allCases.map(\.rawValue).joined(separator: ", ")
        guard let role = SensorRole(rawValue: wish.role ?? "condition") else {
            throw AppError("'\(wish.role ?? "")' is not a role", remedy: "choose one of \(roles)")
        }
        let seen = try? site.readingStore().series().first {
            $0.key.device == wish.device && $0.channel == wish.channel
        }
        let unit = (wish.unit ?? seen?.unit.code).map { Unit.parsing($0) ?? Unit($0) } ?? .unknown
        if let code = wish.unit, unit.definition == nil {
            throw AppError("the unit '\(code)' is not known", remedy: "write it as L, m3, kWh, W, Cel or %")
        }
        let rhythm = try wish.every.map { text in
            guard let interval = Field.seconds(text), interval > 0 else {
                throw AppError("'\(text)' is not a time", remedy: "write for example --every \"15 min\"")
            }
            return Rhythm(interval: interval)
        }
        // What is not known yet the running gateway knows from the device's last message.
        return Sensor(
            id: id, place: String(id.rawValue.prefix { $0 != "/" }), resource: Resource(rawValue: resource),
            quantity: Quantity(rawValue: wish.quantity ?? seen?.quantity.rawValue ?? ""), role: role,
            visibility: wish.isCommunity ? .community : .household, unit: unit, rhythm: rhythm)
    }
}
