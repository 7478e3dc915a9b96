/// The sky over the village: a valley at 42 degrees north with dry summers.
struct Weather: Sendable {
    /// Air temperature in degrees Celsius.
    private(set) var temperature = 12.0
    /// Relative humidity in percent.
    private(set) var humidity = 60.0
    /// Rain in millimetres per hour.
    private(set) var rainRate = 0.0
    /// Sunlight on level ground in watts per square metre.
    private(set) var irradiance = 0.0
    /// Mean wind in metres per second.
    private(set) var wind = 1.0
    /// Wind direction in degrees.
    private(set) var direction = 200.0
    /// Rain since the station was set up, in micrometres, so that the sum stays exact.
    private(set) var rainTotal: Int64 = 312_400

    private let seed: UInt64
    private var day: Day
    private var noise: SeededGenerator

    /// What is drawn once for a whole day.
    private struct Day {
        var number: Int64
        var cloud: Double
        var anomaly: Double
        var rain: Double
        var rainStart: Double
        var rainHours: Double
        var wind: Double

        init(_ number: Int64, seed: UInt64) {
            self.number = number
            // Two neighbouring draws are mixed, so that fair and dull spells last for some days.
            var today = SeededGenerator(seed: seed, part: "weather", index: number)
            var yesterday = SeededGenerator(seed: seed, part: "weather", index: number - 1)
            let mixed = 0.6 * today.fraction() + 0.4 * yesterday.fraction()
            cloud = min(1, max(0, (mixed - 0.2) * 1.5))
            anomaly = (0.6 * today.fraction() + 0.4 * yesterday.fraction() - 0.5) * 9
            rain = cloud > 0.72 ? (cloud - 0.68) * 60 * today.fraction() : 0
            rainStart = today.number(0, 17)
            rainHours = today.number(1.5, 6)
            wind = today.number(0.6, 4.5)
        }
    }

    init(seed: UInt64, localDay: Int64) {
        self.seed = seed
        day = Day(localDay, seed: seed)
        noise = SeededGenerator(seed: seed, part: "sky")
    }

    /// Brings the sky to a moment; on the story's hot day there is no cloud and eleven degrees more.
    mutating func advance(to moment: Moment, isHotDay: Bool) {
        if moment.localDay != day.number { day = Day(moment.localDay, seed: seed) }
        let cloud = isHotDay ? 0 : day.cloud
        let seasonal = 12.5 - 9.5 * Curve.cosine(turns: moment.yearTurns - 0.055)
        let swing = 2.5 + 4.5 * (1 - cloud)
        let daily = Curve.cosine(turns: (moment.hour - 15) / 24) * swing
        temperature = seasonal + (isHotDay ? 11 : day.anomaly) + daily + noise.number(-0.1, 0.1)

        let isRaining =
            !isHotDay && day.rain > 0 && moment.hour >= day.rainStart && moment.hour < day.rainStart + day.rainHours
        rainRate = isRaining ? day.rain / day.rainHours * noise.number(0.4, 1.6) : 0
        rainTotal += Int64(rainRate * 1000 * Double(Moment.step) / 3600)

        humidity = min(98, max(18, 62 + 25 * cloud - daily * 3 + (isRaining ? 15 : 0) + noise.number(-1, 1)))
        wind = max(0, day.wind * (1 + 0.5 * Curve.cosine(turns: (moment.hour - 15) / 24)) + noise.number(-0.5, 0.5))
        direction = (200 + day.anomaly * 20 + noise.number(-25, 25) + 720).truncatingRemainder(dividingBy: 360)

        let passing = cloud > 0.15 && cloud < 0.8 ? noise.number(0.6, 1.2) : 1
        irradiance = 1040 * Weather.sunHeight(at: moment) * (1 - 0.78 * cloud) * min(1.1, passing)
    }

    /// Sine of the sun's height over the horizon, 0 at night (declination of 23.44 degrees at the solstice).
    static func sunHeight(at moment: Moment) -> Double {
        let declination = -0.3978 * Curve.cosine(turns: moment.yearTurns + 10 / 365.25)
        let sunwards = (1 - declination * declination).squareRoot()
        return max(0, 0.6691 * declination + 0.7431 * sunwards * Curve.cosine(turns: (moment.solarHour - 12) / 24))
    }
}
