import Alerting
import GatewayModel
import Logging
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The duty list from the configuration to the destinations, on a real store.
@Suite("On duty", .serialized)
struct DutyTests {
    private static let stewards = """

          - {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
          - {name: Jordi, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
          - {name: Amina, mandate: {decision: 9, from: 2026-05-04, until: 2027-05-02}}
        """

    private func village(
        _ more: String = "", change: String = "Monday 18:00", folder: TemporaryFolder
    ) throws -> AlertVillage {
        try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}
              - {name: jordi, kind: files, audience: stewards, folder: \(folder.path)/jordi}
            duty:
              change: \(change)
              turn: [Rosa, Jordi]
              since: 2026-11-09
              quiet_hours: {from: "22:00", until: "07:00"}
            \(more)
            """, stewards: Self.stewards)
    }

    private func number(_ village: AlertVillage) throws -> Int {
        try #require(try village.office.store.alerts(openOnly: true).last?.number)
    }

    /// Sends a test message to each and lets them answer.
    private func prepare(_ village: AlertVillage) throws {
        for person in ["Rosa", "Jordi"] { #expect(try village.test(person)[0] == "done") }
    }

    @Test("Calls go to the person on duty, then to the second, then to all; the record says why others heard nothing")
    func calls() throws {
        let folder = try TemporaryFolder("duty")
        let village = try village(folder: folder)
        try prepare(village)
        try village.restart()
        try village.read(150)
        let alert = try number(village)
        let about = "\(alert): plug/power: Power of the plug"
        func heard(_ destination: String) throws -> Int { try village.told(destination).count { $0 == "NOW \(about)" } }
        #expect(try [heard("rosa"), heard("jordi"), heard("stewards")] == [1, 0, 1])
        let first = try #require(
            try village.office.store.outboxEntries().last { $0.item.destination == "rosa" }?.item)
        #expect(first.body.contains("At 12:15 Jordi is called."))
        #expect(try village.entries(alert) == ["raised", "called", "not_called"])
        try village.wait(until: 16 * 60)
        #expect(try [heard("rosa"), heard("jordi"), heard("stewards")] == [1, 1, 2])
        try village.restart()
        try village.wait(until: 32 * 60)
        #expect(try [heard("rosa"), heard("jordi"), heard("stewards")] == [2, 2, 3])
        try village.say("Jordi", .answer(alert: alert, answer: .take))
        try village.wait(until: 7000)
        #expect(
            try village.entries(alert) == [
                "raised", "called", "not_called", "called", "called_before", "called_all", "taken",
            ])
    }

    @Test("Nobody counts before a test message was answered, nor with a mandate of a decision that was never adopted")
    func whoCounts() throws {
        let folder = try TemporaryFolder("duty")
        let village = try village(folder: folder)
        func roster() -> [String] { village.office.pipeline.state.alerts.policy.roster?.order(at: village.now) ?? [] }
        #expect(roster().isEmpty)
        let watch = BoxWatch(
            site: village.site, store: village.office.store, destinations: DestinationNews(logger: .init(label: "test"))
        )
        var box = watch
        func gap() -> Bool? {
            box.reload(village.site)
            return box.look(
                now: village.now, counters: Counters(), roster: village.office.pipeline.state.alerts.policy.roster
            ).first { $0.condition == .nobodyOnDuty }?.isActive
        }
        #expect(gap() == true)
        try prepare(village)
        #expect(roster() == ["Rosa", "Jordi"])
        #expect(gap() == false)
        try village.restart()
        #expect(roster() == ["Rosa", "Jordi"])
        let lines = try DutyDesk(site: village.site).lines(json: false)
        #expect(lines.contains { $0.hasPrefix("Amina: no mandate now; has not answered a test message") })
        let sheet = try DutyDesk(site: village.site).sheet(of: "Rosa")
        #expect(sheet.contains("<h1>Welcome on duty, Rosa</h1>") && !sheet.contains("duty.sheet"))
        #expect(sheet.contains("Your mandate: decision 1 of the assembly, from 2026-05-04 until 2027-05-02."))
        let other = try DutyDesk(site: AlertVillage().site).sheet(of: "Rosa")
        #expect(!other.contains("mandate"))
    }

    @Test("The change of duty hands over what is open; quiet hours hold back what can wait and nothing else")
    func handOver() throws {
        let folder = try TemporaryFolder("duty")
        let village = try village(folder: folder)
        try prepare(village)
        try village.wait(until: 60)
        try village.read(150)
        let alert = try number(village)
        try village.say("Rosa", .answer(alert: alert, answer: .take))
        // Monday, 16 November, six in the evening.
        try village.wait(until: (6 * 24 + 6) * 3600 + 1)
        let handed = try number(village)
        let entries = try village.office.store.outboxEntries().filter { $0.item.title.hasSuffix("On duty now: Jordi") }
        #expect(entries.map(\.item.destination) == ["stewards", "rosa", "jordi"])
        #expect(entries.first?.item.title == "TODAY \(handed): On duty now: Jordi")
        let body = try #require(entries.first?.item.body)
        #expect(body.contains("\(alert) (someone is going)"))
        #expect(body.hasSuffix("Answer at the box: commons alerts take \(handed). At 18:15 Rosa is called."))
        try village.wait(until: (6 * 24 + 6) * 3600 + 60)
        #expect(try village.told().count { $0.hasSuffix("On duty now: Jordi") } == 1)
        #expect(try village.say("Rosa", .answer(alert: handed, answer: .take))[0] == "refused")
        #expect(try village.say("Jordi", .answer(alert: handed, answer: .take))[0] == "done")
        #expect(try village.told().last == "TAKEN OVER \(handed): On duty now: Jordi")
        try village.wait(until: (6 * 24 + 7) * 3600)
        #expect(try village.entries(handed) == ["raised", "called", "taken"])

        // Eleven at night: a test message waits until seven, an alarm that wakes people does not.
        try village.wait(until: (6 * 24 + 11) * 3600)
        try village.say("Rosa", .testAlarm(steward: "Jordi"))
        let test = try number(village)
        #expect(try village.entries(test) == ["raised", "not_called", "quiet_hours"])
        try village.read(10, of: "cold")
        let outbox = try village.office.store.outboxEntries().filter { $0.item.destination == "jordi" }
        let seven = AlertVillage.begin.advanced(bySeconds: (6 * 24 + 19) * 3600)
        let held = try #require(outbox.last { $0.item.title.contains("Test message") })
        let alarm = try #require(outbox.last { $0.item.title.hasPrefix("NOW") })
        #expect(held.item.notBefore == seven && alarm.item.notBefore == nil)
        func claimed(_ now: Instant) throws -> [String] {
            try village.office.store.claim(destination: "jordi", now: now, limit: 100, includingLater: true)
                .map(\.item.title)
        }
        #expect(try !claimed(village.now).contains(held.item.title))
        #expect(try claimed(seven).contains(held.item.title))
    }

    @Test("A hand-over that nobody answers goes to the second, then to everybody once, and stands in the record book")
    func unanswered() throws {
        let folder = try TemporaryFolder("duty")
        let village = try village(folder: folder)
        try prepare(village)
        try village.wait(until: 60)
        // Monday, 16 November, six in the evening.
        let change: Int64 = (6 * 24 + 6) * 3600
        try village.wait(until: change + 1)
        let handed = try number(village)
        try village.restart()
        try village.wait(until: change + 890)
        #expect(try village.entries(handed) == ["raised", "called"])
        try village.wait(until: change + 902)
        #expect(try village.entries(handed) == ["raised", "called", "called", "called_before"])
        let second = try #require(
            try village.office.store.outboxEntries().last { $0.item.destination == "rosa" }?.item)
        #expect(second.body.hasPrefix("Jordi has not answered the hand-over from Rosa. Can you take it?"))
        #expect(try village.told("jordi").count { $0.hasSuffix("On duty now: Jordi") } == 1)
        try village.restart()
        try village.wait(until: change + 1803)
        try village.wait(until: change + 86_400)
        #expect(
            try village.entries(handed).filter { $0.hasPrefix("called") }
                == ["called", "called", "called_before", "called_all"])
        let record = try village.office.store.recordEntries().map(\.entry).filter {
            $0.kind == "duty.hand_over_not_answered"
        }
        #expect(record.map { $0.erasable["person"] } == ["Jordi", "Rosa"])
        // The next change overtakes it.
        try village.wait(until: change + 7 * 86_400)
        #expect(try village.office.store.alert(number: handed)?.closedAt != nil)
        #expect(try village.told().contains { $0.hasSuffix("On duty now: Rosa") })
    }

    @Test("A hand-over that is made or goes on in the quiet hours says when the next one really hears of it")
    func atNight() throws {
        let folder = try TemporaryFolder("duty")
        let midnight: Int64 = (6 * 24 + 12) * 3600
        let seven = midnight + 7 * 3600
        for (change, begin) in [("Monday 23:00", midnight - 3600), ("Monday 21:50", midnight - 7800)] {
            let village = try village(change: change, folder: folder)
            try prepare(village)
            try village.wait(until: 60)
            try village.wait(until: begin + 1)
            let handed = try number(village)
            func last(_ destination: String) throws -> OutboxItem {
                try #require(
                    try village.office.store.outboxEntries().last { $0.item.destination == destination }?.item)
            }
            func calls() throws -> [String] {
                try village.entries(handed).filter { ["called", "called_all"].contains($0) }
            }
            let made = try last("jordi")
            if made.notBefore == nil {
                // Before the quiet hours: Rosa is asked within them, and hears of it at their end.
                #expect(made.body.hasSuffix(" At 07:00 Rosa is called."), "\(made.body)")
                try village.wait(until: begin + 902)
            } else {
                #expect(made.body.hasSuffix(" At 07:15 Rosa is called."), "\(made.body)")
                try village.wait(until: seven + 899)
                #expect(try calls() == ["called"])
                try village.wait(until: seven + 901)
            }
            #expect(try calls() == ["called", "called"])
            let second = try last("rosa")
            let isHeld = second.notBefore == AlertVillage.begin.advanced(bySeconds: seven)
            #expect(isHeld == (made.notBefore == nil))
            let everybody = isHeld ? seven + 900 : seven + 1800
            #expect(second.body.hasSuffix(" At \(isHeld ? "07:15" : "07:30") everybody is called."), "\(second.body)")
            try village.wait(until: everybody - 2)
            #expect(try calls() == ["called", "called"])
            try village.wait(until: everybody + 2)
            #expect(try calls() == ["called", "called", "called_all"])
        }
    }

    @Test("Once a month, in the daytime, everybody with a mandate gets a test message, over restarts too")
    func monthly() throws {
        let folder = try TemporaryFolder("duty")
        let village = try village(folder: folder)
        func tests() throws -> [String] {
            try village.office.store.alerts(openOnly: false).filter { $0.cause == .box(.testAlarm) }.map(\.subject)
        }
        try village.wait(until: 1)
        #expect(try tests() == ["Rosa", "Jordi"])
        try village.restart()
        try village.wait(until: 86_400)
        #expect(try tests().count == 2)
        // 1 December, nine and ten in the morning.
        try village.wait(until: 21 * 86_400 - 3 * 3600)
        #expect(try tests().count == 2)
        try village.wait(until: 21 * 86_400 - 2 * 3600)
        #expect(try tests() == ["Rosa", "Jordi", "Rosa", "Jordi"])
    }

    @Test("Mistakes in the duty list are named with what to write instead")
    func mistakes() {
        let text = """
            community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
            mqtt: {broker: embedded, topics: ["a/+"]}
            assembly: {meets: first Sunday 18:00}
            stewards:
              - {name: Rosa, reach: [nowhere], mandate: {decision: 1, from: 2026-05-04, until: 2026-05-02}}
            duty:
              change: Monday 18:00
              turn: [Rose]
              since: 2026-11-10
              weeks: [{begins: 2026-11-09, people: [Rosa]}, {begins: 2026-11-09, people: [Rosa]}]
              quiet_hours: {from: "25:00", until: "07:00"}
            """
        let problems = ConfigurationFile(file: "g.yaml").parse(text).problems.map(\.description).joined(separator: "\n")
        for word in [
            "'nowhere' is no destination", "did you mean 'Rosa'?", "2026-11-10 is not the weekday", "stands twice",
            "no time of day", "ends before it begins",
        ] {
            #expect(problems.contains(word), "\(problems)")
        }
        // Hours that end when they begin: everything would wait, always.
        let always = text.replacing("\"25:00\"", with: "\"07:00\"")
        let told = ConfigurationFile(file: "g.yaml").parse(always).problems
        #expect(told.contains { $0.description.contains("would never be over") }, "\(told)")
    }
}
