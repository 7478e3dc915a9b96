import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What notices say about answering, by what their readers can do.
@Suite("How to answer, in notices")
struct AnswerHintTests {
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
        """

    /// What follows the first step in the newest notice to each destination.
    private func ends(_ more: String) throws -> [String: String] {
        let village = try AlertVillage(
            Self.others + "\n" + more,
            stewards: "[{name: Rosa, reach: [rosa]}, {name: Jordi, reach: [jordi]}, {name: Amina}]")
        try village.read(150)
        var ends: [String: String] = [:]
        for item in try village.office.store.outboxEntries().map(\.item) where item.title.contains("plug/power") {
            let step = try #require(item.body.firstRange(of: "Switch it off. "), "\(item.body)")
            ends[item.destination] = String(item.body[step.upperBound...])
            #expect(item.body.count <= 300)
        }
        return ends
    }

    @Test("Nobody is told to reply where no reply is read; each hears of the ways that are theirs")
    func byDestination() throws {
        #expect(
            try ends("") == [
                "stewards":
                    "Answer by SMS / Matrix: 1 YES or 1 NO and your word, if you have one; at the box: commons alerts take 1. All stewards are told of it.",
                "rosa":
                    "Answer by SMS: 1 YES or 1 NO and your word; at the box: commons alerts take 1. All stewards are told of it.",
                "jordi":
                    "Responde por Matrix: 1 SI o 1 NO; en la caja: commons alerts take 1. Se avisa a todas las personas responsables.",
                "text": "Reply 1 YES or 1 NO and your word. All stewards are told of it.",
                "chat": "Reply 1 YES or 1 NO. All stewards are told of it.",
            ])
    }

    @Test("Where a link is put below the notice it says so itself, and shared places say whose link it is")
    func withLinks() throws {
        let page = "answer_page: {listen: 127.0.0.1:8480, public_url: https://alerts.example.org/box}"
        #expect(
            try ends(page) == [
                "stewards":
                    "Answer by SMS / Matrix: 1 YES or 1 NO and your word, if you have one; by your link; at the box: commons alerts take 1. "
                    + "All stewards are told of it.",
                "rosa": "All stewards are told of it.", "jordi": "Se avisa a todas las personas responsables.",
                "text": "Reply 1 YES or 1 NO and your word. All stewards are told of it.",
                "chat": "Reply 1 YES or 1 NO. All stewards are told of it.",
            ])
    }
}
