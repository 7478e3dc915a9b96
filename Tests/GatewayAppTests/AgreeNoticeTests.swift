import Dashboard
import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// How a second person is asked to agree that something rests, by what each reader can do.
@Suite("How to agree, in notices", .serialized)
struct AgreeNoticeTests {
    private static let page = "answer_page: {listen: 127.0.0.1:8480, public_url: https://alerts.example.org/box}"
    private static let others = """
          - {name: rosa, kind: smtp, audience: stewards, host: localhost, security: plain, from: g@example.org, to: [rosa@example.org]}
          - {name: jordi, kind: smtp, audience: stewards, host: localhost, security: plain, from: g@example.org, to: [jordi@example.org], language: es}
          - name: text
            kind: sms
            audience: stewards
            gammu: /nowhere/smsdrc
            to: [{name: Rosa, number: "+34600111222", word_file: /nowhere/word}, {name: Jordi, number: "+34600333444"}]
          - name: chat
            kind: matrix
            audience: stewards
            url: http://localhost:1
            room: "!room:example.org"
            token_file: /nowhere/token
            people: [{name: Jordi, user: "@jordi:example.org"}]
          - {name: push, kind: ntfy, audience: stewards, url: "http://localhost:1", topic: water, reply_topic: water-answers, people: [{name: Amina, word_file: /nowhere/word}]}
          - {name: hidden, kind: ntfy, audience: stewards, url: "http://localhost:1", topic: water, reply_topic_file: /nowhere/topic, people: [{name: Amina, word_file: /nowhere/word}]}
        """

    private func village(_ more: String = "") throws -> AlertVillage {
        try AlertVillage(
            Self.others + "\n" + more,
            stewards: "[{name: Rosa, reach: [rosa]}, {name: Jordi, reach: [jordi]}, {name: Amina}]")
    }

    private func off(_ village: AlertVillage, why: String = "it thaws") -> Command {
        .switchAlerts(
            subject: "cold/power", off: SwitchOffTerms(until: village.now.advanced(bySeconds: 3600), why: why))
    }

    private func items(_ type: String, _ village: AlertVillage) throws -> [OutboxItem] {
        try village.office.store.outboxEntries().map(\.item).filter { $0.type == type }
    }

    /// What follows the sentence that a second person has to agree, by destination.
    private func ways(_ type: String, _ village: AlertVillage) throws -> [String: String] {
        var ways: [String: String] = [:]
        for item in try items(type, village) {
            let sentence = item.destination == "jordi" ? "tiene que aceptarlo una segunda." : "has to agree."
            let end = try #require(item.body.firstRange(of: sentence)?.upperBound, "\(item.body)")
            ways[item.destination] = item.body[end...].trimmingCharacters(in: .whitespaces)
            #expect(item.body.count <= 300)
        }
        return ways
    }

    private static let byNumber = [
        "stewards": "Answer by SMS / Matrix / ntfy: 1 AGREE and your word, if you have one; at the box:\n"
            + "commons alerts agree 1",
        "rosa": "", "jordi": "Responde por Matrix: 1 ACEPTO; en la caja:\ncommons alerts agree 1",
        "text": "Reply 1 AGREE and your word.", "chat": "Reply 1 AGREE.",
        "push": "Write to the topic water-answers: 1 AGREE and your word.",
        "hidden": "Write to the topic for answers: 1 AGREE and your word.",
    ]

    @Test("A wish for a pause names the ways of each reader alone, and none to the one who asked")
    func pause() throws {
        let village = try village()
        try village.read(10, of: "cold")
        let until = village.now.advanced(bySeconds: 3600)
        let said = try village.say("Rosa", .answer(alert: 1, answer: .pause(until: until, why: "it thaws")))
        #expect(said.last?.contains("“commons alerts agree 1”") == true, "\(said)")
        #expect(try ways("alert.pause_asked", village) == Self.byNumber)
        // However long the reason is, the way to agree is whole.
        let long = try AlertVillage()
        try long.read(10, of: "cold")
        let why = String(repeating: "because it is so ", count: 20)
        try long.say("Rosa", .answer(alert: 1, answer: .pause(until: until, why: why)))
        let body = try #require(try items("alert.pause_asked", long).first?.body)
        #expect(body.count <= 300 && body.hasSuffix("Answer at the box:\ncommons alerts agree 1"), "\(body)")
        #expect(try long.say("Jordi", .answer(alert: 1, answer: .agree))[0] == "done")
        #expect(try long.states() == ["1 paused"])
    }

