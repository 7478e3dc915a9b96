import Foundation

/// How much water plants lose to the air, after Hargreaves (FAO Irrigation and Drainage Paper 56, equations 21 to 25, 52).
///
/// An estimate: print whole millimetres per week, never tenths.
public enum Evapotranspiration {
    /// Radiation at the top of the atmosphere in MJ/m2 and day, for degrees north and the day of the year (1 to 366).
    public static func extraterrestrialRadiation(latitude: Double, dayOfYear: Int) -> Double {
        let angle = latitude * .pi / 180
        let year = 2 * Double.pi * Double(dayOfYear) / 365
        let inverseDistance = 1 + 0.033 * cos(year)
        let declination = 0.409 * sin(year - 1.39)
        // Beyond the polar circles the sun does not rise or set; the cosine is kept in range.
        let sunset = acos(min(1, max(-1, -tan(angle) * tan(declination))))
        let solarConstant = 0.0820
        return 24 * 60 / .pi * solarConstant * inverseDistance
            * (sunset * sin(angle) * sin(declination) + cos(angle) * cos(declination) * sin(sunset))
    }

    /// Reference evapotranspiration in mm per day from the day's lowest and highest temperature in degrees Celsius.
    public static func reference(latitude: Double, dayOfYear: Int, minimum: Double, maximum: Double) -> Double {
        let radiation = 0.408 * extraterrestrialRadiation(latitude: latitude, dayOfYear: dayOfYear)
        let mean = (minimum + maximum) / 2
        return max(0, 0.0023 * (mean + 17.8) * max(0, maximum - minimum).squareRoot() * radiation)
    }
}
