import Foundation
import GatewayModel
import Testing

@testable import Metering

@Suite("Laws of the register meter")
struct RegisterMeterPropertyTests {
    /// `make test-long` runs a hundred thousand.
    static let histories = ProcessInfo.processInfo.environment["COMMONS_HISTORIES"].flatMap { UInt64($0) } ?? 1500

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

    @Test("Whatever a device does, unconfirmed consumption is never negative and never a lifetime total")
    func unconfirmed() {
        for seed in 1...Self.histories {
            let history = MeterHistory(seed: seed)
            let uses = history.read().uses
            #expect(uses.allSatisfy { $0 >= .zero }, "seed \(seed)")
            // What the sheet allows in the longest silence of a history is far below a lifetime total.
            let most = DecimalValue(MeterHistory.most * 20_004)
            #expect(uses.allSatisfy { $0 <= most }, "seed \(seed)")
        }
    }

    @Test("What a person who knows confirms is the truth to the last digit, whatever happened to the meter")
    func confirmed() {
        for seed in 1...Self.histories {
            let history = MeterHistory(seed: seed)
            let (decisions, aside) = history.decidedByOneWhoKnows()
            let result = history.read(decisions, without: aside)
            #expect(!result.events.contains { $0.state == .proposed }, "seed \(seed)")
            #expect(result.total == DecimalValue(history.truth), "seed \(seed)")
        }
    }
}

extension MeterHistory {
    /// What a person decides who has the sheets of every exchange, and knows which readings were false: those that the
    /// meter asks about or believed are set aside; what it found out by itself is left as it is.
    func decidedByOneWhoKnows() -> (decisions: [MeterDecision], aside: Set<Instant>) {
        let decisions = exchanges.map { at, known in
            MeterDecision(
                sensor: MeterHistory.sensor, kind: .exchange, at: at,
                verdict: .exchanged(
                    oldFinal: DecimalValue(known.oldFinal), newFirst: DecimalValue(known.newFirst), unit: .one),
                decidedAt: at, person: "Rosa")
        }
        var aside: Set<Instant> = []
        while true {
            let result = read(decisions, without: aside)
            if let believed = result.believed.first {
                aside.insert(believed)
                continue
            }
            // The question may come with the true reading after a false one that looked like consumption.
            guard let open = result.events.first(where: { $0.state == .proposed }),
                let latest = falseTimes.subtracting(aside).filter({ $0 <= open.at }).max()
            else { return (decisions, aside) }
            aside.insert(latest)
        }
    }
}
