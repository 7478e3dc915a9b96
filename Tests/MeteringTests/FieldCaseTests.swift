import GatewayModel
import Testing

@testable import Metering

/// The field's cases on counters; numbers as in the list of cases (docs/cases.md).
@Suite("Field cases on counters")
struct FieldCaseTests {
    static let sensor = SensorID(rawValue: "test/meter")

    /// Reads values one minute (or the given seconds) apart and returns all uses and events.
    func read(
        _ values: [String], sheet: MeterSheet = MeterSheet(), secondsApart: Int64 = 60
    ) throws -> (total: DecimalValue, uses: [DecimalValue], events: [MeterEvent]) {
        var meter = RegisterMeter(sensor: Self.sensor, sheet: sheet)
        var uses: [DecimalValue] = []
        var events: [MeterEvent] = []
        for (index, text) in values.enumerated() {
            let value = try #require(DecimalValue(text))
            let outcome = meter.receive(value, at: Instant(seconds: 1_700_000_000 + Int64(index) * secondsApart))
            if let use = outcome.use { uses.append(use) }
            events += outcome.events
        }
        return (uses.reduce(.zero) { $0.adding($1) ?? $0 }, uses, events)
    }

    @Test("Case 1: a dip within the sheet's jitter is no use, no reset, nothing negative")
    func jitterDip() throws {
        let result = try read(
            ["215.7", "215.6", "215.7"], sheet: MeterSheet(jitter: DecimalValue(mantissa: 1, scale: 1)))
        #expect(result.total == .zero)
        #expect(result.uses.allSatisfy { $0 >= .zero })
        #expect(result.events.map(\.kind) == [.backwardStep])
    }

    @Test(
        "Case 2: a false zero, for minutes or for days, is one false reading and the lifetime total is never added",
        arguments: [1, 2000])
    func falseZero(zeros: Int) throws {
        let values = ["14000"] + Array(repeating: "0", count: zeros) + ["14000", "14001"]
        let result = try read(values, sheet: MeterSheet(maximumPerHour: DecimalValue(100)))
        #expect(result.total == DecimalValue(1))
        #expect(result.uses.allSatisfy { $0 >= .zero && $0 <= DecimalValue(1) })
        #expect(result.events.map(\.kind) == [.reset, .reset, .falseReading])
        #expect(result.events.map(\.state) == [.proposed, .reverted, .applied])
    }

    @Test("Case 2 on a meter that is known to reset: the same total")
    func falseZeroOnResettingMeter() throws {
        let result = try read(["14000", "0", "14000", "14002"], sheet: MeterSheet(resets: .anyTime))
        #expect(result.total == DecimalValue(2))
        #expect(result.events.last?.kind == .falseReading)
    }

    @Test("Case 3: a counter that comes back at 0.3 after 67 days adds 0.3 and says that the loss is unknown")
    func resetAfterGap() throws {
        let result = try read(["12.0", "0.3"], sheet: MeterSheet(resets: .anyTime), secondsApart: 67 * 86_400)
        #expect(result.total == DecimalValue(mantissa: 3, scale: 1))
        #expect(result.events.map(\.kind) == [.reset])
        #expect(result.events.map(\.state) == [.applied])
    }

    @Test("Case 4: the same value before and after a month is no use")
    func sameValueAfterMonth() throws {
        let result = try read(["87.5", "87.5"], secondsApart: 30 * 86_400)
        #expect(result.total == .zero)
        #expect(result.events.isEmpty)
    }

    @Test("Case 5: an exchanged meter is a question; before it is answered nothing jumps")
    func exchange() throws {
        let result = try read(
            ["9800", "9870", "3", "20", "33"], sheet: MeterSheet(digits: 5, maximumPerHour: DecimalValue(9000)))
        #expect(result.total == DecimalValue(100))
        #expect(result.events.map(\.kind) == [.exchange])
        #expect(result.events.map(\.state) == [.proposed])
    }

    @Test("Case 6: five digits roll over from 99998 to 3 with a use of 5; without digits it is held as a question")
    func rollover() throws {
        let known = try read(["99998", "00003"], sheet: MeterSheet(digits: 5))
        #expect(known.total == DecimalValue(5))
        #expect(known.events.map(\.kind) == [.rollover])
        let unknown = try read(["99998", "00003"])
        #expect(unknown.total == .zero)
        #expect(unknown.events.map(\.state) == [.proposed])
    }

    @Test("Case 7: a hydro plant's step is booked up to the sheet's greatest rate, and held beyond it")
    func greatestRate() throws {
        let sheet = MeterSheet(maximumPerHour: DecimalValue(150))
        let booked = try read(["100", "101.667"], sheet: sheet)
        #expect(booked.total == DecimalValue(mantissa: 1667, scale: 3))
        #expect(booked.events.isEmpty)
        let held = try read(["100", "110"], sheet: sheet)
        #expect(held.total == .zero)
        #expect(held.events.map(\.kind) == [.implausibleStep])
        #expect(held.events.map(\.impliedUse) == [DecimalValue(10)])
    }

    @Test("False readings within false readings are owed once")
    func nested() throws {
        let result = try read(["1000", "0", "400", "10", "20", "402", "1001", "1500"])
        #expect(result.uses.allSatisfy { $0 >= .zero })
        #expect(result.total == DecimalValue(500))
    }

    @Test("A reading that jumps up and comes back is false, and the use goes on from before")
    func falseJump() throws {
        let sheet = MeterSheet(maximumPerHour: DecimalValue(150))
        let result = try read(["100", "9999", "101"], sheet: sheet)
        #expect(result.total == DecimalValue(1))
        #expect(result.events.map(\.kind) == [.implausibleStep, .implausibleStep, .falseReading])
    }

    @Test("A counter that starts anew each day counts from midnight on; a fall at noon is a question")
    func daily() throws {
        let sheet = MeterSheet(resets: .daily)
        // The readings begin at 22:13 UTC.
        let midnight = try read(["12.0", "0.3"], sheet: sheet, secondsApart: 2 * 3600)
        #expect(midnight.total == DecimalValue(mantissa: 3, scale: 1))
        #expect(midnight.events.map(\.state) == [.applied])
        let evening = try read(["12.0", "0.3"], sheet: sheet, secondsApart: 3600)
        #expect(evening.total == .zero)
        #expect(evening.events.map(\.state) == [.proposed])
    }

    @Test("A register of 16 bits starts again behind 65535")
    func bits() throws {
        let result = try read(["65530", "65534", "3"], sheet: MeterSheet(bits: 16))
        #expect(result.total == DecimalValue(9))
        #expect(result.events.map(\.kind) == [.rollover])
    }

    @Test("Two sources that read one meter by turns are a question once, and none as soon as the first comes back")
    func alternation() throws {
        var meter = RegisterMeter(sensor: Self.sensor, sheet: MeterSheet())
        var total = DecimalValue.zero
        var events: [MeterEvent] = []
        let readings = [(100, "device"), (101, "file"), (102, "file"), (103, "device"), (104, "file"), (107, "device")]
        for (index, (value, source)) in readings.enumerated() {
            let outcome = meter.receive(
                DecimalValue(Int64(value)), at: Instant(seconds: 1_700_000_000 + Int64(index) * 3600), from: source)
            total = try #require(total.adding(outcome.use ?? .zero))
            events += outcome.events
        }
        #expect(total == DecimalValue(7))
        #expect(events.map(\.state) == [.proposed, .reverted])
        #expect(!meter.isInDoubt)
    }
}
