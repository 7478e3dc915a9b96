import GatewayModel
import Testing

@testable import Limits

/// What a register's step after a gap brings from the days before: it passes and reaches nothing by itself.
@Suite("Use that a gap carries into a day")
struct CarriedUseTests {
    private typealias Fixture = EngineFixture

    /// A Monday.
    private static let first = CalendarDate(year: 2026, month: 6, day: 8)
    private static let well = Fixture.wells[0]
    private static let other = Fixture.wells[1]
    private static let scale = Scale(persons: nil)

    /// A day with what it brought after a gap that began on the day of that number.
    private struct Day {
        var amount: Int64
        var carried: Int64 = 0
        var since = 0

        static func used(_ amount: Int64) -> Day { Day(amount: amount) }
    }

    private func table(_ days: [Day?], other: [Day?] = []) -> DayTable {
        var table = DayTable(sensors: Fixture.wells, registers: Set(Fixture.wells.map(\.id)))
        for (sensor, days) in [(Self.well, days), (Self.other, other)] {
            for (number, day) in days.enumerated() {
                guard let day else { continue }
                table.set(
                    DayTable.Use(
                        amount: DecimalValue(day.amount),
                        carried: day.carried == 0
                            ? nil
                            : CarriedUse(
                                amount: DecimalValue(day.carried), since: Self.first.adding(days: day.since))),
                    of: sensor.id, on: Self.first.adding(days: number))
            }
        }
        return table
    }

    private func limit(_ rule: Limit.Rule, _ bound: Bound = .atMost) -> Limit {
        Fixture.limit(rule, bound: bound, sensors: [Self.well], unit: "m3")
    }

    /// What the last of the days says.
    private func verdict(_ rule: Limit.Rule, _ bound: Bound = .atMost, days: [Day?], other: [Day?] = []) -> String {
        let date = Self.first.adding(days: days.count - 1)
        return DayRules.judge(limit(rule, bound), Self.scale, on: date, table(days, other: other))
            .map { "\($0.state)" + ($0.value.map { " \($0)" } ?? "") }.joined(separator: ", ")
    }

    private func budget(_ amount: Int64, _ period: BudgetPeriod, _ bound: Bound = .atMost) -> Limit {
        limit(.budget(amount: DecimalValue(amount), period: period, basis: .total, warnAt: [80]), bound)
    }

    /// What the last of the days says of a budget, in the report and in a trial.
    private func last(_ limit: Limit, _ days: [Day?]) -> [String] {
        let dates = days.indices.map { Self.first.adding(days: $0) }
        let table = table(days)
        let day = BudgetDay.days(of: limit, Self.scale, on: dates, table)[dates[days.count - 1]]
        let trial = Trial.onDays(
            limit, Self.scale, from: dates[0], through: dates[days.count - 1], table, zone: Fixture.zone)
        let isPast = trial.days(through: dates[days.count - 1], zone: Fixture.zone).contains(dates[days.count - 1])
        return [
            day.map { "\($0.state) \($0.used)" } ?? "-",
            isPast ? "past" : trial.unknownDays.contains(dates[days.count - 1]) ? "unknown" : "within",
        ]
    }

    @Test("A day's ceiling: past by what was used on it, unknown where the days before may have used it, kept below")
    func ceiling() {
        let gap: [Day?] = [.used(2), nil, nil]
        #expect(last(budget(5, .day), gap + [Day(amount: 8, carried: 7)]) == ["unknown 8", "unknown"])
        #expect(last(budget(5, .day), gap + [Day(amount: 13, carried: 7)]) == ["past 6", "past"])
        #expect(last(budget(5, .day), gap + [Day(amount: 5, carried: 4)]) == ["within 5", "within"])
        // Close to the amount it is only by what is certain.
        #expect(last(budget(5, .day), gap + [Day(amount: 5, carried: 1)]) == ["near 5", "within"])
    }

    @Test("A period in which the whole gap lies is as exact as ever; one that began within it is not")
    func period() {
        let days: [Day?] = [.used(2), nil, nil, Day(amount: 8, carried: 7), .used(1)]
        #expect(last(budget(10, .week), days) == ["past 11", "past"])
        var before = days
        before[3]?.since = -1
        #expect(last(budget(10, .week), before) == ["unknown 11", "unknown"])
        #expect(last(budget(3, .week), before) == ["past 4", "past"])
        #expect(last(budget(11, .week), before) == ["within 11", "within"])
    }

    @Test("What was used before the season's first day counts no more than what was used before the period")
    func season() {
        var limit = budget(10, .week)
        limit.season = YearSpan(from: .init(month: 6, day: 10), through: .init(month: 6, day: 30))
        let days: [Day?] = [.used(2), nil, nil, Day(amount: 11, carried: 7), .used(1)]
        #expect(last(limit, days) == ["unknown 12", "unknown"])
    }