    @Test("A wish to switch off names the alert's number where one is open, else what is to be switched off")
    func switchOff() throws {
        let village = try village()
        try village.read(10, of: "cold")
        let said = try village.say("Rosa", off(village))
        #expect(said.last?.contains("“commons alerts agree cold/power”") == true, "\(said)")
        #expect(try ways("alerts.off_asked", village) == Self.byNumber)
        let quiet = try self.village(Self.page)
        try quiet.say("Rosa", off(quiet))
        var expected = Self.byNumber.mapValues { _ in "Answer at the box:\ncommons alerts agree cold/power" }
        (expected["rosa"], expected["jordi"]) = ("", "Responde en la caja:\ncommons alerts agree cold/power")
        #expect(try ways("alerts.off_asked", quiet) == expected)
        #expect(try quiet.say("Amina", .agreeToSwitchOff(subject: "plug/power"))[1].contains("Nobody has asked"))
        #expect(try quiet.say("Rosa", .agreeToSwitchOff(subject: "cold/power"))[0] == "refused")
        #expect(try quiet.say("Amina", .agreeToSwitchOff(subject: "cold/power"))[0] == "done")
        #expect(try quiet.office.store.switchedOff().map(\.terms.confirmedBy) == ["Amina"])
    }

    @Test("Whoever was not called has a link too, and its page has the button, for a pause and for a switch-off")
    func links() throws {
        for isPause in [true, false] {
            let village = try village(Self.page)
            try village.read(10, of: "cold")
            let until = village.now.advanced(bySeconds: 3600)
            let pause = Command.answer(alert: 1, answer: .pause(until: until, why: "it thaws"))
            try village.say("Rosa", isPause ? pause : off(village))
            let type = isPause ? "alert.pause_asked" : "alerts.off_asked"
            var expected = Self.byNumber
            expected["jordi"] = ""
            expected["stewards"] = expected["stewards"]?.replacing("; at", with: "; by your link; at")
            #expect(try ways(type, village) == expected)
            let item = try #require(try items(type, village).first { $0.destination == "jordi" })
            try village.office.store.record([
                DeliveryRecord(key: item.key, destination: "jordi", state: .sent, attempts: 1, at: village.now)
            ])
            let links = AnswerLinks(site: village.site, store: village.office.store)
            let link = try #require(links.link(for: item, now: village.now))
            let token = String(try #require(link.split(separator: "/").last))
            let notice = try #require(links.notice(token: token, now: village.now))
            #expect(notice.canAgree && notice.text == item.body)
            // Pressed twice it counts once.
            for _ in 0..<2 {
                let outcome = try village.office.takeLink(token, LinkReply(act: .agree), now: village.now)
                try village.commit()
                #expect(outcome?.isDone == true && outcome?.lines.first?.hasPrefix("Noted: you agree.") == true)
            }
            #expect(try village.states() == [isPause ? "1 paused" : "1 switched_off"])
            #expect(links.notice(token: token, now: village.now)?.canAgree == false)
        }
    }

    @Test("What rests at a home is told to no steward, and the answer does not say that it was")
    func homes() throws {
        let village = try AlertVillage()
        let details = ["visibility": "household", "sent": "", "wanted": "W"]
        village.office.pipeline.box(
            .unitChanged, subject: "plug/power", isActive: true, onset: village.now, details, village.now)
        try village.commit()
        let until = village.now.advanced(bySeconds: 3600)
        let said = try village.say("Rosa", .answer(alert: 1, answer: .pause(until: until, why: "known")))
        #expect(said == ["done", "Alert 1 rests until 2026-11-10 13:00. It is a home's own, so no steward is told."])
        #expect(try village.told().isEmpty)
    }

    @Test("A sensor that sends no unit is told in words that are whole", arguments: ["", "m3"])
    func unit(_ sent: String) throws {
        let village = try AlertVillage()
        village.office.pipeline.box(
            .unitChanged, subject: "plug/power", isActive: true, onset: village.now, ["sent": sent, "wanted": "W"],
            village.now)
        try village.commit()
        let body = try #require(try items("alert.raised", village).first?.body)
        let what = sent.isEmpty ? "figures without a unit" : "m3"
        #expect(body.hasPrefix("plug/power sends \(what) since 2026-11-10 12:00, which cannot be"), "\(body)")
    }
}
