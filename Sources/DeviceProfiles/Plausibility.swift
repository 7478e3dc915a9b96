import GatewayModel

/// Limits outside of which a number cannot be a measurement, whatever the device.
enum Plausibility {
    private static let percent = DecimalValue(0)...DecimalValue(100)
    // From the coldest air ever measured to the flue of a stove.
    private static let celsius = DecimalValue(-90)...DecimalValue(600)
    private static let fahrenheit = DecimalValue(-130)...DecimalValue(1112)

    /// The limits of a quantity in a unit; nil where any number may be one.
    static func range(of quantity: Quantity, unit: Unit) -> ClosedRange<DecimalValue>? {
        switch (quantity.rawValue, unit.code) {
        case ("relative_humidity", "%"), ("battery", "%"), ("state_of_charge", "%"), ("soil_moisture", "%"): percent
        case ("temperature", "Cel"), ("soil_temperature", "Cel"), ("dew_point", "Cel"): celsius
        case ("temperature", "[degF]"), ("soil_temperature", "[degF]"), ("dew_point", "[degF]"): fahrenheit
        default: nil
        }
    }

    /// Codes that stand for "no value" in any quantity: the ends of 16, 24 and 32 bit integers.
    static func isSentinel(_ value: DecimalValue, unit: Unit, kind: ReadingKind) -> Bool {
        guard value.scale == 0 else { return false }
        switch value.mantissa {
        case -8_388_608, -2_147_483_648: return true
        case -32_768: return kind == .gauge
        // The ends of a signed byte; sensors of temperature send them for "no value".
        case 127, -127, 128, -128: return unit.code == "Cel"
        default: return false
        }
    }
}

extension Quantity {
    /// The quantity that a unit suggests where nothing else says what is measured; nil where the unit tells nothing.
    static func suggested(by unit: Unit) -> Quantity? {
        let name: String? =
            switch unit.definition?.dimension {
            case .temperature: "temperature"
            case .volume: "volume"
            case .volumeFlow: "volume_flow"
            case .energy: "energy"
            case .power: "active_power"
            case .reactivePower: "reactive_power"
            case .apparentPower: "apparent_power"
            case .voltage: "voltage"
            case .current: "current"
            case .frequency: "frequency"
            case .pressure: "pressure"
            case .conductivity: "conductivity"
            case .illuminance: "illuminance"
            case .irradiance: "irradiance"
            case .speed: "wind_speed"
            case .length: "distance"
            case .acidity: "ph"
            case .decibel: "signal_strength"
            case .mass: "mass"
            case .rainRate: "rain_rate"
            case .resistance: "resistance"
            case .ratio: unit.code == "%" ? "ratio" : nil
            default: nil
            }
        return name.map { Quantity(rawValue: $0) }
    }
}