    @Test("A minimum is reached by what was used in its period, and missed only where all of it is too little")
    func minimum() {
        let floor = budget(70, .week, .atLeast)
        let days: [Day?] = [Day(amount: 40, carried: 38, since: -5)] + Array(repeating: .used(9), count: 6)
        #expect(last(floor, days) == ["unknown 94", "unknown"])
        #expect(last(floor, [Day(amount: 60, carried: 38, since: -5)] + days.dropFirst()) == ["within 114", "within"])
        #expect(last(floor, [Day(amount: 15, carried: 9, since: -5)] + days.dropFirst()) == ["past 69", "past"])
        let delivered = Limit.Rule.delivered(
            amount: DecimalValue(50), basis: .total, flow: nil, flowUnit: Unit("L/min"), at: [])
        #expect(verdict(delivered, .atLeast, days: [Day(amount: 90, carried: 80, since: -3)]) == "unknown 90")
        #expect(verdict(delivered, .atLeast, days: [Day(amount: 90, carried: 40, since: -3)]) == "within 50")
        #expect(verdict(delivered, .atLeast, days: [Day(amount: 49, carried: 40, since: -3)]) == "past 49")
    }

    @Test("Any so many days: the gap counts where all of it lies among them")
    func rolling() {
        let rule = Limit.Rule.rolling(amount: DecimalValue(10), days: 3, basis: .total)
        let days: [Day?] = [.used(1), .used(1), Day(amount: 9, carried: 8, since: 1), .used(1)]
        #expect(verdict(rule, days: days) == "past 11")
        #expect(verdict(rule, days: days + [.used(1)]) == "unknown 11")
        #expect(verdict(rule, days: days + [.used(9)]) == "past 11")
    }

    @Test("Days of use, and turns: a day on which nothing but the gap's water is known is neither")
    func useDays() {
        let rule = Limit.Rule.useDays(amount: DecimalValue(3), most: 1, span: .any(3))
        #expect(verdict(rule, days: [.used(4), .used(0), Day(amount: 9, carried: 8, since: 1)]) == "unknown 1")
        #expect(verdict(rule, days: [.used(4), .used(0), Day(amount: 9, carried: 6, since: 1)]) == "past 2")
        let turns = Limit.Rule.turns(amount: DecimalValue(3), order: .any, lasts: 1, from: Self.first)
        let both = Fixture.limit(turns, bound: .atMost, sensors: Fixture.wells, unit: "m3")
        let idle: [Day?] = [.used(0), .used(0), .used(0)]
        func state(_ day: Day) -> [String] {
            DayRules.judge(
                both, Self.scale, on: Self.first.adding(days: 2), table([.used(4), .used(0), day], other: idle)
            ).map { "\($0.state)" }
        }
        #expect(state(Day(amount: 9, carried: 8, since: 1)) == ["unknown", "within"])
        #expect(state(Day(amount: 9, carried: 5, since: 1)) == ["past", "within"])
    }

    @Test("A share and a balance are known where both ends of what is possible say the same")
    func parts() {
        let share = Limit.Rule.share(of: [Self.other.id], permille: 500)
        #expect(verdict(share, days: [Day(amount: 8, carried: 4, since: -3)], other: [.used(10)]) == "unknown 80")
        #expect(verdict(share, days: [Day(amount: 8, carried: 2, since: -3)], other: [.used(10)]) == "past 80")
        #expect(verdict(share, days: [.used(4)], other: [Day(amount: 10, carried: 1, since: -3)]) == "within 40")
        #expect(verdict(share, days: [.used(4)], other: [Day(amount: 10, carried: 3, since: -3)]) == "unknown 40")
        let balance = Limit.Rule.balance(minus: [Self.other.id], amount: DecimalValue(2), permille: 0, period: .day)
        #expect(verdict(balance, days: [Day(amount: 9, carried: 4, since: -3)], other: [.used(5)]) == "unknown 4")
        #expect(verdict(balance, days: [Day(amount: 9, carried: 1, since: -3)], other: [.used(5)]) == "past 4")
    }

