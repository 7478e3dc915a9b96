/// A unit of measurement by its UCUM code (ucum.org), case-sensitive: `m3`, `kW.h`, `Cel`.
///
/// The code stays as sent. Conversion is exact and only within one dimension; `kWh` and `Wh` are accepted as written
/// by devices beside UCUM's `kW.h` and `W.h`.
public struct Unit: Hashable, Sendable, Codable {
    /// The code as sent.
    public let code: String

    /// A value whose unit nobody has declared; not the dimensionless `1`, and never converted.
    public static let unknown = Unit("")
    /// The dimensionless unit.
    public static let one = Unit("1")

    /// Makes a unit of that code; whether it is known shows ``definition``.
    public init(_ code: String) {
        self.code = code
    }

    /// Decodes the bare code.
    public init(from decoder: any Decoder) throws {
        code = try decoder.singleValueContainer().decode(String.self)
    }

    /// Encodes the bare code.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    /// What the unit means, nil where the code is not known.
    public var definition: UnitDefinition? { UnitDefinition.known[code] }

    /// The unit in which values of this dimension are compared, such as `m3` for volumes; nil where unknown.
    public var canonical: Unit? { definition.map { Unit($0.dimension.canonicalCode) } }
}

/// The kind of quantity that a unit measures; only units of one dimension convert into one another.
public enum Dimension: String, Hashable, Sendable, CaseIterable {
    // Each case is a dimension; the canonical codes stand beside them below.
    case ratio, temperature, volume, volumeFlow, mass, length, speed, area, energy, power, reactivePower, apparentPower
    case reactiveEnergy, apparentEnergy, voltage, current, charge, frequency, pressure, conductivity, illuminance
    case irradiance, angle, time, concentration, massConcentration, acidity, decibel, bytes, rainRate, resistance

    /// The UCUM code in which values of this dimension are compared.
    public var canonicalCode: String {
        switch self {
        case .ratio: "1"
        case .temperature: "Cel"
        case .volume: "m3"
        case .volumeFlow: "m3/h"
        case .mass: "kg"
        case .length: "m"
        case .speed: "m/s"
        case .area: "m2"
        case .energy: "kWh"
        case .power: "W"
        case .reactivePower: "var"
        case .apparentPower: "V.A"
        case .reactiveEnergy: "kvar.h"
        case .apparentEnergy: "kV.A.h"
        case .voltage: "V"
        case .current: "A"
        case .charge: "A.h"
        case .frequency: "Hz"
        case .pressure: "hPa"
        case .conductivity: "uS/cm"
        case .illuminance: "lx"
        case .irradiance: "W/m2"
        case .angle: "deg"
        case .time: "s"
        case .concentration: "[ppm]"
        case .massConcentration: "ug/m3"
        case .acidity: "[pH]"
        case .decibel: "dBm"
        case .bytes: "By"
        case .rainRate: "mm/h"
        case .resistance: "Ohm"
        }
    }
}

/// A unit's dimension and its exact relation to the canonical unit of that dimension.
///
/// `canonical = (value + offset) × numerator / denominator`; the offset is zero but for temperatures.
public struct UnitDefinition: Hashable, Sendable {
    /// The dimension.
    public let dimension: Dimension
    /// The factor's numerator, positive.
    public let numerator: Int64
    /// The factor's denominator, positive.
    public let denominator: Int64
    /// Added before the factor, in this unit.
    public let offset: DecimalValue

    /// Makes a definition.
    public init(_ dimension: Dimension, _ numerator: Int64 = 1, _ denominator: Int64 = 1, offset: DecimalValue = .zero)
    {
        self.dimension = dimension
        self.numerator = numerator
        self.denominator = denominator
        self.offset = offset
    }
}

/// How figures of one unit become figures of another, looked up once for many of them.
public struct UnitConversion: Hashable, Sendable {
    private let numerator: Int64
    private let denominator: Int64
    private let before: DecimalValue
    private let after: DecimalValue

    /// Finds the conversion between two units of one dimension.
    ///
    /// Nil where a unit is unknown, the dimensions differ or the ratio exceeds the range.
    public init?(from source: Unit, to target: Unit) {
        guard let from = source.definition, let to = target.definition, from.dimension == to.dimension else {
            return nil
        }
        let (numerator, overflowN) = from.numerator.multipliedReportingOverflow(by: to.denominator)
        let (denominator, overflowD) = from.denominator.multipliedReportingOverflow(by: to.numerator)
        guard !overflowN, !overflowD else { return nil }
        (self.numerator, self.denominator) = (numerator, denominator)
        (before, after) = (from.offset, to.offset)
    }

    /// A figure of the one unit in the other, exact where that is a finite decimal; nil where it exceeds the range.
    public func convert(_ value: DecimalValue) -> DecimalValue? {
        let shifted = before == .zero ? value : value.adding(before)
        let scaled = shifted?.multiplied(byRatio: numerator, denominator)
        return after == .zero ? scaled : scaled?.subtracting(after)
    }
}

extension DecimalValue {
    /// Converts between two units of one dimension, exactly where the result is a finite decimal.
    ///
    /// Nil where a unit is unknown, the dimensions differ or the result exceeds the range.
    public func converted(from source: Unit, to target: Unit) -> DecimalValue? {
        if source == target { return source.code.isEmpty ? nil : self }
        return UnitConversion(from: source, to: target)?.convert(self)
    }
}
