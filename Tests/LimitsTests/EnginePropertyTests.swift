import GatewayModel
import Testing

@testable import Limits

/// A small seeded generator, so that a failing history can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

@Suite("Laws of checking")
struct EnginePropertyTests {
    typealias Fixture = EngineFixture

    @Test("A restart anywhere gives the same transitions as none")
    func restart() {
        let limit = Fixture.limit(
            .instant(value: DecimalValue(100), deadband: DecimalValue(5), onDelay: 300, offDelay: 120))
        for seed in UInt64(1)...150 {
            var generator = SeededGenerator(state: seed)
            var level: Int64 = 105
            let history = (0..<60).map { minute -> Measurement in
                level += Int64.random(in: -6...6, using: &generator)
                return Fixture.level(level, at: Fixture.after(minutes: Int64(minute)))
            }
            let whole = transitions(history, limit, restartAt: nil)
            let split = Int.random(in: 1..<59, using: &generator)
            #expect(transitions(history, limit, restartAt: split) == whole, "seed \(seed), restart at \(split)")
        }
    }

    private func transitions(_ history: [Measurement], _ limit: Limit, restartAt split: Int?) -> [String] {
        var engine = Fixture.engine(limit)
        var found: [LimitTransition] = []
        for (index, measurement) in history.enumerated() {
            if index == split {
                var raised: [LimitTransition] = []
                for transition in found { raised = transition.change == .raised ? [transition] : [] }
                engine = Fixture.engine(limit, startedAt: measurement.time)
                engine.restore(raised: raised)
                for earlier in history[..<index] { engine.replay(earlier) }
            }
            found += engine.receive(measurement, now: measurement.time)
            found += engine.tick(now: measurement.time.advanced(bySeconds: 30))
        }
        return found.map { "\($0.brief) \($0.detectedAt)" }
    }
}