    @Test("A creeping use is past where it is so wherever in the gap it was used")
    func drift() {
        let rule = Limit.Rule.drift(amount: DecimalValue(20), expected: DecimalValue(10), days: 5)
        // All of it on the last day would be too much, spread over the gap it would not.
        #expect(
            verdict(rule, days: [.used(10), nil, nil, nil, Day(amount: 50, carried: 45, since: 0)]) == "unknown 40")
        #expect(verdict(rule, days: [.used(10), nil, nil, nil, Day(amount: 80, carried: 75, since: 0)]) == "past 40")
        #expect(verdict(rule, days: [.used(10), .used(10), .used(10), .used(10), .used(35)]) == "past 25")
        #expect(verdict(rule, days: [.used(50), .used(0), .used(0), .used(0), .used(11)]) == "within 11")
    }

    @Test("A month's mean leaves out days that brought the use of others")
    func comparison() {
        let rule = Limit.Rule.comparison(with: .lastMonth, permille: 1100)
        var table = table([])
        let may = CalendarMonth(year: 2026, month: 5)
        for date in may.days + may.next.days {
            table.set(DayTable.Use(amount: DecimalValue(10)), of: Self.well.id, on: date)
        }
        let gap = CarriedUse(amount: DecimalValue(90), since: may.next.firstDay.adding(days: 9))
        table.set(
            DayTable.Use(amount: DecimalValue(100), carried: gap), of: Self.well.id,
            on: may.next.firstDay.adding(days: 19))
        let date = may.next.firstDay.adding(days: 19)
        let verdict = DayRules.judge(limit(rule), Self.scale, on: date, table)[0]
        #expect(verdict.state == .within && verdict.value == DecimalValue(100))
        #expect(verdict.coverage == Coverage(measured: 19, expected: 20))
    }

    @Test("A stage is entered by what was used for sure, and left only where it is less whatever was")
    func stages() {
        func holds(_ isMore: Bool, _ day: Day) -> Truth {
            let comparison = DayComparison(
                sensors: [Self.well.id], measure: .use, isMore: isMore, reference: .value(DecimalValue(10)),
                unit: Unit("m3"))
            return DayCondition.compare(comparison).holds(on: Self.first, table([day]))
        }
        #expect(holds(true, Day(amount: 15, carried: 9, since: -3)) == .unknown)
        #expect(holds(true, Day(amount: 15, carried: 4, since: -3)) == .yes)
        #expect(holds(true, Day(amount: 10, carried: 4, since: -3)) == .no)
        #expect(holds(false, Day(amount: 15, carried: 9, since: -3)) == .unknown)
        #expect(holds(false, Day(amount: 15, carried: 4, since: -3)) == .no)
        #expect(holds(false, Day(amount: 9, carried: 4, since: -3)) == .yes)
    }

    @Test("The pace of a period is that of its own use; where much may have been used before, it is not known")
    func pace() {
        func course(_ carried: Int64) -> Int? {
            let days: [Day?] =
                [Day(amount: 2 + carried, carried: carried, since: -9)] + Array(repeating: .used(2), count: 4)
            return BudgetPace(
                of: budget(70, .week), Self.scale, on: Self.first.adding(days: 5), table(days))?.course
        }
        #expect(course(0) == 20)
        #expect(course(1) == 20)
        #expect(course(5) == nil)
    }

    /// What is told of a budget by measurements in days and hours from the first Monday on.
    private func told(
        _ limit: Limit, _ uses: [(amount: Int64, hour: Int, since: Int, isAcrossGap: Bool)],
        restoring days: [(SensorID, CalendarDate, DayTable.Use)] = []
    ) -> [String] {
        func time(_ hour: Int) -> Instant {
            Fixture.zone.start(of: Self.first).advanced(bySeconds: Int64(hour) * 3600)
        }
        var engine = Fixture.engine(limit, startedAt: time(uses.first?.hour ?? 0))
        engine.restore(dayUse: days)
        return uses.flatMap { use in
            engine.receive(
                Measurement(
                    sensor: Self.well.id, time: time(use.hour),
                    figure: .use(DecimalValue(use.amount), since: time(use.since)), isAcrossGap: use.isAcrossGap),
                now: time(use.hour))
        }.map { "\($0.change) \($0.value ?? .zero)" }
    }

    @Test("Live: a step after a gap passes no budget whose period began in it; what is used from then on does")
    func live() {
        #expect(told(budget(5, .day), [(8, 82, 10, true)]).isEmpty)
        #expect(
            told(budget(5, .day), [(8, 82, 10, true), (4, 83, 82, false), (2, 84, 83, false)]) == [
                "warned(percent: 80) 4", "raised 6",
            ])
        // Over midnight as meters do, or within the period: all of it counts.
        #expect(told(budget(5, .day), [(8, 72, 71, false)]) == ["warned(percent: 80) 8", "raised 8"])
        #expect(told(budget(5, .week), [(8, 82, 10, true)]) == ["warned(percent: 80) 8", "raised 8"])
    }

    @Test("Closed hours: what a gap that began before them brought may all have been used before them")
    func closedHours() {
        let hours = limit(.closedHours(amount: DecimalValue(1), window: DayWindow(from: 600, until: 960)))
        // Back at noon of the fourth day.
        #expect(told(hours, [(90, 84, 11, true)]).isEmpty)
        #expect(told(hours, [(90, 84, 82, true)]) == ["raised 90"])
        #expect(told(hours, [(90, 84, 83, false)]) == ["raised 90"])
    }

    @Test("After a restart the stored days say what was carried into the period")
    func restored() {
        let date = Self.first.adding(days: 1)
        func day(_ since: Int) -> (SensorID, CalendarDate, DayTable.Use) {
            let carried = CarriedUse(amount: DecimalValue(7), since: Self.first.adding(days: since))
            return (Self.well.id, date, DayTable.Use(amount: DecimalValue(8), carried: carried))
        }
        #expect(told(budget(8, .week), [(1, 82, 81, false)], restoring: [day(-2)]).isEmpty)
        #expect(
            told(budget(8, .week), [(1, 82, 81, false)], restoring: [day(0)]) == [
                "warned(percent: 80) 9", "raised 9",
            ])
    }
}
