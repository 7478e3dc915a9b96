import GatewayModel
import Limits
import Testing

private typealias Fixture = EngineFixture

/// What is told of a budget when its number, its period, or the gateway changes in between.
@Suite("The life of a budget")
struct BudgetAmountTests {
    private static let well = Fixture.wells[0]

    private func limit(_ amount: Int64, warnAt: [Int] = [70, 90]) -> LimitInForce {
        let rule = Limit.Rule.budget(
            amount: DecimalValue(amount), period: .month, basis: .total, warnAt: warnAt)
        return Fixture.inForce(Fixture.limit(rule, bound: .atMost, sensors: [Self.well], unit: "m3"))
    }

    private func engine(_ entry: LimitInForce, startedAt: Instant) -> LimitEngine {
        LimitEngine(
            limits: [entry], sensors: Fixture.wells, zone: Fixture.zone, lastSeen: [:], startedAt: startedAt)
    }

    private func day(_ day: Int, month: Int = 6) -> Instant {
        Fixture.zone.start(of: CalendarDate(year: 2026, month: month, day: day))
    }

    private func texts(_ changes: [LimitTransition]) -> [String] {
        changes.map { change in
            let what = change.brief.split(separator: " ").dropLast().joined(separator: " ")
            return "\(what) of \(change.bound) since \(Fixture.zone.date(at: change.onset))"
        }
    }

    @Test("After an emergency the decided number is told anew: what was tightened returns, and its own warnings come")
    func loosened() {
        var engine = engine(limit(31), startedAt: day(1))
        func use(_ amount: Int64, on date: Int) -> [String] {
            let time = day(date).advanced(bySeconds: 3600)
            return texts(engine.receive(Fixture.use(DecimalValue(amount), at: time, sensor: Self.well), now: time))
        }
        #expect(
            use(33, on: 10) == [
                "warned 70 of 31 since 2026-06-01", "warned 90 of 31 since 2026-06-01", "raised of 31 since 2026-06-01",
            ])
        engine.setLimits([limit(100)])
        #expect(texts(engine.tick(now: day(22))) == ["returned of 100 since 2026-06-22"])
        #expect(engine.tick(now: day(23)).isEmpty)
        #expect(use(40, on: 24) == ["warned 70 of 100 since 2026-06-01"])
        #expect(use(30, on: 25) == ["warned 90 of 100 since 2026-06-01", "raised of 100 since 2026-06-01"])
        // Tightened again it is passed already, and loosened to less than what was used it still is.
        engine.setLimits([limit(50)])
        #expect(engine.tick(now: day(26)).isEmpty)
        engine.setLimits([limit(60)])
        #expect(engine.tick(now: day(27)).isEmpty)
        #expect(texts(engine.tick(now: day(1, month: 7))) == ["returned of 60 since 2026-07-01"])
    }

    @Test("The same holds where the number changes while the gateway is off")
    func loosenedWhileOff() {
        var before = engine(limit(31), startedAt: day(1))
        let time = day(10).advanced(bySeconds: 3600)
        let told = before.receive(Fixture.use(DecimalValue(33), at: time, sensor: Self.well), now: time)
        for end in [[LimitTransition](), before.tick(now: day(1, month: 7))] {
            var engine = engine(limit(100), startedAt: day(22))
            if end.isEmpty { engine.restore(raised: Array(told.suffix(1))) }
            let use = DayTable.Use(amount: DecimalValue(33))
            engine.restore(dayUse: [(Self.well.id, CalendarDate(year: 2026, month: 6, day: 10), use)])
            engine.restore(told: told)
            #expect(texts(engine.tick(now: day(22))) == ["returned of 100 since 2026-06-22"])
            let later = day(24)
            let found = engine.receive(Fixture.use(DecimalValue(40), at: later, sensor: Self.well), now: later)
            #expect(texts(found) == ["warned 70 of 100 since 2026-06-01"])
        }
    }

    @Test("A period that ends while the gateway is off returns at its end, and the next one is told by itself")
    func monthsEnd() {
        var before = engine(limit(31), startedAt: day(1))
        let time = day(28).advanced(bySeconds: 3600)
        let told = before.receive(Fixture.use(DecimalValue(33), at: time, sensor: Self.well), now: time)
        var engine = engine(limit(31), startedAt: day(2, month: 7))
        engine.restore(raised: Array(told.suffix(1)))
        engine.restore(told: told)
        let later = day(3, month: 7)
        let found = engine.receive(Fixture.use(DecimalValue(30), at: later, sensor: Self.well), now: later)
        #expect(
            texts(found) == [
                "returned of 31 since 2026-07-01", "warned 70 of 31 since 2026-07-01",
                "warned 90 of 31 since 2026-07-01",
            ])
        #expect(engine.tick(now: later).isEmpty)
    }

    @Test("Of changes that are found together only what lasts is told")
    func lasting() {
        func change(_ change: LimitTransition.Change, _ sensor: SensorID? = nil) -> LimitTransition {
            LimitTransition(
                limit: LimitReference(resolution: 1, limit: "a"), sensor: sensor, change: change, onset: day(1),
                detectedAt: day(1), value: nil, bound: DecimalValue(1), coverage: Coverage(measured: 1, expected: 1),
                evidence: [])
        }
        let well = Self.well.id
        func kinds(_ changes: LimitTransition...) -> [LimitTransition.Change] {
            LimitTransition.lasting(changes).map(\.change)
        }
        #expect(kinds(change(.raised), change(.returned)) == [.returned])
        #expect(kinds(change(.raised), change(.returned), change(.raised)) == [.returned, .raised])
        #expect(kinds(change(.returned), change(.raised)) == [.returned, .raised])
        #expect(kinds(change(.returned), change(.raised), change(.returned)) == [.returned])
        #expect(kinds(change(.raised), change(.raised, well), change(.returned, well)) == [.raised, .returned])
        #expect(kinds(change(.onCourse(percent: 90)), change(.raised), change(.returned)) == [.returned])
        #expect(kinds(change(.warned(percent: 70)), change(.raised)) == [.warned(percent: 70), .raised])
    }
}
