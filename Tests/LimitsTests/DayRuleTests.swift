import GatewayModel
import Testing

@testable import Limits

/// Rules on days and stages, with constructed tables: which days, with which figure, and what is not known.
@Suite("Rules on days")
struct DayRuleTests {
    private static let start = CalendarDate(year: 2026, month: 10, day: 1)

    private func sensors(_ units: [String: String]) -> [Sensor] {
        units.map { name, unit in
            Sensor(
                id: SensorID(rawValue: name), resource: "water", quantity: "volume", role: .input,
                visibility: .community, unit: Unit(unit))
        }
    }

    /// A table of uses by day from 1 October 2026 on; nil is a day of which nothing is known.
    private func table(_ uses: [String: [String?]], units: [String: String] = [:]) -> DayTable {
        var table = DayTable(sensors: sensors(Dictionary(uses.keys.map { ($0, units[$0] ?? "m3") }) { $1 }))
        for (name, amounts) in uses {
            for (day, amount) in amounts.enumerated() {
                guard let amount = amount.flatMap({ DecimalValue($0) }) else { continue }
                table.set(
                    DayTable.Use(amount: amount), of: SensorID(rawValue: name), on: Self.start.adding(days: day))
            }
        }
        return table
    }

    private func states(
        _ file: String, _ id: String, _ table: DayTable, days: Int
    ) throws -> [String] {
        let entry = try RuleDay.limit(file, id)
        return (0..<days).flatMap { day in
            DayRules.judge(entry.limit, entry.scale, on: Self.start.adding(days: day), table).map { verdict in
                let value = verdict.value.map { " \($0.rounded(places: 1))" } ?? ""
                return "\(day + 1) \(verdict.state)\(value)"
            }
        }
    }

