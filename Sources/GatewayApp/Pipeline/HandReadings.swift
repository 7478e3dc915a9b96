import GatewayModel
import Metering
import Storage

/// Readings that people take themselves: equals of those that devices send, marked by their source.
enum HandReadings {
    /// What each sensor's devices send, so that a person's figure is read in the same way.
    static func kinds(_ store: Store, _ sensors: SensorDirectory) throws -> [SensorID: ReadingKind] {
        let records = try store.series()
        return Dictionary(
            sensors.all.compactMap { sensor in
                let bindings = sensors.bindings(of: sensor.id)
                return records.last { record in
                    bindings.contains { $0.device == record.key.device && $0.channel == record.channel }
                }.map { (sensor.id, $0.kind) }
            }, uniquingKeysWith: { _, last in last })
    }

    /// The reading as it is stored; a sensor with a meter sheet has a register, any other one a level.
    ///
    /// A register that was read at midnight by `zone` tells of the day that ends then: it is stored a millisecond earlier.
    static func reading(
        _ said: HandReading, of sensor: Sensor, unit: Unit, kind: ReadingKind?, zone: Zone
    ) -> Reading {
        let kind = kind ?? (sensor.meter == nil ? .gauge : .register)
        let isMidnight = zone.start(of: zone.date(at: said.time)) == said.time
        let time = kind == .register && isMidnight ? said.time.advanced(byMilliseconds: -1) : said.time
        return Reading(
            stream: StreamKey(device: OwnDevices.hand + sensor.id.rawValue), channel: "reading",
            quantity: sensor.quantity, kind: kind, value: said.value, unit: unit,
            time: ReadingTime(time, source: .manual))
    }
}

extension Pipeline {
    /// What became of a person's reading.
    enum HandOutcome: String {
        case added, double, conflict, failed
    }

    /// Takes a reading of a person through the path of all others.
    func add(_ reading: Reading, now: Instant) -> HandOutcome {
        do {
            let placement = try state.series.place(reading, repeatWindow: 0) { (series, time) throws(StoreError) in
                try store.value(series: series, at: time)
            }
            switch placement {
            case .double: return .double
            case .conflict: return .conflict
            case .fresh(let series), .late(let series):
                batch.readings.append(StoredReading(reading, in: series, receivedAt: now))
                measure(reading, now: now)
                return .added
            }
        } catch {
            readFailure = error
            return .failed
        }
    }
}
