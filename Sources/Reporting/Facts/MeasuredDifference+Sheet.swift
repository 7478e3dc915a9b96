import GatewayModel

/// What is otherwise on the sheet of a measuring point, or in what measures it.
extension MeasuredDifference {
    /// What two sheets of a measuring point say otherwise; names that people see, and who visits it, are no difference.
    ///
    /// Of what is a home's by either sheet, or is one now, nothing is said that names it. `find` gives the sheets of other points.
    public static func between(
        _ old: Sensor?, _ new: Sensor?, isHome: Bool = false, find: (SensorID) -> Sensor?
    ) -> [MeasuredDifference] {
        let isHome = isHome || [old, new].contains { $0?.visibility == .household }
        guard let new else {
            return old.map { [MeasuredDifference(.point, from: .name($0.id.rawValue), to: nil, isUnsaid: isHome)] }
                ?? []
        }
        return Key.allCases.compactMap { key in
            let (before, after) = (old.flatMap { value(of: key, in: $0, find) }, value(of: key, in: new, find))
            guard before != after else { return nil }
            // Where a home is, and of what it is computed, names it.
            let namesHome = [.place, .computedKind, .computedParts].contains(key)
            return MeasuredDifference(key, from: before, to: after, isUnsaid: isHome && namesHome)
        }
    }

    /// The devices and channels that measured before and measure from now on; of a home only that they are others.
    public static func between(_ old: Binding?, _ new: Binding?, isHome: Bool) -> MeasuredDifference {
        MeasuredDifference(
            .device, from: old.map { .channel($0) }, to: new.map { .channel($0) }, isUnsaid: isHome)
    }

    /// What a sheet says under a key; nil where it says nothing, and for keys of other things than sheets.
    private static func value(of key: Key, in sensor: Sensor, _ find: (SensorID) -> Sensor?) -> Value? {
        func amount(_ value: DecimalValue?) -> Value? { value.map { .amount($0, sensor.unit) } }
        switch key {
        case .place: return sensor.place.isEmpty ? nil : .name(sensor.place)
        case .resource: return .resource(sensor.resource)
        case .quantity: return .word(sensor.quantity.rawValue)
        case .role: return .word(sensor.role.rawValue)
        case .visibility: return .word(sensor.visibility.rawValue)
        case .unit: return .unit(sensor.unit)
        case .interval: return sensor.rhythm.map { .seconds($0.interval) }
        case .silentAfter: return sensor.rhythm.map { .seconds($0.silentAfter) }
        case .pauses: return sensor.rhythm?.pauses.flatMap { $0.isEmpty ? nil : .seasons($0) }
        case .hours: return sensor.rhythm?.hours.map { .hours($0) }
        case .multiplier: return sensor.meter.map { .number($0.multiplier) }
        case .digits: return sensor.meter?.digits.map { .count($0) }
        case .bits: return sensor.meter?.bits.map { .count($0) }
        // What the meter sends may be another unit than the sensor's.
        case .maximumPerHour: return sensor.meter?.maximumPerHour.map { .number($0) }
        case .jitter: return sensor.meter.map { .number($0.jitter) }
        case .resets: return sensor.meter?.resets.map { .word($0.rawValue) }
        case .computedKind: return sensor.computed.map { .word($0.kind.rawValue) }
        case .computedParts: return sensor.computed.map { .points($0.parts, known: $0.parts.compactMap(find)) }
        case .plausibleFrom: return amount(sensor.plausible?.from)
        case .plausibleTo: return amount(sensor.plausible?.to)
        case .plausiblePerHour: return amount(sensor.plausible?.perHour)
        case .point, .device, .deviceProfile, .profileRules, .timeZone, .sensors, .personsServed, .area, .other:
            return nil
        }
    }
}
