import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// What one modem has room for: several people's inbox, and few characters.
@Suite("One modem for several people", .serialized)
struct SMSRoomTests {
    private func sms(_ name: String, _ number: String, _ modem: String, parts: Int = 3) -> DestinationSettings {
        let person = AnsweringPerson(name: name, sender: number, word: .environment(name))
        return DestinationSettings(
            name: name.lowercased(), audience: .stewards, language: "en",
            kind: .sms(SMSSettings(gammu: modem, people: [person], parts: parts)))
    }

    private func make(_ settings: DestinationSettings) throws -> SMSDestination {
        let words = ["Rosa": "manzana", "Jordi": "ciruela"]
        return try #require(try settings.makeDestination(context(environment: words)) as? SMSDestination)
    }

    @Test("Each person's answers are read by the own destination, and what nobody known wrote by one of them, once")
    func sharedInbox() throws {
        let modem = try Modem()
        let both = try DestinationSettings.sharingInboxes([
            sms("Rosa", "+34600111222", modem.configuration), sms("Jordi", "+34600333444", modem.configuration),
        ]).map(make)
        for (text, sender) in [
            ("18 SEEN ciruela", "+34600333444"), ("18 YES manzana", "+34600111222"), ("hello", "+34600999999"),
        ] {
            try modem.receive(text, from: sender)
        }
        var taken: [String] = []
        func read(_ destination: SMSDestination) {
            _ = destination.takeAnswers(now: start) { answer in
                taken.append("\(answer.destination) \(answer.judgement)")
                return true
            }
        }
        // Whichever looks first, as often as it likes.
        #expect(
            waitUntil {
                read(both[1])
                read(both[0])
                return taken.count >= 3
            })
        #expect(
            taken.sorted() == [
                "jordi \(AnswerJudgement.act(person: "Jordi", alert: 18, says: .seen))",
                "rosa \(AnswerJudgement.act(person: "Rosa", alert: 18, says: .yes))",
                "rosa \(AnswerJudgement.refused(.unknownSender))",
            ])
        #expect(try modem.messages(in: "inbox").isEmpty)
    }

    private func text(_ title: String, _ body: String, parts: Int) throws -> SMSText {
        try make(sms("Rosa", "+34600111222", "/nowhere", parts: parts)).text(for: notice(1, title: title, body: body))
    }

    @Test("How to answer and who is next are never cut: accents and signs go first, then the title, then the middle")
    func whatIsKept() throws {
        let title = "AHORA 16: Depósito, nivel del agua: Agua en el depósito"
        let body =
            "Depósito, nivel del agua 30 °C (nunca menos de 40 °C) desde 2026-11-29 09:47. 2 lecturas coinciden. "
            + "Primero: Cierra V3 junto a la caseta. Responde 16 SI o 16 NO y tu palabra. A las 10:02 se avisa a Jordi."
        let three = try text(title, body, parts: 3)
        #expect(three.parts <= 3 && !three.isUnicode)
        #expect(three.text.hasPrefix("AHORA 16: Deposito, nivel del agua"))
        #expect(three.text.contains("30 C (nunca menos de 40 C)"))
        #expect(three.text.contains("Primero: Cierra V3 junto a la caseta. Responde 16 SI o 16 NO y tu palabra."))
        let one = try text(title, body, parts: 1)
        #expect(one.parts == 1 && one.text.hasPrefix("AHORA 16: Deposito"))
        #expect(
            one.text.hasSuffix(
                "... Responde 16 SI o 16 NO y tu palabra. A las 10:02 se avisa a Jordi.\nref:00001001"), "\(one.text)")
        // What fits keeps its accents.
        #expect(try text("HOY 3: Depósito", "Responde 3 SI.", parts: 3).text.hasPrefix("HOY 3: Depósito\n"))
    }

    @Test("A text in another alphabet keeps its end too")
    func otherAlphabet() throws {
        let text = try text("12: Бак", String(repeating: "Вода уходит ", count: 30) + ". Ответьте 12 YES.", parts: 2)
        #expect(text.parts <= 2 && text.isUnicode && text.text.hasSuffix("... Ответьте 12 YES.\nref:00001001"))
    }
}
