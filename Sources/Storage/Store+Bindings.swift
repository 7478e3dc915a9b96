import GRDB
import GatewayModel

extension Store {
    /// Binds a device's channel to a sensor from an instant on; see ``bind(_:ending:at:by:zone:facts:notices:)``.
    public func bind(_ new: Binding, at now: Instant, by person: String, zone: Zone) throws(StoreError) {
        try bind([new], at: now, by: person, zone: zone)
    }

    /// Binds channels of devices to sensors, each from its instant on; the sensors' bindings in force end there.
    ///
    /// A channel measures one sensor at a time: whoever else holds it gives it up at that instant, and the sensors `ending`
    /// give up theirs at `now`. All of it is one transaction: the consumption of the days from then on, by `zone`, is marked
    /// for recomputing, and each sensor's change stands in the record book, `known` beside it; `notices` go out with it.
    /// Throws `invalid` for a sensor that is not declared, a time before a binding in force began, and two sensors that
    /// would be given one channel.
    public func bind(
        _ new: [Binding], ending: [SensorID] = [], at now: Instant, by person: String, zone: Zone,
        facts known: [SensorID: [String: String]] = [:], notices: [OutboxItem] = []
    ) throws(StoreError) {
        try write("bind") { db in
            var current = Dictionary(
                try Store.bindings(db).filter { $0.until == nil }.map { ($0.sensor, $0) },
                uniquingKeysWith: { first, _ in first })
            var ended: [SensorID: Binding] = [:]
            func end(_ sensor: SensorID, at time: Instant) throws {
                guard let binding = current.removeValue(forKey: sensor) else { return }
                ended[sensor] = try Store.end(binding, at: time, db)
            }
            for binding in new { try end(binding.sensor, at: binding.from) }
            for binding in new {
                for holder in current.values.filter({ $0.isSameChannel(as: binding) }) {
                    try end(holder.sensor, at: binding.from)
                }
            }
            for sensor in ending { try end(sensor, at: now) }
            for binding in new {
                if let other = new.first(where: { $0.sensor != binding.sensor && $0.isSameChannel(as: binding) }) {
                    throw StoreError(
                        .invalid, "bind",
                        cause:
                            "'\(binding.sensor)' and '\(other.sensor)' would share the channel \(binding.channel) of "
                            + binding.device,
                        remedy: "Let it measure one of them.")
                }
                try db.execute(
                    sql: """
                        INSERT INTO binding (sensor, device, channel, valid_from)
                        SELECT id, ?, ?, ? FROM sensor WHERE name = ?
                        """,
                    arguments: [
                        binding.device, binding.channel, binding.from.milliseconds, binding.sensor.rawValue,
                    ])
                guard db.changesCount == 1 else {
                    throw StoreError(
                        .invalid, "bind", cause: "no sensor is called '\(binding.sensor)'", remedy: "Declare it first.")
                }
            }
            let bound = Dictionary(new.map { ($0.sensor, $0) }, uniquingKeysWith: { _, last in last })
            for sensor in Set(ended.keys).union(bound.keys).sorted() {
                try Store.recordBinding(
                    old: ended[sensor], new: bound[sensor], at: now, by: person, zone: zone, known[sensor] ?? [:], db)
            }
            try Store.insert(notices, db)
        }
    }

    /// Ends a sensor's binding; nil where none was in force.
    public func unbind(
        _ sensor: SensorID, at end: Instant, now: Instant, by person: String, zone: Zone
    ) throws(StoreError) -> Binding? {
        try write("unbind") { db in
            let current = try Store.bindings(db).first { $0.sensor == sensor && $0.until == nil }
            guard let old = try current.map({ try Store.end($0, at: end, db) }) else { return nil }
            try Store.recordBinding(old: old, new: nil, at: now, by: person, zone: zone, [:], db)
            return old
        }
    }

    /// All bindings, past ones included, by sensor and time.
    public func bindings() throws(StoreError) -> [Binding] {
        try read("bindings") { db in try Store.bindings(db) }
    }

    static func bindings(_ db: Database) throws -> [Binding] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT name, device, channel, valid_from, valid_until FROM binding JOIN sensor ON sensor.id = sensor
                ORDER BY name, valid_from, binding.id
                """
        ).map { row in
            Binding(
                sensor: SensorID(rawValue: row[0]), device: row[1], channel: row[2],
                from: Instant(milliseconds: row[3]), until: (row[4] as Int64?).map(Instant.init(milliseconds:)))
        }
    }

    /// Ends a binding in force and returns it as it now is.
    private static func end(_ binding: Binding, at end: Instant, _ db: Database) throws -> Binding {
        guard binding.from <= end else {
            throw StoreError(
                .invalid, "bind", cause: "'\(binding.sensor)' is bound to \(binding.device) since \(binding.from)",
                remedy: "Give a later time.")
        }
        try db.execute(
            sql: """
                UPDATE binding SET valid_until = ? WHERE valid_until IS NULL
                AND sensor = (SELECT id FROM sensor WHERE name = ?)
                """, arguments: [end.milliseconds, binding.sensor.rawValue])
        var ended = binding
        ended.until = end
        return ended
    }

    private static func recordBinding(
        old: Binding?, new: Binding?, at now: Instant, by person: String, zone: Zone, _ known: [String: String],
        _ db: Database
    ) throws {
        guard let sensor = new?.sensor ?? old?.sensor, let from = new?.from ?? old?.until else { return }
        var facts = known
        facts["sensor"] = sensor.rawValue
        if let old { facts["old"] = try JSONText.encode(old) }
        if let new { facts["new"] = try JSONText.encode(new) }
        _ = try RecordBook.append(
            [RecordEntry(at: now, kind: "sensor.bound", facts: facts, erasable: ["person": person])], db)
        try db.execute(
            sql: "INSERT OR IGNORE INTO dirty_use SELECT sensor, date FROM day_use WHERE sensor = ? AND date >= ?",
            arguments: [sensor.rawValue, zone.date(at: from).description])
        // Days that have figures of the series but none of this sensor yet.
        for binding in [old, new].compactMap({ $0 }) {
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO dirty_use SELECT DISTINCT ?, date FROM day_stats
                    JOIN series ON series.id = series JOIN stream ON stream.id = stream
                    JOIN device ON device.id = device WHERE identity = ? AND field = ? AND date >= ?
                    """,
                arguments: [sensor.rawValue, binding.device, binding.channel, zone.date(at: from).description])
        }
    }
}
