import GatewayModel
import Testing

@testable import Limits

@Suite("Checking limits")
struct LimitEngineTests {
    typealias Fixture = EngineFixture

    @Test("An instant limit waits for its on-delay and clears by its deadband and off-delay")
    func delays() {
        var engine = Fixture.engine(
            Fixture.limit(.instant(value: DecimalValue(100), deadband: DecimalValue(5), onDelay: 600, offDelay: 300)))
        var found: [String] = []
        let levels: [(minute: Int64, level: Int64)] = [
            (0, 99), (5, 98), (9, 97), (11, 96), (20, 102), (25, 106), (29, 107), (31, 108), (40, 109),
        ]
        for (minute, level) in levels {
            let now = Fixture.after(minutes: minute)
            found += engine.receive(Fixture.level(level, at: now), now: now).map { "\(minute): \($0.brief)" }
        }
        // 102 is above the bound but not by the deadband of 5, so only 106 begins to clear it.
        #expect(found == ["11: raised 0", "31: returned 25"])
    }

    @Test("A dip shorter than the on-delay raises nothing")
    func shortDip() {
        var engine = Fixture.engine(
            Fixture.limit(.instant(value: DecimalValue(100), deadband: .zero, onDelay: 600, offDelay: 0)))
        for (minute, level) in [(0, 90), (5, 101), (8, 90), (17, 101)] {
            let now = Fixture.after(minutes: Int64(minute))
            #expect(engine.receive(Fixture.level(Int64(level), at: now), now: now).isEmpty)
            #expect(engine.tick(now: now).isEmpty)
        }
    }

    @Test(
        "Case 10: 'for 10 min' true since 12:00 fires at 12:10 across a restart at 12:07, and at the start if down then",
        arguments: [(restart: 7, up: 8, fires: 10), (restart: 7, up: 25, fires: 25)])
    func onDelayAcrossRestart(restart: Int64, up: Int64, fires: Int64) {
        let limit = Fixture.limit(.instant(value: DecimalValue(100), deadband: .zero, onDelay: 600, offDelay: 0))
        let outside = [Int64(0), 5].map { Fixture.level(90, at: Fixture.after(minutes: $0)) }
        var engine = Fixture.engine(limit, startedAt: Fixture.after(minutes: up))
        for measurement in outside { engine.replay(measurement) }
        var found: [String] = []
        for minute in up...(fires + 5) {
            found += engine.tick(now: Fixture.after(minutes: minute)).map { "\(minute): \($0.brief)" }
        }
        #expect(found == ["\(fires): raised 0"])
    }

    @Test("What wakes people needs two readings, unless the assembly waived it")
    func confirmation() {
        let rule = Limit.Rule.instant(value: DecimalValue(100), deadband: .zero, onDelay: 0, offDelay: 0)
        var careful = Fixture.engine(Fixture.limit(rule, priority: .now))
        let first = Fixture.level(90, at: Fixture.noon)
        let second = Fixture.level(90, at: Fixture.after(minutes: 1))
        #expect(careful.receive(first, now: first.time).isEmpty)
        #expect(careful.receive(second, now: second.time).map(\.brief) == ["raised 0"])
        var waived = Fixture.engine(Fixture.limit(rule, priority: .now, waives: true))
        #expect(waived.receive(first, now: first.time).map(\.brief) == ["raised 0"])
    }

    @Test("A queued message of unknown time feeds a budget and no instant limit")
    func unknownTime() {
        var engine = Fixture.engine(
            Fixture.limit(.instant(value: DecimalValue(100), deadband: .zero, onDelay: 0, offDelay: 0)))
        var measurement = Fixture.level(50, at: Fixture.noon)
        measurement.isTimeKnown = false
        #expect(engine.receive(measurement, now: Fixture.noon).isEmpty)
        #expect(engine.tick(now: Fixture.after(minutes: 1)).isEmpty)
    }

