import DeviceProfiles
import GatewayModel
import MQTTIngest
import Metering
import Storage

/// What keeps one device from harming the rest: too many messages, another unit, readings that contradict what is known.
extension Pipeline {
    /// Counts a message against its device's rate; false where it is beyond and must not be stored.
    func isWithinRate(_ reading: Reading, _ received: ReceivedMessage) -> Bool {
        let device = reading.stream.device
        let now = received.message.receivedAt
        state.quiet.hear(.tooManyMessages, device, now: now)
        switch state.rates.count(device, at: reading.time.instant) {
        case .within: return true
        case .recovered:
            box(.tooManyMessages, subject: device, isActive: false, onset: now, [:], now)
            return true
        case .passed(let cap):
            var details = ["cap": "\(cap)"]
            if state.sensors.home(device: device) != nil { details["visibility"] = Visibility.household.rawValue }
            box(.tooManyMessages, subject: device, isActive: true, onset: now, details, now)
        case .beyond: break
        }
        state.counters.rejections["too_many", default: 0] += 1
        return false
    }

    /// Notes that a reading's sensor speaks, whatever becomes of the reading.
    func hear(_ reading: Reading, now: Instant) {
        let time = reading.time.instant
        guard let sensor = state.sensors.sensor(device: reading.stream.device, channel: reading.channel, at: time)
        else {
            return
        }
        hear(sensor.id, at: time, now: now)
    }

    /// Notes that a sensor speaks; ends its silence.
    func hear(_ sensor: SensorID, at time: Instant, now: Instant) {
        state.quiet.hear(.unitChanged, sensor.rawValue, now: now)
        if let change = state.silence.heard(sensor, at: time) { apply([change], now: now) }
    }

    /// A level outside its sensor's bounds is stored like any other, and marked as not to be believed.
    func believed(_ reading: Reading) -> Reading {
        guard reading.kind == .gauge,
            let sensor = state.sensors.sensor(
                device: reading.stream.device, channel: reading.channel, at: reading.time.instant),
            let bounds = sensor.plausible,
            let value = MeterRoom.converted(reading.value, from: reading.unit, to: sensor.unit)
        else { return reading }
        let last = state.levels[sensor.id].map { (value: $0.value, time: $0.time) }
        guard bounds.allows(value, at: reading.time.instant, after: last) else {
            state.counters.rejections["implausible", default: 0] += 1
            var reading = reading
            reading.isTrusted = false
            return reading
        }
        if last.map({ $0.time < reading.time.instant }) ?? true {
            state.levels[sensor.id] = .init(value: value, time: reading.time.instant)
        }
        return reading
    }

    /// False where a reading's unit cannot be converted to its sensor's: it is stored, told once, and not measured with.
    func isUnderstood(_ reading: Reading, of sensor: Sensor, now: Instant) -> Bool {
        guard reading.unit != sensor.unit else {
            if !state.misunderstood.isEmpty { understood(sensor, now) }
            return true
        }
        guard state.meters.understands(reading.unit, of: sensor) else {
            state.counters.rejections["unit", default: 0] += 1
            guard !isGivenUp(sensor.id), state.misunderstood.insert(sensor.id).inserted else { return false }
            var details = ["sent": reading.unit.code, "wanted": sensor.unit.code]
            if sensor.visibility == .household { details["visibility"] = Visibility.household.rawValue }
            box(.unitChanged, subject: sensor.id.rawValue, isActive: true, onset: now, details, now)
            return false
        }
        if !state.misunderstood.isEmpty { understood(sensor, now) }
        return true
    }

    private func understood(_ sensor: Sensor, _ now: Instant) {
        guard state.misunderstood.remove(sensor.id) != nil else { return }
        box(.unitChanged, subject: sensor.id.rawValue, isActive: false, onset: now, [:], now)
    }

    /// Keeps a reading whose time cannot be true, or that contradicts a stored one, for a person to look at.
    func putAside(
        _ reading: Reading, _ received: ReceivedMessage, reason: String, series: SeriesID? = nil, explanation: String
    ) {
        state.counters.rejections[reason, default: 0] += 1
        let now = received.message.receivedAt
        batch.putAside.append(
            PutAside(
                at: now, reason: reason, device: reading.stream.device, topic: received.message.topic,
                payload: received.message.payload,
                series: series, explanation: explanation))
        let sensor = state.sensors.sensor(device: reading.stream.device, channel: reading.channel, at: now)
        var details = ["reason": reason]
        if sensor?.visibility == .household { details["visibility"] = Visibility.household.rawValue }
        box(.readingsPutAside, subject: reading.stream.device, isActive: true, onset: now, details, now)
    }

    /// Stores what a message says although its times seemed impossible, since a person says that they are true.
    ///
    /// Returns how many readings were stored; those that are there already stay as they are.
    ///
    /// What lies in the future stays untold: it would hide every true reading until then.
    func release(_ entry: PutAside, now: Instant) -> Int {
        let message = InboundMessage(topic: entry.topic, payload: entry.payload, receivedAt: entry.at)
        let decoding = state.decoder.decode(message)
        return decoding.readings.count { reading in
            reading.time.instant <= now.advanced(bySeconds: 300)
                && state.sensors.isAssigned(device: reading.stream.device)
                && add(reading, now: entry.at) == .added
        }
    }
}
