import GatewayModel
import Testing

@Suite("Days that come again")
struct RecurrenceTests {
    /// The first days of a rule as `YYYY-MM-DD`, or why it is refused.
    private func days(_ rule: String, from start: String, _ count: Int = 4) throws -> [String] {
        do {
            let recurrence = try Recurrence(parsing: rule)
            let first = try #require(CalendarDate(text: start))
            var days: [String] = []
            var next = recurrence.first(onOrAfter: first, from: first)
            while let day = next, days.count < count {
                days.append(day.description)
                next = recurrence.first(onOrAfter: day.adding(days: 1), from: first)
            }
            return days
        } catch let problem as RecurrenceProblem { return [problem.message] }
    }

    @Test(
        "rules give the days of RFC 5545",
        arguments: [
            ("FREQ=MONTHLY;BYDAY=1SU", "2026-11-01", ["2026-11-01", "2026-12-06", "2027-01-03", "2027-02-07"]),
            ("RRULE:FREQ=MONTHLY;BYDAY=-1TH", "2026-11-01", ["2026-11-26", "2026-12-31", "2027-01-28", "2027-02-25"]),
            // Two weeks after, weeks from Monday: the Sunday belongs to the week of the Tuesday before it.
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05",
                ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05",
                ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]
            ),
            ("FREQ=WEEKLY;UNTIL=20261115", "2026-11-01", ["2026-11-01", "2026-11-08", "2026-11-15"]),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29",
                ["1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30"]
            ),
            (
                "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-01-01",
                ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13"]
            ),
            (
                "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2SU", "2026-01-01",
                ["2026-03-08", "2026-09-13", "2027-03-14", "2027-09-12"]
            ),
            ("FREQ=YEARLY;INTERVAL=2", "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29", "2036-02-29"]),
            ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", ["1997-05-19", "1998-05-18", "1999-05-17", "2000-05-15"]),
            (
                "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SU", "2026-11-01",
                ["2026-11-01", "2027-02-07", "2027-05-02", "2027-08-01"]
            ),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01", []),
        ])
    func days(_ rule: String, _ start: String, _ expected: [String]) throws {
        #expect(try days(rule, from: start) == expected)
    }

    @Test(
        "what is not understood is refused by name, never read halfway",
        arguments: [
            ("FREQ=DAILY", "FREQ must be"), ("BYDAY=1SU", "FREQ must be"), ("FREQ=MONTHLY;BYHOUR=18", "BYHOUR"),
            ("FREQ=MONTHLY;BYDAY=1SO", "1SO"), ("FREQ=MONTHLY;BYDAY=6SU", "so many"), ("FREQ=MONTHLY;BYDAY=0SU", "0SU"),
            ("FREQ=WEEKLY;BYDAY=1SU", "plain weekdays"), ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32"),
            ("FREQ=MONTHLY;INTERVAL=0", "INTERVAL=0"), ("FREQ=MONTHLY;COUNT=3;UNTIL=20271231", "exclude"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"), ("FREQ=MONTHLY;FREQ=WEEKLY", "twice"),
            ("FREQ=MONTHLY;UNTIL=20271301", "UNTIL"), ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"), ("monthly", "no part"),
        ])
    func refuses(_ rule: String, _ word: String) {
        let problem = #expect(throws: RecurrenceProblem.self) { try Recurrence(parsing: rule) }
        #expect(problem?.message.contains(word) == true, "\(problem?.message ?? "")")
    }

    @Test("an end within a day leaves out what begins later on that day")
    func ends() throws {
        let madrid = try #require(Zone(identifier: "Europe/Madrid"))
        func last(_ until: String) throws -> CalendarDate? {
            try Recurrence(parsing: "FREQ=WEEKLY;UNTIL=\(until)", in: madrid, minuteOfDay: 18 * 60).until
        }
        let sunday = CalendarDate(year: 2026, month: 12, day: 6)
        #expect(try last("20261206T170000Z") == sunday)
        #expect(try last("20261206T165959Z") == sunday.adding(days: -1))
        #expect(try last("20261206T180000") == sunday)
        #expect(try last("20261205T230000Z") == sunday.adding(days: -1))
        let rule = try Recurrence(parsing: "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261206;BYDAY=SU;BYMONTH=1,12;WKST=SU")
        #expect(rule.text(in: .utc) == "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261206T235959Z;BYDAY=SU;BYMONTH=1,12;WKST=SU")
        #expect(try Recurrence(parsing: rule.text(in: .utc)) == rule)
    }

    @Test("moved meetings are at their new time, cancelled ones are not held")
    func changes() throws {
        let madrid = try #require(Zone(identifier: "Europe/Madrid"))
        let rule = try #require(MeetingRule.parse("first Sunday 18:00"))
        var meetings = Meetings(rule, zone: madrid)
        func time(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
        let december = CalendarDate(year: 2026, month: 12, day: 6)
        let isMonday = meetings.change(december.adding(days: 1), to: .cancelled)
        let isPutOff = meetings.change(december, to: .moved(try time("2026-12-13T16:00:00Z")))
        let isCancelled = meetings.change(CalendarDate(year: 2027, month: 1, day: 3), to: .cancelled)
        #expect(!isMonday && isPutOff && isCancelled)
        #expect(
            meetings.meetings(3, after: try time("2026-11-01T17:00:00Z")).map(\.description) == [
                "2026-12-13T16:00:00Z", "2027-02-07T17:00:00Z", "2027-03-07T17:00:00Z",
            ])
        // Between the day of the rule and the new one the meeting is still to come; it keeps its day.
        let next = try #require(meetings.nextMeeting(after: try time("2026-12-07T00:00:00Z")))
        #expect(next.day == december && next.at.description == "2026-12-13T16:00:00Z")
        // Brought forward, it is over when it is over.
        _ = meetings.change(december, to: .moved(try time("2026-11-29T17:00:00Z")))
        #expect(meetings.next(after: try time("2026-11-29T17:00:00Z"))?.description == "2027-02-07T17:00:00Z")
    }
}
