import Delivery
import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

@Suite("When the assembly meets, from the files of the community")
struct MeetingsTests {
    private static let calendar = """
        BEGIN:VCALENDAR
        BEGIN:VEVENT
        UID:assembly@vall
        DTSTART;TZID=Europe/Madrid:20261101T180000
        RRULE:FREQ=MONTHLY;BYDAY=1SU
        EXDATE;TZID=Europe/Madrid:20270103T180000
        BEGIN:VALARM
        DTSTART:20200101T000000Z
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:assembly@vall
        RECURRENCE-ID;TZID=Europe/Madrid:20261206T180000
        DTSTART;TZID=Europe/Madrid:20261213T170000
        END:VEVENT
        BEGIN:VEVENT
        UID:assembly@vall
        RECURRENCE-ID:20270207T170000Z
        STATUS:CANCELLED
        DTSTART:20270207T170000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:extraordinary@vall
        DTSTART:20261220T100000Z
        END:VEVENT
        END:VCALENDAR
        """

    private func problems(_ assembly: String, _ rest: String = "") -> String {
        let text = """
            community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
            mqtt: {broker: embedded, topics: ["a/+"]}
            assembly: \(assembly)
            \(rest)
            """
        return ConfigurationFile(file: "g.yaml").parse(text).problems.map(\.description).joined(separator: "\n")
    }

