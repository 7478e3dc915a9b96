import GatewayModel
import Testing

@testable import Limits

/// Days of the week and "not daily", with constructed days.
@Suite("Calendar")
struct CalendarTests {
    private typealias Day = RuleDay

    private static func text(_ limit: String) -> String {
        """
        ---
        number: 1
        community: vall-clara
        assembly: 2026-05-03
        decided: by consent
        in_force_from: 2026-05-04
        review_by: 2027-05-02
        limits:
          - id: a
            title: A
            bound: at_most
            protects: resource
            resource: garden
            sensors: [a/tap]
            priority: today
            \(limit)
        ---
        x

        """
    }

    private static let daily = "budget: {amount: 90 L, per: day}"

    @Test(
        "Days are read strictly, read back as they were meant, and what is wrong is named with what to do",
        arguments: [
            ("days: Monday, Wednesday and Friday", "on Monday, Wednesday and Friday"),
            ("days: on Sundays", "on Sunday"), ("days: weekdays", "on Monday, Tuesday, Wednesday, Thursday and Friday"),
            ("days: weekends and Monday", "on Monday, Saturday and Sunday"),
            ("days: FREQ=MONTHLY;BYDAY=1SU,-1TH", "on the first Sunday and the last Thursday of the month"),
            (
                "days: FREQ=MONTHLY;BYMONTHDAY=1,15,-1;BYMONTH=6,7",
                "on day 1, day 15 and the last day of the month, in June and July"
            ),
            ("days: FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231", "on Tuesday, until 31 December 2026"),
            (
                "days: {rule: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO, from: 2026-05-04}",
                "every 2 weeks on Monday, counted from 4 May 2026"
            ),
            ("days: Mondy", "! did you mean 'Monday'?"), ("days: weekday", "! did you mean 'weekdays'?"),
            ("days: Monday and or Friday", "! write for example"), ("days: Monday and", "! write for example"),
            ("days: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "! from: 2026-05-04"),
            ("days: FREQ=DAILY", "! write for example `FREQ=MONTHLY"),
            ("days: FREQ=MONTHLY", "! write BYDAY=MO,TH or BYMONTHDAY=1,15"),
            ("days: FREQ=MONTHLY;BYDAY=SU;BYMONTHDAY=13", "! write BYDAY=MO,TH or BYMONTHDAY=1,15"),
            ("days: FREQ=WEEKLY;BYDAY=MO;COUNT=3", "! write UNTIL for COUNT"),
            ("days: FREQ=YEARLY;BYDAY=20MO", "! add BYMONTH"),
            ("days: FREQ=MONTHLY;BYDAY=-2SU", "! write -1"),
            ("days: {rule: FREQ=WEEKLY;BYDAY=MO, from: 2026-05-04}", "! leave from: out"),
        ])
    func words(days: String, expected: String) throws {
        let text = Self.text(Self.daily + "\n    " + days)
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "1.md")
        guard !expected.hasPrefix("! ") else {
            #expect(resolution == nil)
            #expect(problems.count == 1 && problems[0].remedy.contains(expected.dropFirst(2)), "\(problems)")
            #expect(problems[0].line == 17, "\(problems)")
            return
        }
        #expect(problems.isEmpty, "\(problems)")
        let limit = try #require(resolution?.limits.first)
        let book = try ExampleResolutionTests.book("en")
        #expect(
            limit.words(book, Scale(persons: nil)) == "not more than 90 L per day, all together, \(expected)")
        for sentence in PlainSentence.all(of: try #require(resolution), try ExampleResolutionTests.book("es")) {
            #expect(!sentence.contains("{") && !sentence.contains("limits."), "\(sentence)")
        }
    }

    @Test(
        "Days of the week go with moments and single days only; what can never be too often is refused",
        arguments: [
            ("budget: {amount: 90 L, per: week}\n    days: Monday", "cannot have days of its own"),
            ("rolling: {amount: 90 L, days: 3}\n    days: Monday", "cannot have days of its own"),
            ("turns: {amount: 90 L, order: any}\n    days: Monday", "cannot have days of its own"),
            ("silence: {after: 6 h}\n    days: Monday", "would take the days between for silence"),
            ("use_days: {amount: 20 L, most: 2, in_any: 2}", "can never be too many"),
            ("use_days: {amount: 0 L, most: 1, in_any: 2}", "can never be too many"),
            ("use_days: {amount: 20 L, most: 2}", "does not say within which days"),
            ("use_days: {amount: 20 L, most: 2, per: week, in_any: 3}", "does not say within which days"),
            ("use_days: {amount: 20 L, most: 2, per: day}", "must be week or month"),
            ("turns: {amount: 20 L, order: fair}", "must be one of as_listed, dry_first, any"),
            ("turns: {amount: 20 L, order: any, lasts: 36 h}", "a turn lasts whole days"),
            ("turns: {amount: 0 L, order: any}", "a turn needs an amount"),
            ("rule: not more than 90 L per day on Monday\n    days: Monday", "the rule says its days already"),
        ])
    func mistakes(limit: String, expected: String) {
        let (resolution, problems) = ResolutionFile.parse(Array(Self.text(limit).utf8), fileName: "1.md")
        #expect(resolution == nil)
        #expect(problems.contains { $0.message.contains(expected) && $0.line > 0 }, "\(problems)")
    }

    @Test("The well rests on Wednesdays and Sundays, from midnight to midnight; on the days between everybody may")
    func daysOfRest() throws {
        // The first day is Wednesday, 1 July 2026.
        var day = Day(try Day.limit("gardens", "day-of-rest"), units: ["bed-1/tap": "L", "bed-2/tap": "L"])
        for date in 0..<6 { day.use("bed-1/tap", 50, from: Double(date) * 24 + 20, until: Double(date) * 24 + 21) }
        day.tick(hour: 6 * 24)
        #expect(
            day.found == [
                "21 raised bed-1/tap since 20 value 50 of 20", "24 returned bed-1/tap since 24 value 50 of 20",
                "117 raised bed-1/tap since 116 value 50 of 20", "120 returned bed-1/tap since 120 value 50 of 20",
            ])
    }

    @Test("Hours that reach into the next day belong to the day on which they begin")
    func overMidnight() throws {
        var entry = try Day.limit("gardens", "day-of-rest")
        entry.limit.days = CountedDays(weekdays: [3])
        entry.limit.rule = .closedHours(amount: DecimalValue(20), window: DayWindow(from: 22 * 60, until: 6 * 60))
        var day = Day(entry, units: ["bed-1/tap": "L", "bed-2/tap": "L"])
        // Early on Wednesday it is still Tuesday's night; Wednesday's ends on Thursday at six.
        for hour in [1.0, 26, 50] { day.use("bed-1/tap", 50, from: hour, until: hour + 1) }
        day.tick(hour: 72)
        #expect(
            day.found == [
                "27 raised bed-1/tap since 26 value 50 of 20", "30 returned bed-1/tap since 30 value 50 of 20",
            ])
    }

    // Rules on days.

    /// The days of a trial as numbers counted from the first, passed and unknown.
    private func tried(
        _ limit: Limit, _ table: DayTable, from first: CalendarDate, days: Int
    ) -> (past: [Int], unknown: [Int], episodes: [Trial.Episode]) {
        let last = first.adding(days: days - 1)
        let trial = Trial.onDays(
            limit, Scale(persons: nil), from: first, through: last, table, zone: EngineFixture.zone)
        func numbers(_ dates: Set<CalendarDate>) -> [Int] {
            dates.map { Int($0.daysSinceEpoch - first.daysSinceEpoch) + 1 }.sorted()
        }
        return (
            numbers(trial.days(through: last, zone: EngineFixture.zone)), numbers(trial.unknownDays), trial.episodes
        )
    }

    @Test("An amount per day that counts on weekends, in the week in which the clocks go back: a Sunday of 25 hours")
    func weekendBudget() throws {
        var limit = try Day.limit("gardens", "first-sunday").limit
        limit.days = CountedDays(weekdays: [6, 7])
        // Monday, 19 October 2026; the clocks go back on the 25th.
        let first = CalendarDate(year: 2026, month: 10, day: 19)
        let uses: [String?] = Array(repeating: "101", count: 13) + [nil]
        let found = tried(limit, .litres(["bed-1/tap": uses, "bed-2/tap": uses], from: first), from: first, days: 14)
        #expect(found.past == [6, 7, 13] && found.unknown == [14])
        let seconds = found.episodes.map { ($0.until ?? $0.from).milliseconds(since: $0.from) / 3_600_000 }
        #expect(seconds.first == 49)
        limit.days = CountedDays(rule: try Recurrence(parsing: "FREQ=MONTHLY;BYDAY=1SU"))
        #expect(
            tried(limit, .litres(["bed-1/tap": uses, "bed-2/tap": uses], from: first), from: first, days: 14).past == []
        )
        #expect(limit.counts(on: CalendarDate(year: 2026, month: 11, day: 1)))
    }

    @Test(
        "What is judged by days that are over ends with the first day that does not count, however often it is looked at"
    )
    func singleDays() {
        var limit = EngineFixture.limit(
            .delivered(amount: DecimalValue(50), basis: .total, flow: nil, flowUnit: .unknown, at: []),
            sensors: [EngineFixture.wells[0]], unit: "m3")
        limit.days = CountedDays(weekdays: [1])
        let monday = CalendarDate(year: 2026, month: 6, day: 8)
        var engine = EngineFixture.engine(limit, startedAt: EngineFixture.zone.start(of: monday))
        var table = DayTable(sensors: EngineFixture.wells)
        for day in 0..<3 {
            table.set(
                DayTable.Use(amount: DecimalValue(9)), of: EngineFixture.wells[0].id, on: monday.adding(days: day))
        }
        var found: [String] = []
        for day in 1...3 {
            let night = EngineFixture.zone.start(of: monday.adding(days: day))
            for hour in [1, 9, 17] as [Int64] {
                let now = night.advanced(bySeconds: hour * 3600)
                let changes = engine.tick(now: now) + engine.judgeDay(monday.adding(days: day - 1), table, now: now)
                found += changes.map { "\(day) \($0.change) \(EngineFixture.zone.date(at: $0.onset))" }
            }
        }
        #expect(found == ["1 raised 2026-06-08", "2 returned 2026-06-10"])
    }

    @Test("Not every day: a day of use too many is passed, and a day that nobody measured may have been one")
    func notDaily() throws {
        let limit = try Day.limit("gardens", "not-daily").limit
        let first = CalendarDate(year: 2026, month: 7, day: 6)
        func found(_ uses: [String?], _ rule: Limit.Rule? = nil) -> ([Int], [Int]) {
            var limit = limit.on([SensorID(rawValue: "bed-1/tap")])
            limit.rule = rule ?? limit.rule
            let none = DayTable.litres(["bed-1/tap": ["0"] + uses], from: first.adding(days: -1))
            let tried = tried(limit, none, from: first, days: uses.count)
            return (tried.past, tried.unknown)
        }
        // Drops are no watering.
        #expect(found(["30", "19", "30", "30", "30", "0", "20"]) == ([4, 5], []))
        #expect(found(["30", nil, "30", "0", nil, "0", "30"]) == ([], [2, 3]))
        // Monday is a day of use whatever Sunday was; two of any three.
        let any = Limit.Rule.useDays(amount: DecimalValue(20), most: 2, span: .any(3))
        #expect(found(["30", "30", "30", "0", "30", "30"], any) == ([3], []))
        // Three days a week, from Monday on: the fourth and fifth are too many, and Monday begins anew.
        let week = Limit.Rule.useDays(amount: DecimalValue(20), most: 3, span: .calendar(.week))
        #expect(found(["30", "30", "0", "30", "30", "0", "30", "30"], week) == ([5, 7], []))
        #expect(found(["30", nil, "0", "30", "30", "0", "30", "30"], week) == ([7], [5]))
    }
}
