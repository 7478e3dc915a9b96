import GatewayModel
import Testing

@testable import Limits

/// How far a budget goes at the pace so far, and the warning that an assembly may ask for.
@Suite("The pace of a budget")
struct BudgetPaceTests {
    private typealias Fixture = EngineFixture

    private static let first = CalendarDate(year: 2026, month: 10, day: 1)
    private static let well = Fixture.wells[0]

    private static func limit(_ amount: Int64, course: Int? = nil, per period: BudgetPeriod = .month) -> Limit {
        var limit = Fixture.limit(
            .budget(amount: DecimalValue(amount), period: period, basis: .total, warnAt: []), bound: .atMost,
            sensors: [well], unit: "m3")
        limit.warnsOnCourse = course
        return limit
    }

    /// A table of days from 1 October on; nil is a day of which nothing is known.
    private static func table(_ uses: [Int64?]) -> DayTable {
        var table = DayTable(sensors: [well])
        for (day, use) in uses.enumerated() {
            guard let use else { continue }
            table.set(DayTable.Use(amount: DecimalValue(use)), of: well.id, on: first.adding(days: day))
        }
        return table
    }

    private static func pace(_ limit: Limit, _ uses: [Int64?], _ language: String = "en") throws -> [String]? {
        try pace(limit, table(uses), after: uses.count, language)
    }

    private static func pace(
        _ limit: Limit, _ table: DayTable, after days: Int, _ language: String = "en"
    ) throws -> [String]? {
        let pace = BudgetPace(of: limit, Scale(persons: nil), on: first.adding(days: days), table)
        return try pace.map {
            LimitOutlook.budget($0).words(try ExampleResolutionTests.book(language), of: limit) { "\($0)" }
        }
    }

    private static func days(_ use: Int64?, _ count: Int) -> [Int64?] { Array(repeating: use, count: count) }

