import Alerting
import Delivery
import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Who hears what of an alert, and when, on a real store.
@Suite("Whom calls and their ends reach", .serialized)
struct CallsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("calls") }

    func village(extra: String = "", quiet: String = "\"22:00\", until: \"07:00\"") throws -> AlertVillage {
        let stewards = """

              - {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
              - {name: Jordi, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
              - {name: Amina, reach: [amina], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
            """
        let own = ["rosa", "jordi", "amina"].map {
            "  - {name: \($0), kind: files, audience: stewards, folder: \(folder.path)/\($0)}"
        }
        let village = try AlertVillage(
            """
            \(own.joined(separator: "\n"))
              - {name: members, kind: files, audience: members, folder: \(folder.path)/members}
              - {name: siren, kind: siren, audience: stewards, topic: sirens/yard}
            \(extra)
            duty: {change: Monday 18:00, turn: [Rosa, Jordi, Amina], since: 2026-11-09, quiet_hours: {from: \(quiet)}}
            """, stewards: stewards)
        // The test messages of the month go out first.
        try village.wait(until: 1)
        try village.wait(until: 2)
        for person in ["Rosa", "Jordi", "Amina"] { #expect(try village.test(person)[0] == "done") }
        return village
    }

    func number(_ village: AlertVillage) throws -> Int {
        try #require(try village.office.store.alerts(openOnly: true).last?.number)
    }

    func items(_ village: AlertVillage, about number: Int, to destination: String) throws -> [OutboxItem] {
        let alert = try #require(try village.office.store.alert(number: number))
        return try village.office.store.outboxEntries().map(\.item)
            .filter { $0.alert == alert.id && $0.destination == destination }
    }

    @Test(
        "In quiet hours whoever was woken hears at once who goes and that it is over; the others hear it in the morning"
    )
    func quietHours() throws {
        let village = try village(quiet: "\"11:00\", until: \"15:00\"")
        try village.read(150)
        let alert = try number(village)
        try village.wait(until: 16 * 60)
        try village.say("Jordi", .answer(alert: alert, answer: .take))
        try village.say("Jordi", .answer(alert: alert, answer: .decline))
        try village.read(20)
        func heard(_ destination: String) throws -> [String] {
            try items(village, about: alert, to: destination).map { "\($0.type)\($0.notBefore == nil ? "" : " later")" }
        }
        // Whoever was not called hears of "can't" nothing: the next one is called in any case.
        let woken = ["alert.taken", "alert.declined", "alert.returned"]
        #expect(try heard("rosa") == ["alert.raised"] + woken)
        #expect(try heard("jordi") == ["alert.called"] + woken)
        #expect(try heard("members") == ["alert.raised", "alert.returned"])
        #expect(try heard("amina") == ["alert.taken later", "alert.returned later"])
    }

    @Test(
        "Many alerts at once call as each would alone: the person on duty, with the members beside, and the record says so"
    )
    func flood() throws {
        let village = try village()
        for index in 0..<12 {
            village.office.pipeline.box(
                .destinationFailing, subject: "place-\(index)", isActive: true, onset: village.now, [:], village.now)
        }
        village.office.pipeline.box(
            .diskFull, subject: "", isActive: true, onset: village.now, ["free": "1"], village.now)
        try village.read(150)
        let alert = try number(village)
        #expect(try village.entries(alert) == ["raised", "gathered"])
        try village.wait(until: 200)
        func digests(_ destination: String) throws -> [OutboxItem] {
            try village.office.store.outboxEntries().map(\.item)
                .filter { $0.destination == destination && $0.createdAt == village.now }
        }
        #expect(try digests("rosa").map(\.title) == ["4 alerts at once"])
        #expect(try digests("rosa").map(\.priority) == [.now])
        #expect(try digests("jordi").isEmpty && digests("amina").isEmpty && digests("siren").isEmpty)
        // The only one that members hear comes to them as it is, and so does its end.
        #expect(try digests("members").map(\.title) == ["NOW \(alert): plug/power: Power of the plug"])
        #expect(
            try village.entries(alert)
                == ["raised", "gathered", "told_together", "called", "not_called", "not_called", "not_called"])
        try village.wait(until: 200 + 16 * 60)
        #expect(try items(village, about: alert, to: "jordi").map(\.type) == ["alert.called"])
    }

    @Test("A siren waits until everybody is called; before that the person on duty has time to answer")
    func siren() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        #expect(try items(village, about: alert, to: "siren").isEmpty)
        try village.wait(until: 16 * 60)
        #expect(try items(village, about: alert, to: "siren").isEmpty)
        try village.wait(until: 32 * 60)
        #expect(try items(village, about: alert, to: "siren").map(\.type) == ["alert.called"])
        try village.wait(until: 100 * 60)
        #expect(try items(village, about: alert, to: "siren").last?.type == "alert.nobody_came")
        // A program that switches a pin sees the same.
        let all = try items(village, about: alert, to: "stewards").map { $0.dataJSON.contains("\"everybody\":true") }
        #expect(all == [false, false, true, true])
    }

    @Test("A decision that recalls who is going lets the calls go on down the list, also when it was taken hours ago")
    func recall() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        try village.say("Rosa", .answer(alert: alert, answer: .take))
        try village.wait(until: 3600)
        try village.say("keeper", .adopt(fileName: "2.md", bytes: decision("limits: []\nrecalls: [Rosa]")))
        #expect(try village.office.store.alert(number: alert)?.state == .raised)
        #expect(try village.told().contains("NOBODY GOES \(alert): plug/power: Power of the plug"))
        try village.wait(until: 3601)
        #expect(try items(village, about: alert, to: "jordi").last?.type == "alert.called")
        try village.restart()
        try village.wait(until: 4 * 3600)
        #expect(try !village.entries(alert).contains("asked"))
    }

    @Test("A mandate that is taken out of the file frees what its person went to, at the reload")
    func recallByFile() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        try village.say("Rosa", .answer(alert: alert, answer: .take))
        let file = village.folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let line = "- {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
        #expect(text.contains(line))
        try text.replacing(line, with: "- {name: Rosa, reach: [rosa]}").write(
            toFile: file, atomically: true, encoding: .utf8)
        try village.office.reload(try Site.load(configFile: file), now: village.now)
        try village.commit()
        #expect(try village.states().last == "\(alert) raised")
    }

    private func decision(_ keys: String) -> Data {
        Data(
            """
            ---
            number: 2
            community: test
            assembly: 2026-11-08
            decided: by consent
            in_force_from: 2026-11-08
            review_by: 2027-11-07
            \(keys)
            ---
            The assembly has decided.

            """.utf8)
    }

    @Test("A limit for people that is adopted on a sensor that one person switched off calls, and the adoption says so")
    func offBeforeAdoption() throws {
        let village = try village()
        let until = village.now.advanced(bySeconds: 20 * 86_400)
        try village.say(
            "Rosa", .switchAlerts(subject: "plug/power", off: SwitchOffTerms(until: until, why: "repair")))
        let said = try village.say(
            "keeper",
            .adopt(
                fileName: "2.md",
                bytes: decision(
                    """
                    limits:
                      - id: pump
                        title: {en: The pump of the breathing machine}
                        bound: at_least
                        protects: people
                        resource: energy
                        sensors: [plug/power]
                        instant: {value: 50 W, deadband: 5 W}
                        priority: now
                        response: {en: Go there.}
                    """)))
        #expect(said[0] == "done" && said.contains { $0.contains("Decision 2 watches it now to protect people") })
        #expect(try village.told().contains("Not switched off for people: plug/power"))
        try village.read(10)
        #expect(try village.states().last?.hasSuffix("raised") == true)
        #expect(try village.told().last?.hasPrefix("NOW") == true)
    }

    @Test("An assembly that the file moves to an earlier day takes pauses and switch-offs with it, and all are told")
    func movedAssembly() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        let day: Int64 = 86_400
        let pause = AlertAnswer.pause(until: village.now.advanced(bySeconds: 6 * day), why: "the plumber comes")
        try village.say("Rosa", .answer(alert: alert, answer: pause))
        let off = SwitchOffTerms(until: village.now.advanced(bySeconds: 9 * day), why: "no part")
        try village.say("Rosa", .switchAlerts(subject: "plug/power", off: off))
        let file = village.folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("meets: first Sunday 18:00", with: "meets: every Friday 18:00").write(
            toFile: file, atomically: true, encoding: .utf8)
        try village.office.reload(try Site.load(configFile: file), now: village.now)
        try village.wait(until: 60)
        #expect(
            try village.told().suffix(2) == [
                "Off for less long: plug/power", "SHORTER PAUSE \(alert): plug/power: Power of the plug",
            ])
        #expect(
            try village.office.store.switchedOff().map { village.site.local($0.terms.until) } == ["2026-11-13 18:00"])
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 11),
            now: village.now)
        let rows = papers.report(.markdown, language: "en").split(separator: "\n")
            .map { $0.replacing("\\", with: "") }
            .filter { $0.contains("no part") || $0.contains("the plumber comes") }
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains("18:00") }, "\(rows)")
        try village.wait(until: 3 * day + 6 * 3600 + 1)
        #expect(try village.office.store.alert(number: alert)?.state == .raised)
    }

    @Test("Whoever answers by SMS hears what came of it, alone, also when the word was wrong; strangers hear nothing")
    func confirmations() throws {
        let word = folder.file("word")
        try "manzana\n".write(toFile: word, atomically: true, encoding: .utf8)
        let people = [("Rosa", "111222"), ("Jordi", "333444")].map {
            "{name: \($0.0), number: \"+34600\($0.1)\", word_file: \(word)}"
        }
        let village = try village(
            extra: "  - {name: text, kind: sms, audience: stewards, to: [\(people.joined(separator: ", "))]}")
        try village.read(150)
        let alert = try number(village)
        func answer(_ judgement: AnswerJudgement, from number: String) throws -> [String] {
            let before = try village.office.store.outboxEntries().filter { $0.item.destination == "text" }.count
            _ = village.office.take(
                IncomingAnswer(destination: "text", means: "sms", sender: number, text: "", judgement: judgement),
                now: village.now)
            try village.commit()
            return try village.office.store.outboxEntries().map(\.item).filter { $0.destination == "text" }
                .dropFirst(before).map { "\($0.reader ?? "all"): \($0.title)" }
        }
        let rosa = "+34600111222"
        #expect(try answer(.refused(.wrongWord), from: rosa) == ["Rosa: Your answer was not taken"])
        #expect(try answer(.refused(.unknownSender), from: "+34600999999") == [])
        #expect(
            try answer(.act(person: "Jordi", alert: 4711, says: .yes), from: "+34600333444")
                == ["Jordi: Your answer was not taken"])
        // Who goes is told to all of them at once, and so to the one who goes.
        #expect(
            try answer(.act(person: "Rosa", alert: alert, says: .yes), from: rosa)
                == ["all: GOING \(alert): plug/power: Power of the plug"])
    }

    @Test("A test message that is replaced sends no end to anybody, and an answered one is not on in the report")
    func testMessages() throws {
        let village = try village()
        for minute in Int64(1)...2 {
            try village.wait(until: minute * 60)
            try village.say("Rosa", .testAlarm(steward: "Jordi"))
        }
        #expect(try village.told().allSatisfy { !$0.hasPrefix("OVER") })
        try village.wait(until: 3600)
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 11),
            now: village.now)
        let rows = papers.report(.markdown, language: "en").split(separator: "\n")
            .filter { $0.contains("A test message") }
        #expect(rows.count == 8)
        #expect(rows.count { $0.contains("still on") } == 1)
    }
}