    @Test("Any thirty days: the sum moves on, and a lower bound past the ceiling is past it")
    func rolling() throws {
        var well: [String?] = Array(repeating: "4", count: 30) + ["40", "4", nil, "4"]
        let other: [String?] = Array(repeating: "0", count: 34)
        let found = try states(
            "wells", "month-of-water", table(["upper-well/pumped": well, "lower-well/pumped": other]), days: 34)
        // The first days do not know what was before; thirty days of four are 120.
        #expect(found[28] == "29 unknown 116" && found[29] == "30 within 120" && found[30] == "31 past 156")
        // Day 33 is missing: what is known is past the ceiling all the same.
        #expect(found[32] == "33 past 152" && found[33] == "34 past 152")
        well[30] = nil
        #expect(
            try states(
                "wells", "month-of-water", table(["upper-well/pumped": well, "lower-well/pumped": other]), days: 31
            )
            .last == "31 unknown 116")
    }

    @Test("A floor of volume and of flow: 576 litres of drops a day are enough water for eleven and no supply")
    func delivered() throws {
        let entry = try RuleDay.limit("wells", "water-for-everyone")
        var table = DayTable(
            sensors: sensors(["village/taps": "m3"])
                + [
                    Sensor(
                        id: SensorID(rawValue: "fountain/flow"), resource: "water", quantity: "flow", role: .condition,
                        visibility: .community, unit: Unit("L/h"))
                ])
        func set(_ day: Int, litres: Int64, permille: Int = 1000, flow: Int64?) {
            table.set(
                DayTable.Use(amount: DecimalValue(mantissa: litres, scale: 3), measuredPermille: permille),
                of: SensorID(rawValue: "village/taps"), on: Self.start.adding(days: day))
            guard let flow else { return }
            table.set(
                DayTable.Level(lowest: .zero, highest: DecimalValue(flow), mean: nil),
                of: SensorID(rawValue: "fountain/flow"), on: Self.start.adding(days: day))
        }
        set(0, litres: 2400, flow: 700)
        set(1, litres: 2400, flow: 24)
        set(2, litres: 576, flow: 24)
        set(3, litres: 1000, permille: 700, flow: nil)
        set(4, litres: 2100, permille: 700, flow: 700)
        let found = (0..<5).map { day in
            DayRules.judge(entry.limit, entry.scale, on: Self.start.adding(days: day), table).map { "\($0.state)" }
                .joined(separator: " ")
        }
        // Forty people: 2,000 litres; ten litres a minute: 600 an hour.
        #expect(
            found == ["within within", "within past", "past past", "unknown unknown", "within within"])
    }

    @Test("What is not accounted for, as a share of what was pumped, at the end of the week and not in its middle")
    func balance() throws {
        // 1 October 2026 is a Thursday.
        let days = 18
        func weeks(_ amounts: [String]) -> [String?] { (0..<days).map { amounts[min(2, ($0 + 3) / 7)] } }
        let found = try states(
            "leaks", "not-accounted-for",
            table([
                "upper-well/pumped": weeks(["10", "10", "10"]), "lower-well/pumped": weeks(["0", "0", "0"]),
                "school/water": weeks(["1", "1", "1"]), "village/taps": weeks(["8", "7", "7.6"]),
            ]), days: days)
        #expect(found.filter { !$0.contains("notAsked") } == ["4 unknown", "11 past 20", "18 within 14"])
    }

    @Test("Against last year: a mean day of this month so far and of that month, seven measured days at least")
    func comparison() throws {
        let entry = try RuleDay.limit("wells", "last-year")
        var table = DayTable(sensors: sensors(["upper-well/pumped": "m3", "lower-well/pumped": "L"]))
        func set(_ date: CalendarDate, _ amount: Int64) {
            table.set(
                DayTable.Use(amount: DecimalValue(amount)), of: SensorID(rawValue: "upper-well/pumped"), on: date)
            table.set(
                DayTable.Use(amount: DecimalValue(1000)), of: SensorID(rawValue: "lower-well/pumped"), on: date)
        }
        for day in 0..<31 {
            set(CalendarDate(year: 2025, month: 10, day: day + 1), 9)
            set(Self.start.adding(days: day), day < 10 ? 10 : 13)
        }
        let states = [5, 6, 15, 30].map { day in
            DayRules.judge(entry.limit, entry.scale, on: Self.start.adding(days: day), table).map {
                "\($0.state) \($0.value.map { "\($0)" } ?? "-")"
            }.joined()
        }
        #expect(states == ["unknown -", "within 110", "past 121.3", "past 130.3"])
    }

    @Test(
        "Use that creeps upward: what is beyond an expected day adds up, saving pays back, and a gap shows nothing as kept"
    )
    func drift() throws {
        // 60 days of four and a half cubic metres, then half a cubic metre more each day, a fortnight of rain, and on.
        var well: [String?] = Array(repeating: "4.5", count: 60) + Array(repeating: "5", count: 42)
        well += Array(repeating: "3.5", count: 14) + Array(repeating: "5", count: 14)
        let other: [String?] = Array(repeating: "0", count: well.count)
        func found(_ uses: [String?]) throws -> [String] {
            try states(
                "wells", "creeping-use", table(["upper-well/pumped": uses, "lower-well/pumped": other]),
                days: uses.count)
        }
        let days = try found(well)
        #expect(days[58] == "59 unknown 0" && days[59] == "60 within 0" && days[69] == "70 within 5")
        // More than twenty from the forty-first day on; a day of saving is taken off; the first ten days
        // are out of the sixty by the end.
        #expect(days[99] == "100 within 20" && days[100] == "101 past 20.5" && days[101] == "102 past 21")
        #expect(days[102] == "103 within 20" && days[115] == "116 within 7" && days[129] == "130 within 9")
        // A day that nobody measured may have been a day of saving: the sum is a lower bound.
        well[95] = nil
        let gap = try found(well)
        #expect(gap[99] == "100 unknown 15" && gap[101] == "102 unknown 16")
    }

    @Test("Ferris: above 450,000 gallons on three days in a row begins, below on three ends; level 2 lasts a week")
    func ferris() throws {
        let stages = try #require(try ExampleResolutionTests.example("drought-ferris").stages.first)
        let gallons = [
            440, 460, 460, 440, 460, 460, 460, 560, 560, 560, 440, 440, 440, 440, 440, 440, 440, 440, 440, 440, 440,
        ].map { "\($0)000" as String? }
        var table = table(["main/water": gallons], units: ["main/water": "[gal_us]"])
        let days = StageMachine(stages).days(from: Self.start, through: Self.start.adding(days: 21), table)
        let levels = (0...21).map { days[Self.start.adding(days: $0)]?.level ?? -1 }
        // Three days above end with day 7, so level 1 counts from day 8 on; three above 550,000 end with day 10.
        #expect(levels == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0, 0])
        // A day of which nothing is known begins and ends nothing.
        table.set(
            DayTable.Use(amount: DecimalValue(460_000), measuredPermille: 500),
            of: SensorID(rawValue: "main/water"), on: Self.start.adding(days: 5))
        let lower = StageMachine(stages).days(from: Self.start, through: Self.start.adding(days: 8), table)
        // Half a day of 460,000 gallons is more than 450,000 whatever the other half was.
        #expect(lower[Self.start.adding(days: 7)]?.level == 1)
    }

    @Test("Verona: proposed and never declared by itself; each of the three ways, and-or, eight dry weeks")
    func verona() throws {
        let stages = try #require(try ExampleResolutionTests.example("drought-verona").stages.first)
        let first = stages.levels[0].enter
        var table = DayTable(
            sensors: sensors(["main/water": "m3", "main/supply": "m3"])
                + [
                    Sensor(
                        id: SensorID(rawValue: "roof/rain"), resource: "water", quantity: "rain", role: .condition,
                        visibility: .community, unit: Unit("mm"))
                ])
        func set(_ name: String, _ from: Int, _ through: Int, _ amount: Int64) {
            for day in from...through {
                table.set(
                    DayTable.Use(amount: DecimalValue(amount)), of: SensorID(rawValue: name),
                    on: Self.start.adding(days: day))
            }
        }
        func holds(_ day: Int) -> Truth { first.holds(on: Self.start.adding(days: day), table) }
        #expect(holds(0) == .unknown)
        set("main/water", -370, -330, 300)
        set("main/water", -60, 30, 330)
        set("main/supply", -60, 30, 600)
        set("roof/rain", -60, 30, 1)
        // Rain of 56 mm in eight weeks, 330 of 500 m3, 600 of supply: nothing holds.
        #expect(holds(20) == .no)
        set("main/water", 8, 10, 401)
        #expect(holds(9) == .no && holds(10) == .yes)
        set("main/water", 8, 10, 330)
        set("main/supply", 12, 12, 390)
        #expect(holds(12) == .yes)
        set("main/supply", 12, 12, 600)
        set("roof/rain", -60, 30, 0)
        set("main/water", 14, 14, 361)
        #expect(holds(13) == .no && holds(14) == .yes)
        let days = StageMachine(stages).days(from: Self.start, through: Self.start.adding(days: 16), table)
        #expect(days.values.allSatisfy { $0.level == 0 })
        #expect(days[Self.start.adding(days: 15)]?.proposed == 1)
        let declared = StageMachine(stages, declared: [Self.start.adding(days: 16): 1])
            .days(from: Self.start, through: Self.start.adding(days: 40), table)
        #expect(declared[Self.start.adding(days: 16)]?.level == 1 && declared[Self.start.adding(days: 40)]?.level == 1)
    }

    @Test("Late figures give the same table and the same verdicts, in whatever order days were entered")
    func anyOrder() throws {
        let stages = try #require(try ExampleResolutionTests.example("drought-ferris").stages.first)
        let sensor = SensorID(rawValue: "main/water")
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let amounts = (0..<40).map { _ in Int64.random(in: 400_000...600_000, using: &random) }
            func machine(_ order: [Int]) -> [CalendarDate: StageMachine.Day] {
                var table = DayTable(sensors: sensors(["main/water": "[gal_us]"]))
                for day in order {
                    table.set(
                        DayTable.Use(amount: DecimalValue(amounts[day])), of: sensor, on: Self.start.adding(days: day))
                }
                return StageMachine(stages).days(from: Self.start, through: Self.start.adding(days: 40), table)
            }
            #expect(machine(Array(amounts.indices)) == machine(amounts.indices.shuffled(using: &random)))
        }
    }
}
