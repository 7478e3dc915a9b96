import GatewayModel
import Testing

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

@Suite("Laws of the register meter")
struct RegisterMeterPropertyTests {
    @Test("A true counter with false zeros between gives exactly its own total, never anything negative")
    func falseZerosNeverCount() throws {
        for seed in UInt64(1)...300 {
            var generator = SeededGenerator(state: seed)
            let sheet = MeterSheet(maximumPerHour: DecimalValue(60))
            var meter = RegisterMeter(sensor: SensorID(rawValue: "m"), sheet: sheet)
            let start = Int64.random(in: 1_000...1_000_000, using: &generator)
            var truth = start
            var time = Instant(seconds: 1_700_000_000)
            var total = DecimalValue.zero
            for step in 0..<200 {
                time = time.advanced(bySeconds: 60)
                truth += Int64.random(in: 0...1, using: &generator)
                let isFalse = step > 0 && step < 199 && Int.random(in: 0..<20, using: &generator) == 0
                let outcome = meter.receive(DecimalValue(isFalse ? 0 : truth), at: time)
                if let use = outcome.use {
                    #expect(use >= .zero, "seed \(seed)")
                    total = try #require(total.adding(use))
                }
            }
            let first = try #require(meter.baseline)
            #expect(first.value == DecimalValue(truth), "seed \(seed)")
            #expect(total <= DecimalValue(truth - start), "seed \(seed)")
            #expect(total >= DecimalValue(truth - start - 1), "seed \(seed): only the very first step is a baseline")
        }
    }
}