    @Test(
        "Ten a day of three hundred: used up on the thirty-first; nine a day lasts; what nobody measured is not guessed"
    )
    func pace() throws {
        let limit = Self.limit(300)
        #expect(
            try Self.pace(limit, Self.days(10, 10)) == [
                "Test: 100 of 300 m³ used through 10 October 2026. At this pace all of it is used on 31 October 2026."
            ])
        #expect(
            try Self.pace(limit, Self.days(9, 10)) == [
                "Test: 90 of 300 m³ used through 10 October 2026. At this pace it comes to 93 % by 31 October 2026."
            ])
        #expect(
            try Self.pace(limit, Self.days(9, 8) + [nil, nil]) == [
                "Test: at least 72 of 300 m³ used through 10 October 2026 (measured part 80 %). Too little was measured to say how far it goes."
            ])
        // One of ten days may be missing; the pace is then rather too low.
        #expect(
            try Self.pace(limit, Self.days(9, 9) + [nil]) == [
                "Test: at least 81 of 300 m³ used through 10 October 2026 (measured part 90 %). At this pace it comes to at least 83 % by 31 October 2026."
            ])
        #expect(
            try Self.pace(limit, Self.days(11, 9) + [nil], "es") == [
                "Test: al menos 99 de 300 m³ gastados hasta el 10 de octubre de 2026 (parte medida 90 %). A este paso se agota el 31 de octubre de 2026 a más tardar."
            ])
        #expect(
            try Self.pace(limit, Self.days(nil, 10)) == [
                "Test: nothing is measured through 10 October 2026; how much of 300 m³ is used we do not know."
            ])
        #expect(try Self.pace(limit, Self.days(10, 3)) == nil)
        #expect(try Self.pace(limit, Self.days(40, 10)) == nil)
        #expect(try Self.pace(Self.limit(300, per: .day), Self.days(10, 10)) == nil)
        var least = limit
        least.bound = .atLeast
        #expect(try Self.pace(least, Self.days(10, 10)) == nil)
    }

    @Test(
        "What a register used in a gap stands in its next reading; a gap that goes on, and what is in question, is not whole"
    )
    func gaps() throws {
        func table(_ missing: ClosedRange<Int>, inQuestion: Int? = nil) -> DayTable {
            var table = DayTable(sensors: [Self.well], registers: [Self.well.id])
            for day in 0..<10 where !missing.contains(day) {
                let amount = DecimalValue(day == missing.upperBound + 1 ? Int64(9 * (missing.count + 1)) : 9)
                table.set(
                    DayTable.Use(amount: amount, isLowerBound: day == inQuestion), of: Self.well.id,
                    on: Self.first.adding(days: day))
            }
            return table
        }
        let limit = Self.limit(300)
        #expect(
            try Self.pace(limit, table(4...4), after: 10) == [
                "Test: 90 of 300 m³ used through 10 October 2026. At this pace it comes to 93 % by 31 October 2026."
            ])
        #expect(
            try Self.pace(limit, table(9...9), after: 10) == [
                "Test: at least 81 of 300 m³ used through 10 October 2026 (measured part 90 %). At this pace it comes to at least 83 % by 31 October 2026."
            ])
        #expect(
            try Self.pace(limit, table(20...20, inQuestion: 3), after: 10) == [
                "Test: at least 90 of 300 m³ used through 10 October 2026 (some readings are in question). At this pace it comes to at least 93 % by 31 October 2026."
            ])
    }

    @Test("Of a month that its season cuts only the days of the season are counted")
    func season() throws {
        var limit = Self.limit(300)
        limit.season = YearSpan(from: .init(month: 5, day: 1), through: .init(month: 10, day: 20))
        #expect(try Self.pace(limit, Self.days(10, 10))?.first?.contains("66 % by 20 October") == true)
    }

    @Test(
        "On course for all of it is told once a period where the decision says so, never raised, also after a restart")
    func warned() {
        func run(_ course: Int?, restartAt: Int? = nil) -> [String] {
            let entry = Fixture.inForce(Self.limit(300, course: course))
            func engine(_ date: CalendarDate) -> LimitEngine {
                LimitEngine(
                    limits: [entry], sensors: [Self.well], zone: Fixture.zone, lastSeen: [:],
                    startedAt: Fixture.zone.start(of: date))
            }
            var checker = engine(Self.first)
            var found: [LimitTransition] = []
            var uses: [Int64?] = []
            for day in 0..<34 {
                let date = Self.first.adding(days: day)
                let noon = Fixture.zone.start(of: date).advanced(bySeconds: 43_200)
                if day == restartAt {
                    checker = engine(date)
                    checker.restore(told: found)
                    checker.restore(
                        dayUse: uses.enumerated().map {
                            (Self.well.id, Self.first.adding(days: $0), DayTable.Use(amount: DecimalValue($1 ?? 0)))
                        })
                }
                let use: Int64 = day < 6 ? 8 : day < 12 ? 14 : 6
                uses.append(use)
                found += checker.receive(Fixture.use(DecimalValue(use), at: noon, sensor: Self.well), now: noon)
                found += checker.tick(now: noon)
                let night = Fixture.zone.start(of: date.adding(days: 1)).advanced(bySeconds: 900)
                for _ in 0..<2 { found += checker.judgeDay(date, Self.table(uses), now: night) }
                found += checker.tick(now: night)
            }
            return found.map {
                "\(Fixture.zone.date(at: $0.detectedAt).day) \($0.change) \($0.value?.description ?? "-")"
            }
        }
        // Eight a day is 82 %; by the ninth day it is 90 of 300, on course for 103 %; later days save it.
        #expect(run(nil) == [])
        let told = ["10 onCourse(percent: 103) 90", "1 returned 246"]
        #expect(run(100) == told)
        for day in [9, 10, 20, 31] { #expect(run(100, restartAt: day) == told, "restart on day \(day)") }
    }

    @Test(
        "It goes with a ceiling of more than a day",
        arguments: [
            ("amount: 30 m3, per: month, warn_on_course_for: 100 %", "at_most", nil),
            ("amount: 30 m3, per: day, warn_on_course_for: 100 %", "at_most", "cannot be on course"),
            ("amount: 30 m3, per: month, warn_on_course_for: 100 %", "at_least", "cannot be on course"),
            ("amount: 30 m3, per: month, warn_on_course_for: 100 m3", "at_most", "no share in percent"),
        ] as [(String, String, String?)])
    func words(budget: String, bound: String, problem: String?) throws {
        let text = """
            ---
            number: 1
            community: vall-clara
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2027-05-02
            limits:
              - id: well
                title: Well
                bound: \(bound)
                protects: resource
                resource: garden
                sensors: [upper-well/pumped]
                priority: today
                budget: {\(budget)}
            ---
            x

            """
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "1.md")
        if let problem {
            #expect(problems.contains { $0.message.contains(problem) && $0.line > 0 }, "\(problems)")
            return
        }
        let sentences = PlainSentence.all(
            of: try #require(resolution, "\(problems)"), try ExampleResolutionTests.book("en"))
        #expect(sentences.first?.contains("Warned of when it is on course for 100 %.") == true)
    }
}
