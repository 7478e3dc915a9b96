import GatewayModel

/// The village at one moment: its models and its devices.
struct VillageState: Sendable {
    private(set) var moment: Moment
    private let zone: Zone
    private var weather: Weather
    private var households: [Household]
    private var waterworks: Waterworks
    private var power: PowerPlant
    private var pantry: Pantry
    private var garden: Garden
    private var emitters: [Emitter]
    private var step: Int64 = 0

    init(_ village: Village) {
        zone = village.zone
        moment = Moment(instant: village.start, elapsed: 0, zone: village.zone)
        weather = Weather(seed: village.seed, localDay: moment.localDay)
        households = Household.persons.indices.map { Household(index: $0, seed: village.seed) }
        waterworks = Waterworks(seed: village.seed)
        power = PowerPlant(seed: village.seed)
        pantry = Pantry(seed: village.seed)
        emitters = Village.devices(seed: village.seed)
        // A first step fills the momentary figures, which otherwise begin at zero.
        weather.advance(to: moment, isHotDay: false)
        power.advance(to: moment, weather: weather, shared: 0)
        garden = Garden(weather: weather)
    }

    /// Moves every model by one step of five minutes.
    mutating func advance() {
        let isHotDay = VillageEvent.Kind.hotDay.isHappening(at: moment.elapsed)
        weather.advance(to: moment, isHotDay: isHotDay)
        var drawn: Int64 = 0
        for index in households.indices {
            households[index].advance(to: moment, isHotDay: isHotDay)
            drawn += households[index].drawn
        }
        garden.advance(to: moment, weather: weather)
        waterworks.advance(to: moment, drawn: drawn, garden: garden.watered)
        pantry.advance(to: moment, weather: weather, isHotDay: isHotDay)
        let pumps = waterworks.wells.reduce(0) { $0 + $1.energy.watts }
        power.advance(to: moment, weather: weather, shared: pumps + pantry.watts)
        step += 1
        moment = Moment(
            instant: moment.instant.advanced(bySeconds: Moment.step), elapsed: moment.elapsed + Moment.step, zone: zone)
    }

    /// Replaces `messages` by those of the present step, in time order.
    mutating func publish(into messages: inout [SimulatedMessage]) {
        messages.removeAll(keepingCapacity: true)
        for index in emitters.indices {
            var emitter = emitters[index]
            guard step % emitter.period == emitter.phase else { continue }
            let delay = emitter.offset + emitter.noise.whole(below: 12_000)
            let time = moment.instant.advanced(byMilliseconds: delay)
            emitter.frame += 1
            if let message = message(of: &emitter, at: time) { messages.append(message) }
            emitters[index] = emitter
        }
        // Two messages of one millisecond keep the devices' order, since the sort's key ends with the topic.
        messages.sort { ($0.at, $0.topic) < ($1.at, $1.topic) }
    }

    /// What a device says at that time; nil while it is silent.
    private func message(of emitter: inout Emitter, at time: Instant) -> SimulatedMessage? {
        switch emitter.device {
        case .waterMeter(let meter, let register):
            return litres(of: register).map {
                made(time, meter.topic, meter.telegram(at: time, register: $0), delay: 40, qos: 1)
            }
        case .levelSensor(let sensor, let well):
            // The sensor gives whole centimetres; the tank is 250 cm deep.
            let metres = well.map { waterworks.wells[$0].depth(at: moment) } ?? waterworks.tankLevel * 0.025
            let depth = NumberText.float(metres * 100 + emitter.noise.number(-0.4, 0.4), places: 0)
            let text = sensor.uplink(
                at: time, frame: emitter.frame, object: "\"battery\":94.0,\"depth\":\(depth)", noise: &emitter.noise)
            return made(time, sensor.topic, text, delay: 230)
        case .soilSensor(let sensor, let bed):
            if bed == 2, VillageEvent.Kind.deadSensor.isHappening(at: moment.elapsed) { return nil }
            let object = soil(bed: bed, noise: &emitter.noise)
            let text = sensor.uplink(at: time, frame: emitter.frame, object: object, noise: &emitter.noise)
            return made(time, sensor.topic, text, delay: 230)
        case .plug(let plug, let well):
            let text = plug.telemetry(
                at: time, offsetSeconds: moment.offsetSeconds,
                register: well.map { waterworks.wells[$0].energy } ?? pantry.energy,
                noise: &emitter.noise)
            return made(time, plug.topic, text, delay: 15)
        case .power(let meter, let isSolar):
            let watts = isSolar ? power.solar.map(\.watts) : power.netWatts
            return made(time, meter.topic, meter.power(at: time, watts: watts, noise: &emitter.noise), delay: 20)
        case .energy(let meter, let isSolar):
            let taken = (isSolar ? power.solar : power.bought).map(\.hundredths)
            let given = isSolar ? [0, 0, 0] : power.given.map(\.hundredths)
            return made(time, meter.topic, meter.energy(at: time, taken: taken, given: given), delay: 20)
        case .thermometer(let thermometer):
            let text = thermometer.report(
                at: time, temperature: pantry.temperature, humidity: pantry.humidity, noise: &emitter.noise)
            return made(time, thermometer.topic, text, delay: 8)
        case .weather(let station):
            let text = station.event(
                at: time, offsetSeconds: moment.offsetSeconds, weather: weather, noise: &emitter.noise)
            return made(time, station.topic, text, delay: 12)
        case .bareTemperature(let topic):
            // Glass keeps the nights mild and makes the days warm.
            let degrees = weather.temperature + weather.irradiance * 0.012 + 1.5
            return made(time, topic, NumberText.fixed(degrees, places: 1), delay: 5)
        }
    }

    private func made(_ time: Instant, _ topic: String, _ text: String, delay: Int64, qos: UInt8 = 0)
        -> SimulatedMessage
    {
        SimulatedMessage(at: time.advanced(byMilliseconds: delay), topic: topic, payload: Array(text.utf8), qos: qos)
    }

    /// A water register in litres; nil while the lower well's meter is being changed.
    private func litres(of register: Emitter.Register) -> Int64? {
        switch register {
        case .well(let index):
            index == 1 && VillageEvent.Kind.meterExchange.isHappening(at: moment.elapsed)
                ? nil : waterworks.wells[index].register
        case .main: waterworks.mainRegister
        case .garden: waterworks.gardenRegister
        case .household(let index): households[index].register
        case .neighbour: 1_204_551 + moment.elapsed / 240
        }
    }

    private func soil(bed: Int, noise: inout SeededGenerator) -> String {
        let moisture = garden.moisture[bed] + noise.number(-0.15, 0.15)
        return """
            "soilmoisture":\(NumberText.float(moisture, places: 2)),\
            "soiltemperature":\(NumberText.float(garden.soilTemperature + Double(bed) * 0.2, places: 2)),\
            "soilconductivity":\(NumberText.float(moisture * 7.5, places: 0)),"volt":3.421
            """
    }
}
