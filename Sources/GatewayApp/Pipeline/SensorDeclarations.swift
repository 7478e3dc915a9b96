import GatewayModel
import Storage

/// Brings the sensors of the configuration into the database: what differs is dated and recorded, nothing is deleted.
///
/// A sensor that was taken out of the file goes on measuring and keeps its history; nobody misses it any more.
struct SensorDeclarations {
    /// Who stands in the record book for a change that came from the file.
    static let author = "configuration file"

    let site: Site
    let store: Store

    /// Declares the file's sensors beside those that were assigned by command, and binds their devices.
    func apply(now: Instant) throws {
        try noteFile(now: now)
        let declared = site.configuration.sensors
        let names = Set(declared.map(\.sensor.id))
        let assigned = try store.sensors().filter { !names.contains($0.id) }.map { sensor in
            // Only the file says how often a sensor is expected: one that was taken out of it is waited for no more.
            var sensor = sensor
            sensor.rhythm = nil
            return sensor
        }
        let news = MeasuredNews(site: site, store: store, now: now)
        let sensors = declared.map(\.sensor) + assigned
        let told = try news.told(of: store.plannedChanges(sensors), by: SensorDeclarations.author)
        _ = try store.declare(
            sensors, at: now, by: SensorDeclarations.author, facts: told.facts, notices: told.notices)
        let all = try store.bindings()
        let current = all.filter { $0.until == nil }
        let bindings = declared.compactMap { entry -> Binding? in
            guard let device = entry.device, let channel = entry.channel else { return nil }
            let bound = current.first { $0.sensor == entry.sensor.id }
            var binding = Binding(sensor: entry.sensor.id, device: device, channel: channel, from: now)
            guard bound.map({ !$0.isSameChannel(as: binding) }) ?? true else { return nil }
            // The first binding of a demonstration covers the simulated past as well, unless another one's is there.
            let isFirst = bound == nil && !all.contains { $0.isSameChannel(as: binding) }
            if isFirst, site.configuration.community.isDemonstration { binding.from = Instant(milliseconds: 0) }
            return binding
        }
        let ending = doubles(in: current, besides: Set(bindings.map(\.sensor)))
        guard !bindings.isEmpty || !ending.isEmpty else { return }
        let moved = try news.told(of: bindings, ending: ending, by: SensorDeclarations.author)
        try store.bind(
            bindings, ending: ending, at: now, by: SensorDeclarations.author, zone: site.zone, facts: moved.facts,
            notices: moved.notices)
    }

    /// Keeps which sensors stand in the file, so that one that is taken out of it is known from one assigned by command.
    private func noteFile(now: Instant) throws {
        let marks = try store.dutyMarks()
        let names = Set(site.configuration.sensors.map(\.sensor.id.rawValue))
        func isOut(_ name: String) -> Bool? {
            guard let last = marks[DutyMark(kind: DutyMark.inFile, name: name)] else { return nil }
            return marks[DutyMark(kind: DutyMark.takenOut, name: name)].map { $0 >= last } ?? false
        }
        let known = marks.keys.filter { $0.kind == DutyMark.inFile }.map(\.name)
        try store.keepDutyMarks(
            names.filter { isOut($0) ?? true }.map { DutyMark(kind: DutyMark.inFile, name: $0) }
                + known.filter { !names.contains($0) && isOut($0) == false }
                .map { DutyMark(kind: DutyMark.takenOut, name: $0) }, at: now)
        try store.forgetMarks()
    }

    /// The sensors that were taken out of the file and that nobody has assigned since.
    func takenOut() throws -> Set<SensorID> {
        let names = Set(site.configuration.sensors.map(\.sensor.id))
        let bound = Dictionary(
            try store.bindings().filter { $0.until == nil }.map { ($0.sensor, $0.from) },
            uniquingKeysWith: { first, _ in first })
        let out = try store.dutyMarks().filter { mark, at in
            guard mark.kind == DutyMark.takenOut else { return false }
            return bound[SensorID(rawValue: mark.name)].map { $0 <= at } ?? true
        }
        return Set(out.keys.map { SensorID(rawValue: $0.name) }).subtracting(names)
    }

    /// The sensors that must give up a channel which another one holds too, as programs before this one allowed: the file's
    /// sensor keeps it, else the one that it was given to last.
    private func doubles(in current: [Binding], besides moving: Set<SensorID>) -> [SensorID] {
        let declared = Set(site.configuration.sensors.filter { $0.device != nil }.map(\.sensor.id))
        func rank(_ binding: Binding) -> (Int, Instant) { (declared.contains(binding.sensor) ? 1 : 0, binding.from) }
        let staying = current.filter { !moving.contains($0.sensor) }
        return staying.filter { binding in
            staying.contains { other in
                other.sensor != binding.sensor && other.isSameChannel(as: binding)
                    && (rank(other) > rank(binding) || rank(other) == rank(binding) && other.sensor < binding.sensor)
            }
        }.map(\.sensor)
    }
}
