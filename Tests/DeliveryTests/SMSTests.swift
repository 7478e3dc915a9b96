import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("SMS", .serialized)
struct SMSTests {
    private let rosa = AnsweringPerson(name: "Rosa", sender: "+34600111222", word: .environment("ROSA"))
    private let ben = AnsweringPerson(name: "Ben", sender: "+34600333444")

    private func make(_ modem: Modem, people: [AnsweringPerson]? = nil, timeout: Int = 30) throws -> SMSDestination {
        let sms = SMSSettings(gammu: modem.configuration, people: people ?? [rosa, ben], timeoutSeconds: timeout)
        let made = try settings(.sms(sms)).makeDestination(context(environment: ["ROSA": "manzana"]))
        return try #require(made as? SMSDestination)
    }

    @Test("a message reaches every person once, with the end of its key")
    func delivery() throws {
        let modem = try Modem()
        let destination = try make(modem)
        let item = notice(1, priority: .now, title: "NOW 12: Tank", body: "31 %. Reply 12 YES or 12 NO.")
        #expect(destination.send(item, now: start) == .delivered(remoteID: "ref:00001001"))
        // Whatever is tried again, the daemon's folders show that it is there.
        #expect(destination.send(item, now: start) == .delivered(remoteID: "ref:00001001"))
        #expect(destination.lookUp(item, now: start) == .found(remoteID: "ref:00001001"))
        #expect(waitUntil { modem.transmissions >= 2 })
        #expect(modem.transmissions == 2)
        let sent = try modem.messages(in: "sent")
        #expect(
            sent.map(\.file) == [
                "OUTA20261118_110640_00_+34600111222_00001001.txt", "OUTA20261118_110640_00_+34600333444_00001001.txt",
            ])
        #expect(sent.allSatisfy { $0.text == "NOW 12: Tank\n31 %. Reply 12 YES or 12 NO.\nref:00001001" })
    }

    @Test("nobody knows while it waits at the modem; what the modem gave up is tried again for those who lack it")
    func away() throws {
        let modem = try Modem(runs: false)
        let destination = try make(modem, timeout: 0)
        #expect(destination.send(notice(1), now: start) == .unknown(reason: "the modem has not sent it within 0 s"))
        #expect(
            destination.lookUp(notice(1), now: start) == .unreachable(reason: "it still waits at the modem"))
        #expect(try modem.messages(in: "outbox").count == 2)
        // The daemon is another user: what the service's umask takes away it must have.
        #expect(try modem.modes(in: "outbox") == [0o660, 0o660])
        _ = destination.send(notice(1), now: start)
        #expect(try modem.messages(in: "outbox").count == 2)
        // A modem that is away for long must not send old news when it comes back.
        #expect(destination.lookUp(notice(1), now: start.advanced(bySeconds: 900)) == .missing)
        #expect(try modem.messages(in: "outbox").isEmpty)
        _ = destination.send(notice(1), now: start)
        try modem.move(to: "failed")
        #expect(destination.lookUp(notice(1), now: start) == .missing)
        _ = destination.send(notice(1), now: start)
        try modem.move(to: "sent")
        #expect(destination.lookUp(notice(1), now: start) == .found(remoteID: "ref:00001001"))
        #expect(destination.send(notice(1), now: start) == .delivered(remoteID: "ref:00001001"))
        #expect(try modem.messages(in: "outbox").isEmpty)
        var away = rosa
        away.sender = "+34600999999"
        let nowhere = SMSSettings(gammu: "/nowhere", people: [away])
        let broken = try settings(.sms(nowhere)).makeDestination(context(environment: ["ROSA": "manzana"]))
        guard case .retry = broken.send(notice(1), now: start) else {
            Issue.record("a daemon that is not there must be tried again")
            return
        }
    }

    @Test(
        "parts are counted as the network counts them",
        arguments: [
            (String(repeating: "a", count: 160), false, 1), (String(repeating: "a", count: 161), false, 2),
            (String(repeating: "€", count: 80), false, 1), (String(repeating: "€", count: 81), false, 2),
            (String(repeating: "ф", count: 70), true, 1), (String(repeating: "ф", count: 71), true, 2),
            (String(repeating: "a", count: 306), false, 2), (String(repeating: "a", count: 307), false, 3),
            (String(repeating: "🚰", count: 35), true, 1), ("", false, 1), ("¿Vas? ñandu Ü è", false, 1),
        ])
    func parts(_ text: String, _ isUnicode: Bool, _ parts: Int) {
        let counted = SMSText(text)
        #expect(counted.isUnicode == isUnicode && counted.parts == parts)
    }

    @Test("a long text is cut so that it fits with its reference", arguments: ["a", "ф", "€", "🚰", "a€"])
    func cut(_ character: String) {
        for limit in 1...3 {
            let text = SMSText(String(repeating: character, count: 900), ending: "\nref:00001001", parts: limit)
            #expect(text.parts == limit && text.text.hasSuffix("...\nref:00001001"))
        }
        #expect(SMSText("short", ending: "\nref:1", parts: 1).text == "short\nref:1")
        // What says that something was cut costs no other alphabet, and what needs one anyway keeps it.
        #expect(SMSText.affordable("Tank…") == "Tank..." && SMSText.affordable("水 Tank…") == "水 Tank…")
    }

    @Test("answers by SMS count from a known number with the right word, and nothing else is acted on")
    func answers() throws {
        let modem = try Modem()
        let destination = try make(modem)
        let sent: [(text: String, from: String, judgement: AnswerJudgement)] = [
            ("12 YES manzana", "+34600111222", .act(person: "Rosa", alert: 12, says: .yes)),
            ("13, no: Manzana.", "+34600111222", .act(person: "Rosa", alert: 13, says: .no)),
            ("14 SÍ manzana", "+34600111222", .act(person: "Rosa", alert: 14, says: .yes)),
            ("15 Seen manzana", "+34600111222", .act(person: "Rosa", alert: 15, says: .seen)),
            ("15 VISTO. MANZANA", "+34600111222", .act(person: "Rosa", alert: 15, says: .seen)),
            ("15 SEEN", "+34600111222", .refused(.wrongWord)),
            ("15 NO SEEN manzana", "+34600111222", .refused(.wrongWord)),
            ("12 YES pera", "+34600111222", .refused(.wrongWord)),
            ("12 YES", "+34600111222", .refused(.wrongWord)),
            ("12 YES manzana", "+34600555666", .refused(.unknownSender)),
            // Ben has no word: he listens.
            ("12 YES manzana", "+34600333444", .refused(.unknownSender)),
            ("who is this", "+34600111222", .refused(.notUnderstood)),
            ("-1 YES manzana", "+34600111222", .refused(.notUnderstood)),
        ]
        #expect(destination.takesAnswers)
        var taken: [IncomingAnswer] = []
        for message in sent {
            try modem.receive(message.text, from: message.from)
            let count = taken.count
            try #require(
                waitUntil {
                    _ = destination.takeAnswers(now: start) { answer in
                        taken.append(answer)
                        return true
                    }
                    return taken.count > count
                })
        }
        #expect(taken.map(\.judgement) == sent.map(\.judgement))
        #expect(taken.map(\.sender) == sent.map(\.from))
        #expect(Set(taken.map(\.means)) == ["sms"])
        #expect(try modem.messages(in: "inbox").isEmpty)
    }

    @Test("an answer that could not be stored is taken again")
    func notStored() throws {
        let modem = try Modem()
        let destination = try make(modem)
        try modem.receive("12 YES manzana", from: "+34600111222")
        var refusals = 0
        #expect(
            waitUntil {
                _ = destination.takeAnswers(now: start) { _ in
                    refusals += 1
                    return false
                }
                return refusals == 3
            })
        var taken: [AnswerJudgement] = []
        #expect(
            destination.takeAnswers(now: start) { answer in
                taken.append(answer.judgement)
                return true
            } == nil)
        #expect(taken == [.act(person: "Rosa", alert: 12, says: .yes)])
        #expect(try modem.messages(in: "inbox").isEmpty)
    }

    @Test("words that are short, have blanks or are somebody else's are not accepted")
    func words() {
        for words in [["ROSA": "abc"], ["ROSA": "two words"], ["ROSA": "manzana", "BEN": "Manzana"], [:]] {
            let both = [rosa, AnsweringPerson(name: "Ben", sender: "+34600333444", word: .environment("BEN"))]
            #expect(throws: DestinationError.self) { try both.rules(context(environment: words)) }
        }
    }
}