    @Test("A budget per person warns at each share once, is raised past the whole, and returns with the next month")
    func budget() throws {
        let rule = Limit.Rule.budget(
            amount: DecimalValue(100), period: .month, basis: .perPerson, warnAt: [70, 90])
        // 40 people, 30 days of June, 100 L each: 120 m3.
        var engine = Fixture.engine(
            Fixture.limit(rule, bound: .atMost, sensors: Fixture.wells, unit: "L"), persons: 40)
        var found: [String] = []
        for (hour, amount) in [(0, 80), (1, 5), (2, 25), (3, 5), (4, 10)] {
            let time = Fixture.noon.advanced(bySeconds: Int64(hour) * 3600)
            let changes = engine.receive(
                Fixture.use(DecimalValue(Int64(amount)), at: time, sensor: Fixture.wells[0]), now: time)
            found += changes.map { "\(amount): \($0.brief.split(separator: " ").prefix(2).joined(separator: " "))" }
            if let raised = changes.first(where: { $0.change == .raised }) {
                #expect(raised.value == DecimalValue(125_000))
                #expect(raised.bound == DecimalValue(120_000))
                #expect(raised.coverage == Coverage(measured: 1, expected: 2))
            }
        }
        let july = Fixture.zone.start(of: CalendarDate(year: 2026, month: 7, day: 1))
        let ended = engine.tick(now: july)
        #expect(ended.map(\.change) == [.returned])
        #expect(
            found.map { String($0.prefix(12)) }.map { $0.split(separator: " ")[1] } == ["warned", "warned", "raised"])
        #expect(engine.tick(now: july.advanced(bySeconds: 60)).isEmpty)
    }

    @Test(
        "A minimum per day is judged by the day that is over, of 23 and 25 hours too; without readings nothing is said"
    )
    func minimum() {
        let rule = Limit.Rule.budget(amount: DecimalValue(10), period: .day, basis: .total, warnAt: [])
        for date in [CalendarDate(year: 2026, month: 3, day: 29), CalendarDate(year: 2026, month: 10, day: 25)] {
            let start = Fixture.zone.start(of: date)
            let end = Fixture.zone.start(of: date.adding(days: 1))
            var engine = Fixture.engine(
                Fixture.limit(rule, sensors: [Fixture.wells[0]], unit: "m3"), startedAt: start)
            let measurement = Fixture.use(
                DecimalValue(9), at: start.advanced(bySeconds: 7200), sensor: Fixture.wells[0])
            #expect(engine.receive(measurement, now: measurement.time).isEmpty)
            #expect(engine.tick(now: end.advanced(byMilliseconds: -1)).isEmpty)
            #expect(engine.tick(now: end).isEmpty)
            #expect(engine.neededDays.sensors == [Fixture.wells[0].id])
            var table = DayTable(sensors: Fixture.wells)
            table.set(DayTable.Use(amount: DecimalValue(9)), of: Fixture.wells[0].id, on: date)
            let night = end.advanced(bySeconds: 900)
            let found = engine.judgeDay(date, table, now: night)
            #expect(found.map(\.change) == [.raised] && found.map(\.onset) == [start])
            #expect(found.map(\.value) == [DecimalValue(9)] && found.map(\.bound) == [DecimalValue(10)])
            #expect(engine.judgeDay(date, table, now: night).isEmpty)
            // After a restart it is known to be missed; the next day nobody measured, the one after it is reached.
            engine = Fixture.engine(
                Fixture.limit(rule, sensors: [Fixture.wells[0]], unit: "m3"), startedAt: night)
            engine.restore(raised: found)
            #expect(engine.judgeDay(date.adding(days: 1), table, now: night).isEmpty)
            table.set(DayTable.Use(amount: DecimalValue(10)), of: Fixture.wells[0].id, on: date.adding(days: 2))
            let kept = engine.judgeDay(date.adding(days: 2), table, now: night)
            #expect(kept.map(\.change) == [.returned])
            #expect(kept.map(\.onset) == [Fixture.zone.start(of: date.adding(days: 3))])
        }
        var silent = Fixture.engine(Fixture.limit(rule, sensors: [Fixture.wells[0]], unit: "m3"))
        let yesterday = CalendarDate(year: 2026, month: 6, day: 9)
        #expect(silent.judgeDay(yesterday, DayTable(sensors: Fixture.wells), now: Fixture.noon).isEmpty)
    }

    @Test("Case 11: after a restart, five quiet minutes raise no silence; a real silence is found by the clock alone")
    func silence() {
        let limit = Fixture.limit(.silence(after: 3600), bound: .atMost)
        let seen = Fixture.after(minutes: -58)
        var engine = Fixture.engine(limit, lastSeen: [Fixture.tank.id: seen])
        for minute in 0...5 { #expect(engine.tick(now: Fixture.after(minutes: Int64(minute))).isEmpty) }
        #expect(engine.tick(now: Fixture.after(minutes: 20)).map(\.brief) == ["raised 2"])
        #expect(engine.tick(now: Fixture.after(minutes: 21)).isEmpty)
        let heard = Fixture.level(120, at: Fixture.after(minutes: 30))
        #expect(engine.receive(heard, now: heard.time).map(\.brief) == ["returned 30"])
    }

    @Test("After the broker's return a sensor has one of its intervals to be heard before its silence counts")
    func silenceAfterTheBroker() {
        var tank = Fixture.tank
        tank.rhythm = Rhythm(interval: 1800, silentAfter: 7200)
        let limit = Fixture.inForce(Fixture.limit(.silence(after: 3600), bound: .atMost))
        func told(_ isBackAt: Int64?) -> [String] {
            var engine = LimitEngine(
                limits: [limit], sensors: [tank], zone: Fixture.zone, lastSeen: [tank.id: Fixture.noon],
                startedAt: Fixture.after(minutes: -600))
            return (Int64(0)...120).flatMap { minute -> [LimitTransition] in
                if minute == isBackAt { engine.brokerIsBack(at: Fixture.after(minutes: minute)) }
                return engine.tick(now: Fixture.after(minutes: minute))
            }.map { "\($0.brief) at \(($0.detectedAt.milliseconds(since: Fixture.noon)) / 60_000)" }
        }
        #expect(told(nil) == ["raised 60 at 60"])
        #expect(told(50) == ["raised 60 at 80"])
        #expect(told(10) == ["raised 60 at 60"])
    }
}
