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
        let current = try store.bindings().filter { $0.until == nil }
        for entry in declared {
            guard let device = entry.device, let channel = entry.channel else { continue }
            let bound = current.first { $0.sensor == entry.sensor.id }
            guard bound?.device != device || bound?.channel != channel else { continue }
            // The first binding of a demonstration covers the simulated past as well.
            let from = bound == nil && site.configuration.community.isDemonstration ? Instant(milliseconds: 0) : now
            let binding = Binding(sensor: entry.sensor.id, device: device, channel: channel, from: from)
            let told = try news.told(of: entry.sensor, from: bound, to: binding, by: SensorDeclarations.author)
            try store.bind(
                binding, at: now, by: SensorDeclarations.author, zone: site.zone,
                facts: told.facts[entry.sensor.id] ?? [:], notices: told.notices)
        }
    }
}
