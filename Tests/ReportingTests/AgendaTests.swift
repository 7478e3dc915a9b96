import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@Suite("What the assembly is asked")
struct AgendaTests {
    @Test("drafts have a stable id in every language, an option to do nothing, and are never decided")
    func drafts() throws {
        let model = ReportModel.make(from: try Village().facts)
        let english = AgendaDraft.items(from: model, phrases: try Phrases.book("en"))
        let spanish = AgendaDraft.items(from: model, phrases: try Phrases.book("es"))
        #expect(english.map(\.kind) == [.budgetPassed, .pausedAgain, .alert, .dataGap])
        #expect(english.map(\.ask) == [.decide, .discuss, .discuss, .discuss])
        #expect(english.map(\.id) == spanish.map(\.id))
        #expect(Set(english.map(\.id)).count == english.count)
        #expect(english.allSatisfy { $0.id.utf8.count == 32 && $0.title.count <= 100 && $0.status == .draft })
        #expect(english.allSatisfy { $0.options.count { $0.isDoNothing } == 1 })
        #expect(english.allSatisfy { item in item.options.allSatisfy { !$0.consequence.isEmpty } })
        #expect(!english.contains { $0.facts.joined().contains("home-3") })
    }

    @Test("what waits for signatures or at the console comes before everything else", arguments: ["en", "es"])
    func decisions(_ language: String) throws {
        var facts = try Village().facts
        facts.decisions = DecisionFacts(
            waiting: [
                DecisionFacts.Waiting(
                    number: 14, assembly: CalendarDate(year: 2026, month: 10, day: 4), minutes: .book(3, page: 41),
                    signed: 1, needed: 3, missing: ["rosa", "pau"])
            ],
            recovery: DecisionFacts.Recovery(
                number: 15, sha256: String(repeating: "0123456789abcdef", count: 4), begunAt: facts.generatedAt,
                endsAt: facts.generatedAt.advanced(bySeconds: 7 * 86_400), persons: ["ona": ["SHA256:abc"]]),
            hasDelegates: true)
        let items = AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
        #expect(
            items.map(\.kind) == [
                .recoveryWaiting, .signaturesMissing, .budgetPassed, .pausedAgain, .alert, .dataGap,
            ])
        #expect(items[0].facts.last == "ona: SHA256:abc" && items[0].facts[1].contains("0123 4567 89ab cdef"))
        #expect(items[1].facts.joined().contains("rosa, pau"))
        for item in items.prefix(2) {
            let texts =
                [item.title, item.summary, item.whoIsAffected] + item.facts
                + item.options.flatMap { [$0.text, $0.consequence] }
            #expect(texts.allSatisfy { !$0.contains("{") && !$0.hasPrefix("agenda.") }, "\(texts)")
            #expect(item.title.count < 100)
        }
    }

    @Test(
        "delegates are chosen again two assemblies before the last one that enough of them may sign for",
        arguments: [
            (3, ["2027-05-02", nil, nil, nil, nil] as [String?], nil as String?),
            (3, ["2026-12-20", "2027-05-02", nil, nil, "2026-11-20"], "2027-05-02"),
            (3, ["2027-03-01", "2026-12-24", "2026-12-20", "2026-12-24"], "2026-12-24"),
            (2, ["2026-10-01", "2026-10-02", "2026-10-03"], "2026-10-02"),
        ])
    func delegatesEnd(_ needed: Int, _ ends: [String?], _ last: String?) throws {
        let list = DelegateList(
            threshold: needed,
            persons: ends.enumerated().map { index, end in
                Delegate(id: "p\(index)", keys: [], until: end.flatMap { CalendarDate(text: $0) })
            })
        #expect(list.lastAssembly?.description == last)
        guard let day = list.lastAssembly else { return }
        var facts = try Village().facts
        facts.decisions.ending = DecisionFacts.Ending(
            number: 3, needed: needed, lastAssembly: day,
            persons: list.persons.reduce(into: [:]) { $0[$1.id] = $1.until })
        func item() throws -> AgendaItem? {
            try AgendaDraft.items(from: .make(from: facts), phrases: Phrases.book("en"))
                .first { $0.kind == .delegatesEnding }
        }
        let third = facts.zone.start(of: day.adding(days: 1))
        facts.nextAssemblies = [-60, -30, 0].map { third.advanced(bySeconds: $0 * 86_400) }
        let found = try #require(try item())
        #expect(found.ask == .decide && found.title.contains("too few may sign after"))
        #expect(found.facts.count == ends.count { $0 != nil } && found.facts[0].hasSuffix("."))
        facts.nextAssemblies = [-60, -30, -1].map { third.advanced(bySeconds: $0 * 86_400) }
        #expect(try item() == nil)
    }

    @Test(
        "an alert that was paused twice becomes an item, and a household's never does",
        arguments: [(1, false), (2, true)])
    func pausedAgain(_ pauses: Int, _ isAsked: Bool) throws {
        var facts = try Village().facts
        var alert = Alert(
            id: "x", number: 7, cause: .box(.brokerAway), subject: "", priority: .now, protects: nil,
            onset: facts.generatedAt.advanced(bySeconds: -86_400 * 5), detectedAt: facts.generatedAt)
        for _ in 0..<pauses {
            alert.entries.append(
                AlertEntry(at: alert.onset, kind: .paused, person: "Rosa", note: "known work", until: facts.generatedAt)
            )
        }
        facts.alerts = [alert]
        for language in ["en", "es"] {
            let items = AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
                .filter { $0.kind == .pausedAgain }
            #expect(items.isEmpty != isAsked)
            #expect(
                items.allSatisfy { $0.facts.joined().contains("known work") && !$0.facts.joined().contains("Rosa") })
            #expect(items.allSatisfy { !($0.facts + [$0.title, $0.summary]).joined().contains("{") })
        }
        alert.details["visibility"] = "household"
        facts.alerts = [alert]
        #expect(
            !AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book("en"))
                .contains { $0.kind == .pausedAgain })
    }

    @Test(
        "a pause of the next alert of the same cause, and a switch-off that is renewed, are put off again; a home's never"
    )
    func putOffAgain() throws {
        func items(_ subjects: [String], off: [(String, Int64)] = [], isHome: Bool = false) throws -> [AgendaItem] {
            var facts = try Village().facts
            let begin = facts.zone.start(of: facts.month.firstDay)
            facts.alerts = subjects.enumerated().map { index, subject in
                var alert = Alert(
                    id: "x\(index)", number: 7 + index, cause: .box(.placeSilent), subject: subject, priority: .now,
                    protects: nil, onset: begin.advanced(bySeconds: 86_400 * Int64(index + 1)),
                    detectedAt: begin.advanced(bySeconds: 86_400 * Int64(index + 1)))
                alert.entries.append(
                    AlertEntry(
                        at: alert.onset, kind: .paused, person: "Rosa", note: "known work \(index)",
                        until: facts.generatedAt))
                return alert
            }
            facts.switchOffs = off.map { subject, day in
                SwitchOffFacts(
                    subject: subject, isHousehold: isHome, from: begin.advanced(bySeconds: day * 86_400),
                    until: begin.advanced(bySeconds: (day + 20) * 86_400), why: "repair \(day)",
                    persons: ["Rosa", "Jordi"])
            }
            return try ["en", "es"].flatMap { language in
                AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
                    .filter { $0.kind == .pausedAgain }
            }
        }
        #expect(try items(["hill"]).isEmpty && items(["hill", "well"]).isEmpty)
        let next = try items(["hill", "hill"])
        #expect(next.count == 2 && next.allSatisfy { $0.related == ["7", "8"] })
        #expect(try items([], off: [("tank/level", 2)]).isEmpty)
        // A row that ended before this month is talked about already.
        #expect(try items([], off: [("tank/level", -30), ("tank/level", -10)]).isEmpty)
        let renewed = try items([], off: [("tank/level", -18), ("tank/level", 2)])
        #expect(renewed.count == 2 && renewed.allSatisfy(\.touchesEssentialSupply))
        #expect(
            renewed.allSatisfy { $0.facts.joined().contains("repair -18") && $0.facts.joined().contains("repair 2") })
        for item in next + renewed {
            let texts = ([item.title, item.summary] + item.facts).joined(separator: " ")
            #expect(!texts.contains("Rosa") && !texts.contains("{") && !texts.contains("agenda."), "\(texts)")
        }
        #expect(try items([], off: [("home-1/water", 2), ("home-1/water", 4)], isHome: true).isEmpty)
        #expect(try items([], off: [("home-1/water", 2), ("home-1/water", 4)]).isEmpty)
        #expect(try items([], off: [("12/daily-water", 2), ("12/daily-water", 4)]).count == 2)
    }

    @Test("a pause in a row across a month's end is put off again, where the alert before it is over and closed")
    func acrossTheMonth() throws {
        func items(_ subject: String, daysBefore: Int64, pausedNow: Bool = true) throws -> [AgendaItem] {
            var facts = try Village().facts
            let begin = facts.zone.start(of: facts.month.firstDay)
            func alert(_ number: Int, _ subject: String, day: Int64, isPaused: Bool) -> Alert {
                let at = begin.advanced(bySeconds: day * 86_400 + 3600)
                var alert = Alert(
                    id: "x\(number)", number: number, cause: .box(.placeSilent), subject: subject, priority: .now,
                    protects: nil, onset: at, detectedAt: at)
                if isPaused {
                    alert.entries = [
                        AlertEntry(at: at, kind: .paused, person: "Rosa", note: "work \(number)", until: at)
                    ]
                }
                return alert
            }
            facts.alerts = [alert(8, "hill", day: 0, isPaused: pausedNow)]
            facts.earlierAlerts = [alert(7, subject, day: -daysBefore, isPaused: true)]
            return AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book("en"))
                .filter { $0.kind == .pausedAgain }
        }
        let found = try #require(try items("hill", daysBefore: 1).first)
        #expect(found.related == ["7", "8"] && found.facts[0].contains("work 7") && found.facts[1].contains("work 8"))
        #expect(try items("well", daysBefore: 1).isEmpty && items("hill", daysBefore: 36).isEmpty)
        #expect(try items("hill", daysBefore: 1, pausedNow: false).isEmpty)
    }

    @Test(
        "the load is counted by the budget, one steward's week too; test messages and what nobody was told do not count"
    )
    func budget() throws {
        func items(_ change: (inout ReportFacts) -> Void) throws -> [AgendaItem] {
            var facts = try Village().facts
            facts.stewardCount = 3
            facts.alerts = (0..<8).map { index in
                var alert = Alert(
                    id: "x\(index)", number: index, cause: .box(.brokerAway), subject: "", priority: .now,
                    protects: nil, onset: facts.generatedAt.advanced(bySeconds: -86_400 * 5),
                    detectedAt: facts.generatedAt)
                alert.outcome = index < 3 ? .falseReading : .real
                alert.entries.append(
                    AlertEntry(at: alert.onset, kind: .called, person: index < 4 ? "Rosa" : "Jordi"))
                return alert
            }
            change(&facts)
            return AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book("en"))
                .filter { $0.kind == .tooManyAlarms }
        }
        let item = try #require(try items { _ in }.first)
        let told = item.facts.joined(separator: "\n")
        #expect(told.contains("8 times, 3 of them a false reading") && told.contains("one steward was called 4 times"))
        #expect(!told.contains("Rosa"))
        #expect(try !items { $0.loadBudget.nowPerWeek = 3 }.isEmpty)
        #expect(try items { $0.loadBudget.nowPerWeek = 4 }.isEmpty)
        #expect(try items { facts in facts.alerts.indices.forEach { facts.alerts[$0].isUntold = true } }.isEmpty)
        #expect(
            try items { facts in facts.alerts.indices.forEach { facts.alerts[$0].cause = .box(.testAlarm) } }.isEmpty)
    }

    @Test("too many alarms become an item", arguments: [(4, false), (40, true)])
    func load(_ count: Int, _ isAsked: Bool) throws {
        var facts = try Village().facts
        facts.alerts = (0..<count).map { index in
            Alert(
                id: "x\(index)", number: index, cause: .box(.brokerAway), subject: "", priority: .now, protects: nil,
                onset: facts.generatedAt.advanced(bySeconds: -86_400 * 5), detectedAt: facts.generatedAt)
        }
        let items = AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book("en"))
        #expect(items.contains { $0.kind == .tooManyAlarms } == isAsked)
    }

    @Test("is the same bytes as the fixture", arguments: AgendaWriter.Form.allCases, ["en", "es"])
    func golden(_ form: AgendaWriter.Form, _ language: String) throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book(language)
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let endings: [AgendaWriter.Form: String] = [
            .markdown: "md", .odt: "fodt", .sheet: "sheet.html", .text: "txt",
        ]
        try Fixture.expect(
            AgendaWriter(items, model: model, phrases: phrases).text(form),
            named: "agenda-\(language).\(endings[form] ?? form.rawValue)")
    }

    @Test("the calendar file is the same bytes as the fixture", arguments: ["en", "es"])
    func goldenCalendar(_ language: String) throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book(language)
        let rule = try #require(MeetingRule.parse("first Sunday 18:00"))
        let meetings = Meetings(rule, zone: try Village().zone)
        let items = AgendaDraft.items(from: model, phrases: phrases)
        try Fixture.expect(
            CalendarFile(meetings, model: model, items: items, phrases: phrases).text(),
            named: "assembly-\(language).ics")
    }

    @Test("the calendar file keeps RFC 5545: folding, line ends, escapes, zone, rule, a UID that stays")
    func calendar() throws {
        var facts = try Village().facts
        facts.communityName = "La Fuente; agua, huerta \\ y más 水" + String(repeating: "é", count: 60)
        let phrases = try Phrases.book("es")
        let model = ReportModel.make(from: facts)
        let rule = try #require(MeetingRule.parse("first Sunday 18:00"))
        let meetings = Meetings(rule, zone: try Village().zone)
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let text = CalendarFile(meetings, model: model, items: items, phrases: phrases).text()
        #expect(text.hasSuffix("END:VCALENDAR\r\n"))
        #expect(text.replacingOccurrences(of: "\r\n", with: "").unicodeScalars.allSatisfy { $0 != "\r" && $0 != "\n" })
        #expect(text.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        let unfolded = text.replacingOccurrences(of: "\r\n ", with: "").components(separatedBy: "\r\n")
        #expect(unfolded.contains("DTSTART;TZID=Europe/Berlin:20261101T180000"))
        #expect(unfolded.contains("RRULE:FREQ=MONTHLY;BYDAY=1SU"))
        #expect(unfolded.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"))
        #expect(unfolded.contains("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"))
        #expect(unfolded.contains("DTSTART:20250330T020000") && unfolded.contains("DTSTART:20251026T030000"))
        #expect(
            unfolded.contains { $0.hasPrefix("SUMMARY:") && $0.contains("La Fuente\\; agua\\, huerta \\\\ y más 水") })
        facts.generatedAt = facts.generatedAt.advanced(bySeconds: 86_400 * 40)
        let later = CalendarFile(meetings, model: .make(from: facts), items: [], phrases: phrases).text()
        let uid = unfolded.first { $0.hasPrefix("UID:") }
        #expect(uid != nil && later.contains(uid ?? "?"))
        #expect(later.contains("DTSTART;TZID=Europe/Berlin:20270103T180000"))
    }
}
