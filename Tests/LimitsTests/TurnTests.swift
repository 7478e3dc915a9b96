import GatewayModel
import Testing

@testable import Limits

/// Turns, with constructed days, and the order in which days became known.
@Suite("Turns")
struct TurnTests {
    private typealias Day = RuleDay

    private static let fields = ["upper-field/gate", "middle-field/gate", "lower-field/gate", "far-field/gate"]

    private func verdicts(_ limit: Limit, _ table: DayTable, from first: CalendarDate, days: Int) -> [String] {
        (0..<days).flatMap { day in
            DayRules.judge(limit, Scale(persons: nil), on: first.adding(days: day), table)
                .filter { $0.state != .within }.map { "\(day + 1) \($0.sensor?.rawValue ?? "-") \($0.state)" }
        }
    }

    @Test("In a listed order: out of turn, a second turn before all had one, several on one day, and who comes next")
    func listed() throws {
        let limit = try Day.limit("turns", "orchard").limit
        let first = CalendarDate(year: 2026, month: 5, day: 4)
        let uses: [String: [String?]] = [
            "row-1/tap": ["200", "0", "0", "0", "0", "0", "250", "0"],
            "row-2/tap": ["0", "0", "0", "200", "0", "0", "0", "0"],
            "row-3/tap": ["0", "0", "300", "0", "0", "0", "0", "200"],
        ]
        let table = DayTable.litres(uses, from: first)
        // Row 3 took its turn before row 2 on day 3, and its second one before row 2 had a second on day 8.
        #expect(
            verdicts(limit, table, from: first, days: 8) == ["3 row-3/tap past", "8 row-3/tap past"])
        func next(_ day: Int) -> [String] {
            TurnRound(limit, on: first.adding(days: day - 1), isOver: false, table)?.next.due.map(\.rawValue) ?? ["?"]
        }
        #expect(next(1) == ["row-1/tap"] && next(2) == ["row-2/tap"] && next(4) == ["row-2/tap"])
        #expect(next(5) == ["row-1/tap"] && next(8) == ["row-2/tap"])
        // Three on one morning, and the same again: nobody was before another.
        let together = ["row-1/tap", "row-2/tap", "row-3/tap"].map { ($0, ["200", "0", "200"] as [String?]) }
        #expect(
            verdicts(
                limit, .litres(Dictionary(uniqueKeysWithValues: together), from: first), from: first, days: 3) == [])
        // What was before the day from which turns are counted does not count.
        let early = DayTable.litres(
            ["row-1/tap": ["200", "200", "0"], "row-2/tap": ["0", "0", "0"], "row-3/tap": ["0", "0", "0"]],
            from: first.adding(days: -1))
        #expect(verdicts(limit, early, from: first.adding(days: -1), days: 3) == [])
    }

    @Test("Floods: whose field was dry last year comes first; a flood stands for two days; no second turn before all")
    func floods() throws {
        let limit = try Day.limit("turns", "floods").limit
        let season = CalendarDate(year: 2026, month: 4, day: 1)
        let lastYear = CalendarDate(year: 2025, month: 4, day: 1)
        let length = 183
        func uses(_ name: String, _ last: [Int], _ now: [Int], unknown: [Int] = []) -> DayTable.Entry {
            DayTable.Entry(name: name, last: last, now: now, unknown: unknown)
        }
        func found(_ entries: [DayTable.Entry], days: Int) -> [String] {
            var amounts: [String: [String?]] = [:]
            let distance = Int(season.daysSinceEpoch - lastYear.daysSinceEpoch)
            for entry in entries {
                var list = [String?](repeating: nil, count: distance + days)
                for day in 0..<length { list[day] = entry.last.contains(day + 1) ? "60000" : "0" }
                for day in 0..<days {
                    list[distance + day] =
                        entry.unknown.contains(day + 1) ? nil : entry.now.contains(day + 1) ? "60000" : "0"
                }
                amounts[entry.name] = list
            }
            return verdicts(limit, .litres(amounts, from: lastYear), from: season, days: days)
        }
        let upper = uses("upper-field/gate", [10], [5, 6, 20, 22])
        let middle = uses("middle-field/gate", [20], [12])
        let lower = uses("lower-field/gate", [], [6])
        // The far field was dry last year and waits until day 15; the lower one was dry too.
        let far = uses("far-field/gate", [], [15])
        #expect(
            found([upper, middle, lower, far], days: 22) == [
                // Before the dry fields, and on the second day of the same flood.
                "5 upper-field/gate past", "6 upper-field/gate past",
                "12 middle-field/gate past",
                // Its second turn, on day 20, is in time, since all have had one; day 22 is a third.
                "22 upper-field/gate past",
            ])
        // Nobody knows whether the far field had its turn on day 4: then nobody knows of the others either.
        let perhaps = uses("far-field/gate", [], [], unknown: [4])
        #expect(
            found([uses("upper-field/gate", [10], [8]), middle, uses("lower-field/gate", [], [6]), perhaps], days: 12)
                == ["8 upper-field/gate unknown", "12 middle-field/gate unknown"])
    }

    @Test("Late figures give the same days in whatever order they came, and what was certain stays so")
    func anyOrder() throws {
        let first = CalendarDate(year: 2026, month: 5, day: 4)
        var random = SystemRandomNumberGenerator()
        let names = ["row-1/tap", "row-2/tap", "row-3/tap"]
        var rest = try Day.limit("gardens", "first-sunday").limit.on(names.map(SensorID.init(rawValue:)))
        rest.days = CountedDays(weekdays: [1, 3, 7])
        let limits = [
            rest, try Day.limit("turns", "orchard").limit,
            try Day.limit("gardens", "not-daily").limit.on(names.map(SensorID.init(rawValue:))),
        ]
        for _ in 0..<40 {
            let entries = names.flatMap { name in
                (0..<28).compactMap { day in
                    Int.random(in: 0..<10, using: &random) == 0
                        ? nil : (name, day, Int64.random(in: 0...3, using: &random) * 100)
                }
            }
            func verdicts(_ order: [(String, Int, Int64)], _ limit: Limit) -> [[DayVerdict]] {
                var table = DayTable.litres(Dictionary(uniqueKeysWithValues: names.map { ($0, []) }), from: first)
                for (name, day, amount) in order {
                    table.set(
                        DayTable.Use(amount: DecimalValue(amount)), of: SensorID(rawValue: name),
                        on: first.adding(days: day))
                }
                guard limit.days == nil else {
                    let trial = Trial.onDays(
                        limit, Scale(persons: nil), from: first, through: first.adding(days: 27), table,
                        zone: EngineFixture.zone
                    )
                    return trial.episodes.map { episode in
                        [
                            DayVerdict(
                                state: .past, value: episode.value, bound: nil,
                                coverage: Coverage(measured: episode.gaps.count, expected: trial.unknownDays.count),
                                sensor: episode.sensor)
                        ]
                    }
                }
                return (0..<28).map {
                    DayRules.judge(limit, Scale(persons: nil), on: first.adding(days: $0), table)
                }
            }
            for limit in limits {
                let whole = verdicts(entries, limit)
                #expect(verdicts(entries.shuffled(using: &random), limit) == whole)
                // Before the last day came, what was said of days with certainty is what is said in the end.
                guard limit.days == nil else { continue }
                for (before, after) in zip(verdicts(entries.filter { _ in Bool.random(using: &random) }, limit), whole)
                {
                    for (early, late) in zip(before, after) where early.state == .past || early.state == .within {
                        #expect(late.state == early.state, "\(limit.id)")
                    }
                }
            }
        }
    }
}

extension DayTable {
    /// A table of litres by day from a day on; nil is a day of which nothing is known.
    static func litres(_ uses: [String: [String?]], from first: CalendarDate) -> DayTable {
        var table = DayTable(
            sensors: uses.keys.map {
                Sensor(
                    id: SensorID(rawValue: $0), resource: "garden", quantity: "volume", role: .consumption,
                    visibility: .community, unit: Unit("L"))
            })
        for (name, amounts) in uses {
            for (day, amount) in amounts.enumerated() {
                guard let amount = amount.flatMap({ DecimalValue($0) }) else { continue }
                table.set(DayTable.Use(amount: amount), of: SensorID(rawValue: name), on: first.adding(days: day))
            }
        }
        return table
    }
}

extension DayTable {
    /// Days of use of a field in two seasons, counted from the first of April.
    fileprivate struct Entry {
        let name: String
        let last: [Int]
        let now: [Int]
        let unknown: [Int]
    }
}
