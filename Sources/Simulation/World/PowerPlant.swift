/// The solar roof, the houses' load and the connection to the grid, phase by phase.
struct PowerPlant: Sendable {
    /// Peak power of the roof in watts.
    static let peakWatts = 14_000.0

    /// What the roof makes, per phase.
    private(set) var solar: [EnergyRegister]
    /// What is bought, per phase.
    private(set) var bought: [EnergyRegister]
    /// What is given away, per phase.
    private(set) var given: [EnergyRegister]
    /// Power at the grid connection per phase in watts, negative while giving.
    private(set) var netWatts = [0.0, 0.0, 0.0]
    private var houses: SeededGenerator
    private var kettle = 0.0

    init(seed: UInt64) {
        houses = SeededGenerator(seed: seed, part: "load")
        solar = [1_530_204_118, 1_530_190_377, 1_530_211_402].map { EnergyRegister(hundredths: $0) }
        bought = [702_118_340, 588_420_915, 511_370_226].map { EnergyRegister(hundredths: $0) }
        given = [401_877_120, 433_270_604, 460_118_733].map { EnergyRegister(hundredths: $0) }
    }

    /// Counts one step; `shared` is the power of pumps and cold store in watts.
    mutating func advance(to moment: Moment, weather: Weather, shared: Double) {
        let heat = max(0, 14 - weather.temperature) * 95 + max(0, weather.temperature - 27) * 180
        kettle += (houses.number(-900, 900) - kettle) * 0.5
        let load =
            14 * 265 * Curve.value(of: Curve.loadByHour, atHour: moment.hour) + heat + max(-600, kettle) + shared
        // Panels lose about 0.4 % for each degree that the sun warms them.
        let warmth = 1 - 0.004 * max(0, weather.temperature + weather.irradiance / 40 - 25)
        let made = PowerPlant.peakWatts * 0.88 * weather.irradiance / 1000 * warmth
        let shares = [0.41, 0.32, 0.27]
        for phase in 0..<3 {
            let net = load * shares[phase] - made / 3
            netWatts[phase] = net
            solar[phase].add(watts: made / 3)
            bought[phase].add(watts: max(0, net))
            given[phase].add(watts: max(0, -net))
        }
    }
}
