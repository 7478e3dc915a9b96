/// The cold store of the common pantry.
struct Pantry: Sendable {
    /// Air temperature inside in degrees Celsius.
    private(set) var temperature = 4.2
    /// Relative humidity inside in percent.
    private(set) var humidity = 71.0
    /// Energy of the compressor.
    private(set) var energy = EnergyRegister(hundredths: 61_280_400)
    private var isCooling = false
    private var door: SeededGenerator

    init(seed: UInt64) {
        door = SeededGenerator(seed: seed, part: "pantry")
    }

    /// Lets heat in and the compressor out for one step; on the hot day it trips from half past twelve for six hours.
    mutating func advance(to moment: Moment, weather: Weather, isHotDay: Bool) {
        if moment.isFirstOfDay { energy.startDay() }
        let room = isHotDay ? 30 : 18 + 0.3 * (weather.temperature - 15)
        let isTripped = isHotDay && moment.hour >= 12.5 && moment.hour < 18.5
        let isOpened = moment.hour > 7 && moment.hour < 21 && door.fraction() < 0.04
        if temperature > 5 { isCooling = true }
        if temperature < 3.2 { isCooling = false }
        let runs = isCooling && !isTripped
        temperature += 0.003 * (room - temperature) - (runs ? 0.18 : 0) + (isOpened ? 0.35 : 0)
        humidity = min(95, max(50, humidity + door.number(-0.6, 0.6) + (runs ? -0.2 : 0.1)))
        energy.add(watts: runs ? 143 + door.number(0, 6) : 2.1)
    }

    /// Power of the compressor in the last step, in watts.
    var watts: Double { energy.watts }
}
