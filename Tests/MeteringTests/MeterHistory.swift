import GatewayModel

@testable import Metering

/// A small seeded generator, so that a failing history can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A true meter that is used, rolls over and is replaced, read by a device that sometimes lies or is silent.
struct MeterHistory {
    /// What the device sent, in order of time.
    var readings: [RegisterMeter.Point] = []
    /// What was truly used between the first reading and the last.
    var truth: Int64 = 0
    /// The times of readings that were false.
    var falseTimes: Set<Instant> = []
    /// Replacements: the first reading after each, with the old meter's end and the new one's beginning.
    var exchanges: [Instant: (oldFinal: Int64, newFirst: Int64)] = [:]
    let sheet: MeterSheet

    /// Most used in a minute; the sheet says 60 times that an hour.
    static let most: Int64 = 5

    init(seed: UInt64) {
        var dice = SeededGenerator(state: seed)
        func odds(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &dice) == 0 }
        let digits = odds(2) ? 5 : nil
        sheet = MeterSheet(digits: digits, maximumPerHour: DecimalValue(MeterHistory.most * 60))
        let range: Int64 = digits == nil ? .max : 100_000
        // Often near the end of its range, so that it rolls over.
        var dial = Int64.random(in: odds(2) ? 99_700...99_999 : 500...90_000, using: &dice)
        var time = Instant(seconds: 1_700_000_000)
        readings.append(.init(value: DecimalValue(dial), time: time))
        var pending: (oldFinal: Int64, newFirst: Int64)?
        let steps = Int.random(in: 20...60, using: &dice)
        var index = 0
        while index < steps {
            let isLast = index >= steps - 2
            let minutes = odds(15) && !isLast ? Int64.random(in: 60...20_000, using: &dice) : 1
            time = time.advanced(bySeconds: minutes * 60)
            let used = Int64.random(in: 0...min(MeterHistory.most * minutes, 400), using: &dice)
            truth += used
            dial += used
            if dial >= range { dial -= range }
            if odds(25), pending == nil, exchanges.isEmpty, !isLast {
                let first = odds(2) ? 0 : Int64.random(in: 0...99_999, using: &dice)
                pending = (dial, first)
                dial = first
                let more = Int64.random(in: 0...MeterHistory.most, using: &dice)
                truth += more
                dial += more
                if dial >= range { dial -= range }
            }
            if odds(12), pending == nil, !isLast {
                for _ in 0..<Int.random(in: 1...3, using: &dice) {
                    let lie = odds(2) ? 0 : Int64.random(in: 0...99_999, using: &dice)
                    readings.append(.init(value: DecimalValue(lie), time: time))
                    falseTimes.insert(time)
                    time = time.advanced(bySeconds: 60)
                }
            }
            readings.append(.init(value: DecimalValue(dial), time: time))
            if let known = pending {
                exchanges[time] = known
                pending = nil
            }
            index += 1
        }
    }

    /// The readings through a meter, with what people decided and set aside.
    func read(
        _ decisions: [MeterDecision] = [], without aside: Set<Instant> = []
    ) -> (uses: [DecimalValue], total: DecimalValue, events: [MeterEvent], believed: [Instant]) {
        var meter = RegisterMeter(sensor: MeterHistory.sensor, sheet: sheet)
        var uses: [DecimalValue] = []
        var events: [String: MeterEvent] = [:]
        var believed: [Instant] = []
        for reading in readings where !aside.contains(reading.time) {
            let outcome = meter.receive(reading.value, at: reading.time, decisions: decisions)
            outcome.use.map { uses.append($0) }
            if falseTimes.contains(reading.time), outcome.use.map({ $0 > .zero }) ?? false {
                believed.append(reading.time)
            }
            for event in outcome.events { events["\(event.at.milliseconds)\(event.kind.rawValue)"] = event }
        }
        let booked = uses.reduce(DecimalValue.zero) { $0.adding($1) ?? $0 }
        return (uses, booked.subtracting(meter.deficit) ?? booked, events.values.sorted { $0.at < $1.at }, believed)
    }

    static let sensor = SensorID(rawValue: "test/meter")
}
