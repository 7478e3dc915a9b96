import GatewayModel
import Testing

@Suite("When the assembly meets")
struct MeetingRuleTests {
    @Test(
        "rules are read as people write them",
        arguments: [
            ("first Sunday 18:00", MeetingRule(recurrence: .monthly(nth: 1), weekday: 7, minuteOfDay: 1080)),
            ("First Sunday monthly at 18:00", MeetingRule(recurrence: .monthly(nth: 1), weekday: 7, minuteOfDay: 1080)),
            (
                "last Thursday of the month 19:30",
                MeetingRule(recurrence: .monthly(nth: -1), weekday: 4, minuteOfDay: 1170)
            ),
            ("every Friday, 9:05", MeetingRule(recurrence: .weekly, weekday: 5, minuteOfDay: 545)),
        ])
    func parses(_ text: String, _ rule: MeetingRule) {
        #expect(MeetingRule.parse(text) == rule)
    }

    @Test(
        "what is not a rule is refused",
        arguments: [
            "", "Sunday", "first Sunday", "first 18:00", "first second Sunday 18:00", "first Sunday 25:00",
            "fifth Sunday 18:00", "first Sunday 18:00 or so",
        ])
    func refuses(_ text: String) {
        #expect(MeetingRule.parse(text) == nil)
    }

    @Test("the next meeting is at the local time, also across clock changes and month ends")
    func next() throws {
        let berlin = try #require(Zone(identifier: "Europe/Berlin"))
        let rule = try #require(MeetingRule.parse("last Sunday 18:00"))
        let start = try #require(Instant(rfc3339: "2026-10-01T00:00:00Z"))
        let meetings = Meetings(rule, zone: berlin).meetings(3, after: start).map(\.description)
        // 25 October is the day of 25 hours.
        #expect(meetings == ["2026-10-25T17:00:00Z", "2026-11-29T17:00:00Z", "2026-12-27T17:00:00Z"])
        let summer = try #require(MeetingRule.parse("first Sunday 18:00"))
        #expect(summer.next(after: start, in: berlin).description == "2026-10-04T16:00:00Z")
    }

    @Test("a meeting that began is over, and the agenda closes days before at the same local time")
    func closing() throws {
        let berlin = try #require(Zone(identifier: "Europe/Berlin"))
        let rule = try #require(MeetingRule.parse("first Sunday 18:00"))
        let meeting = try #require(Instant(rfc3339: "2026-11-01T17:00:00Z"))
        #expect(rule.next(after: meeting, in: berlin).description == "2026-12-06T17:00:00Z")
        #expect(Meetings.moment(before: meeting, days: 7, in: berlin).description == "2026-10-25T17:00:00Z")
    }

    @Test("months know their days and neighbours")
    func months() throws {
        let month = try #require(CalendarMonth(text: "2026-03"))
        #expect(month.dayCount == 31)
        #expect(month.previous.description == "2026-02")
        #expect(month.yearBefore.description == "2025-03")
        #expect(CalendarMonth(year: 2026, month: 12).next.description == "2027-01")
        #expect(CalendarMonth(text: "2026-13") == nil)
    }
}
