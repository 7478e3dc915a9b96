/// Four beds of the common garden, watered at six in the morning where they are dry.
struct Garden: Sendable {
    /// Soil moisture of each bed in percent of volume.
    private(set) var moisture = [31.0, 33.5, 28.0, 35.0]
    /// Soil temperature in degrees Celsius.
    private(set) var soilTemperature: Double
    /// Litres of water given in the last step.
    private(set) var watered: Int64 = 0
    private var isWatering = [false, false, false, false]
    private static let thirst = [1.0, 0.9, 1.2, 0.8]

    /// Makes the beds with soil as warm as the air.
    init(weather: Weather) {
        soilTemperature = weather.temperature
    }

    /// Dries, rains and waters for one step.
    mutating func advance(to moment: Moment, weather: Weather) {
        soilTemperature += (weather.temperature - soilTemperature) * 0.01
        let isWateringTime = moment.hour >= 6 && moment.hour < 6.25
        watered = 0
        for bed in moisture.indices {
            // About half a percent a day in winter, three in a hot summer, and most of it by day.
            let drying = (0.4 + 0.09 * max(0, weather.temperature)) * Garden.thirst[bed] / 288
            let sun = 0.4 + weather.irradiance / 400
            let drainage = max(0, moisture[bed] - 38) * 0.004
            moisture[bed] += weather.rainRate / 12 * 1.1 - drying * sun - drainage
            isWatering[bed] = isWateringTime && (isWatering[bed] || (moment.hour < 6.1 && moisture[bed] < 24))
            if isWatering[bed] {
                moisture[bed] += 2.6
                watered += 55
            }
            moisture[bed] = min(52, max(8, moisture[bed]))
        }
    }
}