    @Test("a calendar file gives rules, extra, moved and cancelled meetings")
    func calendar() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        let (meetings, problems) = MeetingCalendar.parse(Self.calendar, zone: zone)
        #expect(problems.isEmpty)
        let start = try #require(Instant(rfc3339: "2026-10-31T00:00:00Z"))
        #expect(
            meetings.meetings(4, after: start).map(\.description) == [
                "2026-11-01T17:00:00Z", "2026-12-13T16:00:00Z", "2026-12-20T10:00:00Z", "2027-03-07T17:00:00Z",
            ])
        func held(_ day: String, _ meetings: Meetings) -> String? {
            CalendarDate(text: day).flatMap { meetings.meeting(on: $0) }?.at.description
        }
        #expect(held("2026-12-06", meetings) == "2026-12-13T16:00:00Z" && held("2026-12-13", meetings) == nil)
        #expect(held("2026-12-20", meetings) == "2026-12-20T10:00:00Z" && held("2027-01-03", meetings) == nil)
        let off = Self.calendar.replacing("UID:extraordinary@vall", with: "UID:extraordinary@vall\nSTATUS:CANCELLED")
        let without = MeetingCalendar.parse(off, zone: zone).meetings
        let days = ["2026-12-06", "2026-12-20", "2027-01-03", "2026-12-21"].compactMap { CalendarDate(text: $0) }
        #expect(days.map(without.isCancelled) == [false, true, true, false])
        #expect(days.map(meetings.isCancelled) == [false, false, true, false])
    }

    @Test(
        "what would change when people meet and is not understood is refused with its line",
        arguments: [
            ("RRULE:FREQ=MONTHLY;BYDAY=1SU", "RRULE:FREQ=HOURLY", 2, "FREQ must be"),
            ("RRULE:FREQ=MONTHLY;BYDAY=1SU", "RRULE:FREQ=MONTHLY;BYDAY=2SU", 2, "not among the days"),
            ("EXDATE;TZID=Europe/Madrid:20270103T180000", "RDATE:20261224T180000", 2, "RDATE"),
            ("EXDATE;TZID=Europe/Madrid:20270103T180000", "EXDATE;TZID=Europe/Madrid:20270104T180000", 2, "no day"),
            ("EXDATE;TZID=Europe/Madrid:20270103T180000", "EXDATE;TZID=Europe/Madrid:20270103T190000", 2, "no time"),
            ("DTSTART;TZID=Europe/Madrid:20261101T180000", "DTSTART;TZID=Romance:20261101T180000", 2, "'Romance'"),
            ("DTSTART;TZID=Europe/Madrid:20261101T180000", "DTSTART;VALUE=DATE:20261101", 2, "day with a time"),
            ("RECURRENCE-ID;TZID=Europe/Madrid", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Madrid", 11, "RANGE"),
            ("UID:extraordinary@vall", "UID:assembly@vall", 22, "two events"),
        ])
    func refuses(_ old: String, _ new: String, _ line: Int, _ word: String) throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        let text = Self.calendar.replacing(old, with: new, maxReplacements: 1)
        let problem = try #require(MeetingCalendar.parse(text, zone: zone).problems.first)
        #expect(problem.line == line && problem.message.contains(word), "\(problem)")
    }

    @Test("mistakes in the configuration are named with what to write instead")
    func mistakes() {
        #expect(problems("{meets: first Sunday 18:00, cancelled: [2027-01-03], quorum: 12}").isEmpty)
        #expect(problems("{meets: \"RRULE:FREQ=MONTHLY;BYDAY=1SU\", at: \"18:00\"}").isEmpty)
        for (assembly, word) in [
            ("{meets: some day}", "not understood as a meeting rule"),
            ("{meets: \"RRULE:FREQ=MONTHLY;BYDAY=1SU\"}", "'assembly.at' is missing"),
            ("{meets: \"RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU\", at: \"18:00\"}", "add `since:"),
            ("{meets: \"RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU\", at: \"18:00\", since: 2026-11-02}", "2027-01-03"),
            ("{meets: \"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\", at: \"18:00\"}", "never falls"),
            ("{meets: \"RRULE:FREQ=MONTHLY;BYEASTER=1\", at: \"18:00\"}", "BYEASTER"),
            ("{meets: first Sunday 18:00, cancelled: [2027-01-04]}", "no meeting on 2027-01-04"),
            ("{meets: first Sunday 18:00, moved: [{from: 2027-01-03, to: soon}]}", "'soon' is no day"),
            ("{meets: first Sunday 18:00, calendar: nowhere.ics}", "cannot be read"),
            ("{meets: first Sunday 18:00, quorum: {percent: 50}}", "needs their number"),
            ("{meets: first Sunday 18:00, draft_days_before_closing: 3}", "nobody is named"),
            ("{meets: first Sunday 18:00, secretary: nobody}", "no destination 'nobody'"),
            ("{meets: first Sunday 18:00, secretary: ona@example.org}", "needs a mail server"),
        ] { #expect(problems(assembly).contains(word), "\(assembly): \(problems(assembly))") }
    }

    @Test("a pause ends with the moved assembly, and the agenda names it")
    func moved() throws {
        let village = try AlertVillage(
            assembly: "{meets: first Sunday 18:00, moved: [{from: 2026-12-06, to: \"2026-11-12 19:00\"}], quorum: 12}")
        try village.read(20, of: "cold")
        try village.read(500)
        let number = try #require(try village.office.store.alerts(openOnly: true).first { $0.subject == "plug/power" })
            .number
        func pause(_ hours: Int64) throws -> String? {
            let until = AlertVillage.begin.advanced(bySeconds: hours * 3600)
            return try village.say("Rosa", .answer(alert: number, answer: .pause(until: until, why: "work"))).first
        }
        // Noon on the 10th; the assembly is at seven on the 12th, 55 hours later.
        #expect(try pause(56) == "refused")
        #expect(try pause(55) == "done")
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 10),
            now: AlertVillage.begin)
        let page = papers.agenda(.markdown, language: nil)
        #expect(page.contains("12 November 2026") && page.contains("at least 12 persons"))
        let calendar = papers.calendar(language: nil)
        #expect(calendar.contains("RECURRENCE-ID;TZID=Europe/Madrid:20261206T180000"))
        #expect(calendar.contains("DTSTART;TZID=Europe/Madrid:20261112T190000"))
        // What we write is what we read.
        let (read, problems) = MeetingCalendar.parse(calendar, zone: village.site.zone)
        #expect(problems.isEmpty)
        #expect(
            read.meetings(5, after: AlertVillage.begin)
                == village.site.configuration.assembly.meetings.meetings(5, after: AlertVillage.begin))
    }

    @Test("the draft goes to the secretary once per meeting, in time, also across restarts")
    func draft() throws {
        let village = try AlertVillage(
            """
              - {name: ona, kind: files, audience: members, folder: ona}
              - {name: post, kind: smtp, audience: stewards, host: 127.0.0.1, security: plain, from: a@example.org, to: [b@example.org]}
            """,
            assembly:
                "{meets: first Sunday 18:00, agenda_closes_days_before: 5, draft_days_before_closing: 3, secretary: ona@example.org}"
        )
        func drafts() throws -> [String] {
            try village.office.store.outboxEntries().filter { $0.item.type == "agenda.draft" }
                .map { "\($0.item.destination) \($0.item.title)" }
        }
        // Six on 28 November, eight days before the assembly of 6 December.
        let due: Int64 = 18 * 86_400 + 6 * 3600
        try village.wait(until: due - 60)
        village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: due - 60))
        #expect(try drafts().isEmpty)
        try village.wait(until: due)
        village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: due))
        #expect(try drafts() == ["secretary Test: draft of the agenda for 2026-12-06 18:00"])
        try village.restart()
        try village.wait(until: due + 3600)
        village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: due + 3600))
        #expect(try drafts().count == 1)
        #expect(village.site.configuration.outlets.map(\.name) == ["stewards", "ona", "post", "secretary"])
        // The next assembly has a draft of its own: 3 January, eight days before.
        let next = due + 28 * 86_400
        try village.wait(until: next)
        village.office.housekeepIfDue(now: AlertVillage.begin.advanced(bySeconds: next))
        #expect(try drafts().last?.hasSuffix("2027-01-03 18:00") == true)
        #expect(try drafts().count == 2)
        #expect(try village.office.store.recordEntries().filter { $0.entry.kind == "agenda.draft_mailed" }.count == 2)
    }

    @Test("a secretary who is named without a number of days gets the draft three days before the agenda closes")
    func usualDays() throws {
        let village = try AlertVillage(
            "  - {name: ona, kind: files, audience: members, folder: ona}",
            assembly: "{meets: first Sunday 18:00, agenda_closes_days_before: 5, secretary: ona}")
        #expect(village.site.configuration.assembly.draftDaysBeforeClosing == 3)
        let next = try village.site.nextDraft(village.office.store, now: village.now)
        // Six on 28 November, eight days before the assembly of 6 December.
        #expect(next?.due == AlertVillage.begin.advanced(bySeconds: 18 * 86_400 + 6 * 3600))
        let without = try AlertVillage()
        #expect(try without.site.nextDraft(without.office.store, now: without.now) == nil)
    }

    @Test(
        "the draft waits for what proposals would have meant, says it as the shown agenda does, and waits no longer than six hours"
    )
    func draftWithTrial() throws {
        for isTried in [true, false] {
            let village = try AlertVillage(
                "  - {name: post, kind: smtp, audience: stewards, host: 127.0.0.1, security: plain, from: a@example.org, to: [b@example.org]}",
                assembly:
                    "{meets: first Sunday 18:00, agenda_closes_days_before: 5, draft_days_before_closing: 3, secretary: ona@example.org}"
            )
            try village.read(90)
            let proposals = village.folder.file("proposals")
            try FileManager.default.createDirectory(atPath: proposals, withIntermediateDirectories: true)
            let decision = """
                ---
                number: 2
                community: test
                assembly: 2026-12-06
                decided: proposed
                in_force_from: 2026-12-07
                review_by: 2027-12-06
                limits:
                  - id: plug
                    title: {en: Power of the plug}
                    bound: at_most
                    protects: equipment
                    resource: energy
                    sensors: [plug/power]
                    instant: {value: 80 W, deadband: 10 W}
                    priority: now
                    response: {en: Switch it off.}
                ---
                A lower bound.

                """
            try decision.write(toFile: proposals + "/2.md", atomically: true, encoding: .utf8)
            let trials = DraftTrials()
            village.office.draftTrials = trials
            func draft() throws -> String? {
                try village.office.store.outboxEntries().first { $0.item.type == "agenda.draft" }?.item.body
            }
            func go(to seconds: Int64) throws {
                try village.wait(until: seconds)
                village.office.housekeepIfDue(now: village.now)
            }
            let due: Int64 = 18 * 86_400 + 6 * 3600
            // Too early to try anything.
            try go(to: due - 2 * 3600)
            try trials.prepare(village.site, now: village.now)
            try go(to: due)
            #expect(try draft() == nil)
            if isTried {
                try trials.prepare(village.site, now: village.now)
                try go(to: due + 60)
                let store = village.office.store
                let found = try AgendaDesk(site: village.site).trials(store, now: village.now) { _ in }
                let table = try #require(found.values.first?["en"]?.table)
                let body = try #require(try draft())
                // What came since has to be tried too.
                let day = CalendarDate(year: 2026, month: 12, day: 6)
                #expect(trials.tables(of: Array(found.keys), for: day) != nil)
                #expect(trials.tables(of: found.keys + ["another"], for: day) == nil)
                #expect(body.contains(table.caption) && !body.contains("It was not tried"))
                #expect(table.rows.joined().filter { !$0.isEmpty }.allSatisfy { body.contains($0) })
            } else {
                try go(to: due + 6 * 3600 - 60)
                #expect(try draft() == nil)
                try go(to: due + 6 * 3600)
                #expect(try draft()?.contains("It was not tried") == true)
            }
        }
    }
}
