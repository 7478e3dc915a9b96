/// A device of the village with its rhythm; its figures come from the village's models.
struct Emitter: Sendable {
    /// What publishes.
    enum Device: Sendable {
        /// A radio water meter.
        case waterMeter(WaterMeter, Register)
        /// A LoRaWAN level sensor over a well (0, 1) or in the tank (nil).
        case levelSensor(LoRaSensor, well: Int?)
        /// A LoRaWAN soil sensor of a bed.
        case soilSensor(LoRaSensor, bed: Int)
        /// The plug of a well's pump (0, 1) or of the cold store's compressor (nil).
        case plug(MeteringPlug, well: Int?)
        /// Momentary figures of the grid meter or the solar meter.
        case power(EnergyMeter, isSolar: Bool)
        /// Registers of the grid meter or the solar meter.
        case energy(EnergyMeter, isSolar: Bool)
        /// The cold store's thermometer.
        case thermometer(Thermometer)
        /// The weather station.
        case weather(WeatherStation)
        /// A bare number on a topic of its own: the greenhouse's temperature.
        case bareTemperature(topic: String)
    }

    /// Which register a water meter shows.
    enum Register: Sendable {
        case well(Int)
        case main
        case garden
        case household(Int)
        /// A meter beyond the village whose telegrams reach the receiver too.
        case neighbour
    }

    /// What publishes.
    let device: Device
    /// Steps between two reports.
    let period: Int64
    /// The step of the period in which it reports.
    let phase: Int64
    /// Milliseconds after the beginning of the step, before jitter.
    let offset: Int64
    /// The device's own draws.
    var noise: SeededGenerator
    /// Frames sent so far.
    var frame: Int64
}

extension Village {
    /// Every device of the village, each with its place in the five-minute step.
    static func devices(seed: UInt64) -> [Emitter] {
        var emitters: [Emitter] = []
        func add(_ device: Emitter.Device, everyMinutes minutes: Int64) {
            let index = Int64(emitters.count)
            var noise = SeededGenerator(seed: seed, part: "device", index: index)
            let period = minutes * 60 / Moment.step
            let offset = noise.whole(below: 285_000)
            let frame = 1000 + noise.whole(below: 9000)
            emitters.append(
                Emitter(
                    device: device, period: period, phase: index % period, offset: offset, noise: noise, frame: frame))
        }
        func meter(_ id: String, _ name: String, _ register: Emitter.Register, driver: String = "hydrus") {
            var minutes: Int64 = 15
            if case .household = register { minutes = 20 }
            if case .neighbour = register { minutes = 60 }
            add(.waterMeter(WaterMeter(id: id, name: name, driver: driver), register), everyMinutes: minutes)
        }
        meter("30410011", "upper-well", .well(0), driver: "izarv2")
        meter("30410012", "lower-well", .well(1), driver: "izarv2")
        meter("30410001", "village", .main)
        meter("30410021", "garden", .garden)
        for index in Household.persons.indices {
            meter(String(21_540_301 + index), "house-\(index + 1)", .household(index))
        }
        meter("67114902", "unknown", .neighbour)

        let submersible = "EM500-SWL"
        add(
            .levelSensor(
                LoRaSensor(devEUI: "24e124126c410001", name: "upper-well", profile: submersible, port: 85), well: 0),
            everyMinutes: 15)
        add(
            .levelSensor(
                LoRaSensor(devEUI: "24e124126c410002", name: "lower-well", profile: submersible, port: 85), well: 1),
            everyMinutes: 15)
        add(
            .levelSensor(
                LoRaSensor(devEUI: "24e124126c410003", name: "tank", profile: submersible, port: 85), well: nil),
            everyMinutes: 5)
        for bed in 0..<4 {
            let sensor = LoRaSensor(
                devEUI: "a84041f621860a0\(bed + 1)", name: "bed-\(bed + 1)", profile: "LSE01", port: 2)
            add(.soilSensor(sensor, bed: bed), everyMinutes: 20)
        }
        add(.plug(MeteringPlug(name: "upper-well-pump"), well: 0), everyMinutes: 15)
        add(.plug(MeteringPlug(name: "lower-well-pump"), well: 1), everyMinutes: 15)
        add(.plug(MeteringPlug(name: "cold-store"), well: nil), everyMinutes: 15)
        let grid = EnergyMeter(id: "shellypro3em-8813bfd0a1c4")
        let solar = EnergyMeter(id: "shellypro3em-8813bfd0b2e7")
        add(.power(grid, isSolar: false), everyMinutes: 10)
        add(.energy(grid, isSolar: false), everyMinutes: 10)
        add(.power(solar, isSolar: true), everyMinutes: 10)
        add(.energy(solar, isSolar: true), everyMinutes: 10)
        add(.thermometer(Thermometer(name: "Cold store")), everyMinutes: 10)
        add(.weather(WeatherStation()), everyMinutes: 5)
        add(.bareTemperature(topic: "garden/greenhouse/temperature"), everyMinutes: 15)
        return emitters
    }
}
