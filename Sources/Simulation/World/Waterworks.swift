/// Two wells, the tank above the village and the pipes between.
struct Waterworks: Sendable {
    /// A well with its submersible pump and the meter behind it.
    struct Well: Sendable {
        /// Metres of water above the level sensor, the pump at rest.
        let restingDepth: Double
        /// Litres that the pump lifts in one step.
        let litresPerStep: Int64
        /// Watts that the pump draws.
        let watts: Double
        /// The meter's register in litres.
        var register: Int64
        /// Metres by which pumping has lowered the water.
        var drawdown = 0.0
        /// True while the pump runs.
        var isPumping = false
        /// Energy of the pump.
        var energy: EnergyRegister

        /// Metres of water above the sensor: highest in April after the winter's rain.
        func depth(at moment: Moment) -> Double {
            restingDepth + 0.9 * Curve.cosine(turns: moment.yearTurns - 0.28) - drawdown
        }
    }

    /// Litres that the tank holds.
    static let tankSize: Int64 = 16_000

    /// Upper and lower well.
    private(set) var wells: [Well]
    /// Litres in the tank.
    private(set) var tank: Int64 = 13_200
    /// Register of the main meter between tank and village, in litres.
    private(set) var mainRegister: Int64 = 8_214_306
    /// Register of the garden's meter, in litres.
    private(set) var gardenRegister: Int64 = 402_118
    private var pipes: SeededGenerator
    private var wasExchanging = false

    init(seed: UInt64) {
        pipes = SeededGenerator(seed: seed, part: "pipes")
        wells = [
            Well(
                restingDepth: 7.2, litresPerStep: 240, watts: 1480, register: 5_310_870,
                energy: EnergyRegister(hundredths: 184_230_000)),
            Well(
                restingDepth: 4.8, litresPerStep: 165, watts: 1120, register: 4_183_205,
                energy: EnergyRegister(hundredths: 139_770_000)),
        ]
    }

    /// Share of the tank that is filled, in percent.
    var tankLevel: Double { Double(tank) * 100 / Double(Waterworks.tankSize) }

    /// Moves the water of one step; `drawn` and `garden` are litres taken by the houses and the beds.
    mutating func advance(to moment: Moment, drawn: Int64, garden: Int64) {
        let isExchanging = VillageEvent.Kind.meterExchange.isHappening(at: moment.elapsed)
        if wasExchanging, !isExchanging { wells[1].register = 412 }
        wasExchanging = isExchanging
        control(moment, isExchanging: isExchanging)

        // A few old joints weep always; the leak of the story adds ten litres a step.
        let weeping = pipes.fraction() < 0.6 ? Int64(1) : 0
        let leak: Int64 = VillageEvent.Kind.leak.isHappening(at: moment.elapsed) ? 9 + pipes.whole(below: 3) : 0
        let supplied = min(tank, drawn + garden + weeping + leak)
        mainRegister += supplied
        gardenRegister += garden
        tank -= supplied

        for index in wells.indices {
            if moment.isFirstOfDay { wells[index].energy.startDay() }
            let pumped =
                wells[index].isPumping ? wells[index].litresPerStep - 4 + pipes.whole(below: 9) : 0
            wells[index].register += pumped
            tank = min(Waterworks.tankSize, tank + pumped)
            let target = wells[index].isPumping ? wells[index].restingDepth * 0.22 : 0
            wells[index].drawdown += (target - wells[index].drawdown) * 0.12
            wells[index].energy.add(watts: wells[index].isPumping ? wells[index].watts : 1.2)
        }
    }

    /// The float switches: the pump on duty, which changes daily, fills from 78 to 93 %; the other helps below 65 %.
    private mutating func control(_ moment: Moment, isExchanging: Bool) {
        let isStandstill = VillageEvent.Kind.tankLow.isHappening(at: moment.elapsed)
        let duty = Int(moment.localDay % 2 == 0 ? 0 : 1)
        for index in wells.indices {
            let isUnable = isStandstill || (isExchanging && index == 1)
            if isUnable || tankLevel > 93 {
                wells[index].isPumping = false
            } else if tankLevel < (index == duty ? 78 : 65) {
                wells[index].isPumping = true
            }
        }
    }
}
