import Dashboard
import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// "Seen, not going", said from afar.
@Suite("Seen, not going, from afar")
struct SeenAnswerTests {
    private static let duty = """
        duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
        """
    private static let mandated = ["Rosa", "Jordi"].map {
        "{name: \($0), mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
    }.joined(separator: ", ")

    private func say(
        _ word: AnswerWord, _ person: String, to number: Int, by means: String = "sms", _ village: AlertVillage
    ) throws -> [String] {
        let answer = IncomingAnswer(
            destination: "stewards", means: means, sender: "", text: "",
            judgement: .act(person: person, alert: number, says: word))
        let reply = village.office.take(answer, now: village.now)
        try village.commit()
        return [reply.isDone ? "done" : "refused"] + reply.lines
    }

    @Test("Whoever answers from afar is told what came of it in the destination's language, and of no command line")
    func language() throws {
        let village = try AlertVillage(
            """
              - {name: text, kind: files, audience: stewards, language: es, folder: "NOWHERE"}
            """)
        let answer = IncomingAnswer(
            destination: "text", means: "sms", sender: "", text: "",
            judgement: .act(person: "Rosa", alert: 77, says: .yes))
        #expect(
            village.office.take(answer, now: village.now).lines
                == ["No hay ninguna alerta abierta 77. Su número está en el aviso."])
        // At the box the next one is answered in the community's language again.
        let here = try village.say("Rosa", .answer(alert: 77, answer: .take))
        #expect(
            here.contains { $0.contains("There is no open alert 77; “commons alerts list” shows them.") }, "\(here)")
    }

    @Test(
        "It stands on record with its means, is confirmed to whoever said it, and stops no call",
        arguments: ["sms", "ntfy", "matrix"])
    func seen(means: String) throws {
        let village = try AlertVillage(Self.duty, stewards: "[\(Self.mandated)]")
        for person in ["Rosa", "Jordi"] { try village.test(person) }
        try village.read(150)
        let number = try #require(try village.office.store.alerts(openOnly: true).last).number
        #expect(
            try say(.seen, "Rosa", to: number, by: means, village) == [
                "done", "Alert \(number): noted that Rosa has seen it and is not going. That stops no call.",
            ])
        let alert = try #require(try village.office.store.alert(number: number))
        #expect(alert.state == .raised && alert.takenBy == nil && alert.entries.last?.kind == .seen)
        #expect(alert.entries.last?.person == "Rosa" && alert.entries.last?.means == means)
        let record = try #require(try village.office.store.recordEntries().last?.entry)
        #expect(record.kind == "alert.seen" && record.facts["means"] == means && record.erasable["person"] == "Rosa")
        #expect(try village.told().last == "Your answer, Rosa")
        // The second person of the list is called when it is time, as if nothing had been said.
        try village.wait(until: 1000)
        let called = try village.office.store.alert(number: number)?.entries.filter { $0.kind == .called }
        #expect(called?.map(\.person) == ["Rosa", "Jordi"])
    }

    @Test("A test message is answered by yes alone, and whoever says something else is told, by link too")
    func testMessage() throws {
        let village = try AlertVillage(Self.duty, stewards: "[\(Self.mandated)]")
        try village.say("Rosa", .testAlarm(steward: "Rosa"))
        let stays =
            "Number 1 is a test message, and it stays open: only YES (“I’m going”, alerts take) from Rosa answers it."
        for (person, word) in [("Rosa", AnswerWord.seen), ("Rosa", .no), ("Jordi", .seen)] {
            #expect(try say(word, person, to: 1, village) == ["done", stays])
        }
        let alert = try #require(try village.office.store.alert(number: 1))
        #expect(alert.state == .raised)
        let token = try village.office.store.makeAnswerLink(person: "Rosa", alert: alert.id, at: village.now)
        let shown = try village.office.takeLink(token, .init(act: .decline), now: village.now)
        #expect(
            shown?.lines.first == "This is a test message, and it stays open: only “I’m going” answers it.",
            "\(String(describing: shown))")
        try village.letGo(of: alert)
        #expect(try say(.yes, "Rosa", to: 1, village)[0] == "done")
        #expect(try village.states() == ["1 closed"])
    }

    @Test("A language whose words for answers say something else in another one is named by the check")
    func ambiguous() throws {
        let folder = try TemporaryFolder("languages")
        let source = "\(GatewayUnderTest.root)/config/languages"
        for name in ["en.yaml", "es.yaml"] {
            let text = try String(contentsOfFile: "\(source)/\(name)", encoding: .utf8)
            let other = name == "es.yaml" ? text.replacing("seen: \"VISTO\"", with: "seen: \"VISTO, No\"") : text
            try other.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        }
        #expect(Languages.load(folder: source).problems.isEmpty)
        let problems = Languages.load(folder: folder.path).problems
        #expect(
            problems.map(\.message) == ["the word 'no' would say two things in an answer from afar (delivery: answer:)"]
        )
    }
}
