import Alerting
import GatewayModel
import Testing

@testable import GatewayApp

@Suite("The duty list in a calendar file")
struct DutyCalendarTests {
    /// Every time of these years, by series.
    private func times(_ series: [DutySeries], from: String = "2026", until: String = "2028") -> [String] {
        func begin(_ year: String) -> Instant {
            Instant(rfc3339: "\(year)-01-01T00:00:00Z") ?? Instant(milliseconds: 0)
        }
        return series.flatMap { $0.shifts(touching: begin(from)..<begin(until)) }
            .map { "\($0.people.joined()) \($0.from) \($0.until)" }
    }

    @Test("A calendar file says who is on duty; what is not understood is named with its line")
    func calendar() {
        let text = [
            "BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;TZID=Europe/Madrid:20261109T180000",
            "DTEND;TZID=Europe/Madrid:20261116T180000", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2", "SUMM", " ARY:Rosa",
            "END:VEVENT", "BEGIN:VEVENT", "DTSTART:20261116T170000Z", "DTEND:20261123T170000Z", "SUMMARY:Jordi",
            "END:VEVENT", "BEGIN:VEVENT", "DTSTART:20261116T170000Z", "RRULE:FREQ=DAILY", "SUMMARY:Pau", "END:VEVENT",
            "END:VCALENDAR",
        ].joined(separator: "\r\n")
        let zone = Zone(identifier: "Europe/Madrid") ?? .utc
        let (series, problems) = DutyCalendar.parse(text, zone: zone)
        #expect(
            times(series) == [
                "Rosa 2026-11-09T17:00:00Z 2026-11-16T17:00:00Z",
                "Rosa 2026-11-23T17:00:00Z 2026-11-30T17:00:00Z",
                "Jordi 2026-11-16T17:00:00Z 2026-11-23T17:00:00Z",
            ])
        #expect(problems.map(\.line) == [14])
    }

    @Test("A week that is taken over, one that falls out and times of another zone count as the calendar says")
    func changedCalendar() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        func parse(_ lines: [String]) -> (events: [String], problems: [String]) {
            let (series, problems) = DutyCalendar.parse(lines.joined(separator: "\r\n"), zone: zone)
            return (times(series), problems.map { "\($0.line): \($0.message)" })
        }
        let weekly = [
            "BEGIN:VEVENT", "UID:rosa", "DTSTART:20261109T180000", "DTEND:20261116T180000",
            "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20261123T180000", "SUMMARY:Rosa", "END:VEVENT",
        ]
        let changes = [
            "BEGIN:VEVENT", "UID:rosa", "RECURRENCE-ID:20261116T180000", "DTSTART:20261116T190000",
            "DTEND:20261123T180000", "SUMMARY:Jordi", "END:VEVENT",
            "BEGIN:VEVENT", "UID:rosa", "RECURRENCE-ID:20261130T180000", "STATUS:CANCELLED",
            "DTSTART:20261130T180000", "DTEND:20261207T180000", "SUMMARY:Rosa", "END:VEVENT",
        ]
        let single = [
            "BEGIN:VEVENT", "UID:one", "STATUS:CANCELLED", "DTSTART:20261214T180000", "DTEND:20261221T180000",
            "SUMMARY:Amina", "END:VEVENT", "BEGIN:VEVENT", "DTSTART;TZID=America/New_York:20261214T120000",
            "DTEND;TZID=America/New_York:20261214T180000", "SUMMARY:Amina", "END:VEVENT",
            "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261225", "SUMMARY:Pau", "END:VEVENT",
        ]
        let (events, problems) = parse(changes + weekly + single)
        #expect(
            events == [
                "Rosa 2026-11-09T17:00:00Z 2026-11-16T17:00:00Z", "Jordi 2026-11-16T18:00:00Z 2026-11-23T17:00:00Z",
                "Rosa 2026-12-07T17:00:00Z 2026-12-14T17:00:00Z", "Amina 2026-12-14T17:00:00Z 2026-12-14T23:00:00Z",
                "Pau 2026-12-23T23:00:00Z 2026-12-24T23:00:00Z",
            ])
        #expect(problems.isEmpty, "\(problems)")
        // Clocks go forward on 28 March: the duty changes at noon all the same.
        let spring = [
            "BEGIN:VEVENT", "DTSTART:20270321T120000", "DTEND:20270328T120000", "RRULE:FREQ=WEEKLY;COUNT=2",
            "SUMMARY:Rosa", "END:VEVENT",
        ]
        #expect(
            parse(spring).events == [
                "Rosa 2027-03-21T11:00:00Z 2027-03-28T10:00:00Z", "Rosa 2027-03-28T10:00:00Z 2027-04-04T10:00:00Z",
            ])
        // What cannot be followed is named, so that nobody is called by mistake.
        let stray = parse(changes + weekly.map { $0 == "UID:rosa" ? "UID:other" : $0 }).problems
        #expect(stray.count == 1 && stray[0].hasPrefix("1: no series"), "\(stray)")
        let unread = parse(weekly.map { $0.hasPrefix("EXDATE") ? "RDATE:20261124T180000" : $0 }).problems
        #expect(unread.count == 1 && unread[0].contains("RDATE"))
    }

    @Test("A rule without an end goes on for as long as the box does, whatever it began with")
    func endless() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        let text = [
            "BEGIN:VEVENT", "UID:d", "DTSTART:20260105T080000", "DTEND:20260106T080000",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "SUMMARY:Rosa", "END:VEVENT",
            "BEGIN:VEVENT", "UID:d", "RECURRENCE-ID:20301224T080000", "DTSTART:20301224T080000",
            "DTEND:20301225T080000", "SUMMARY:Jordi", "END:VEVENT",
        ].joined(separator: "\r\n")
        let (series, problems) = DutyCalendar.parse(text, zone: zone)
        #expect(problems.isEmpty && series.first?.people == ["Rosa", "Jordi"])
        #expect(times(series, from: "2026", until: "2027").count == 361)
        #expect(times(series, from: "2041", until: "2042").count == 366)
        let christmas = times(series, from: "2030", until: "2031").filter { $0.hasPrefix("Jordi") }
        #expect(christmas == ["Jordi 2030-12-24T07:00:00Z 2030-12-25T07:00:00Z"])
        let members = ["Rosa", "Jordi"].map {
            DutyRoster.Member(
                name: $0, from: CalendarDate(year: 2026, month: 1, day: 1),
                through: CalendarDate(year: 2040, month: 1, day: 1), hasAnswered: true)
        }
        let roster = DutyRoster(
            members: members, change: try #require(MeetingRule.parse("every Monday 18:00")), calendar: series,
            zone: zone)
        for (time, name) in [
            ("2026-11-30T02:00:00Z", "Rosa"), ("2030-12-24T12:00:00Z", "Jordi"), ("2036-02-29T12:00:00Z", "Rosa"),
        ] {
            let time = try #require(Instant(rfc3339: time))
            #expect(roster.onDuty(at: time) == name && roster.firstGap(from: time) == nil)
        }
    }

    @Test("A length in place of an end, and a whole day that says neither, are read as the standard says")
    func lengths() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        func parse(_ lines: String...) -> (times: [String], problems: [String]) {
            let text = (["BEGIN:VEVENT"] + lines + ["SUMMARY:Pau", "END:VEVENT"]).joined(separator: "\r\n")
            let (series, problems) = DutyCalendar.parse(text, zone: zone)
            return (times(series), problems.map(\.message))
        }
        // The clocks change on 25 October: a day is a day on the wall, and hours are hours.
        let week = parse("DTSTART:20261019T180000", "DURATION:P1W", "RRULE:FREQ=WEEKLY;COUNT=2")
        #expect(
            week.times == [
                "Pau 2026-10-19T16:00:00Z 2026-10-26T17:00:00Z", "Pau 2026-10-26T17:00:00Z 2026-11-02T17:00:00Z",
            ])
        #expect(
            parse("DTSTART:20261024T180000", "DURATION:PT24H").times == [
                "Pau 2026-10-24T16:00:00Z 2026-10-25T16:00:00Z"
            ])
        #expect(
            parse("DTSTART;VALUE=DATE:20261025", "RRULE:FREQ=WEEKLY;COUNT=1").times == [
                "Pau 2026-10-24T22:00:00Z 2026-10-25T23:00:00Z"
            ])
        #expect(
            parse("DTSTART;VALUE=DATE:20261101", "DURATION:P1DT12H").times == [
                "Pau 2026-10-31T23:00:00Z 2026-11-02T11:00:00Z"
            ])
        for wrong in [
            "DURATION:P", "DURATION:PT", "DURATION:-P1D", "DURATION:1W", "DURATION:P1Y", "DURATION:P9999999W",
        ] {
            #expect(parse("DTSTART:20261019T180000", wrong).problems.first?.contains("no duration") == true, "\(wrong)")
        }
        // A time of day without an end is no time of duty.
        #expect(parse("DTSTART:20261019T180000").problems.first?.contains("DURATION") == true)
    }
}
