import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// The mail destination against a mail server that people really run; ``SMTPTests`` has what only a server for tests does.
@Suite("A real mail server", .serialized, .enabled(if: EximServer.isInstalled))
struct EximTests {
    private let exim: EximServer

    init() throws { exim = try EximServer() }

    private func destination(
        _ security: MailSecurity = .plain, to: [String] = ["rosa"], password: String? = nil, port: Int? = nil,
        authority: TestAuthority? = nil
    ) throws -> any Destination {
        let smtp = SMTPSettings(
            host: "127.0.0.1", port: port ?? (security == .tls ? exim.tlsPort : exim.port), security: security,
            from: "gateway@example.org", to: to.map { $0 + "@example.org" }, user: password.map { _ in "gateway" },
            password: password.map { _ in .environment("PASSWORD") },
            caFile: security == .plain ? nil : (authority ?? exim.authority).authority, timeoutSeconds: 10)
        return try DestinationSettings(name: "d", audience: .stewards, language: "es", kind: .smtp(smtp))
            .makeDestination(context(environment: ["PASSWORD": password ?? ""]))
    }

    private func identity(_ number: Int) -> String { "\(key(number))@gateway.example.org" }

    @Test("arrives encrypted and logged in, once, with its own Message-ID", arguments: [MailSecurity.startTLS, .tls])
    func encrypted(_ security: MailSecurity) throws {
        let item = notice(7, priority: .now, title: "Depósito 31 %", alert: "a1")
        let outcome = try destination(security, to: ["ben"], password: "s3cret").send(item, now: start)
        #expect(outcome == .delivered(remoteID: identity(7)))
        let mailbox = try exim.mailbox()
        let mail = try #require(mailbox.first)
        #expect(mailbox.count == 1 && mail.identity == "<\(identity(7))>")
        #expect(mail.title == "[Alder Court, ahora] Depósito 31 %" && mail.text.contains("ref: " + key(7)))
        #expect(mail.header("Envelope-to") == "ben@example.org")
        // The server's own line says how it was handed over: with TLS (s) and a login (a).
        #expect(mail.header("Received")?.contains(" with esmtpsa ") == true)
        #expect(mail.header("References") == "<alert.a1@gateway.example.org>")
    }

    @Test("is denied until somebody mends the password, or writes one")
    func denied() throws {
        for password in ["wrong", nil] {
            let outcome = try destination(.startTLS, to: ["ben"], password: password).send(notice(1), now: start)
            guard case .denied = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
        #expect(try exim.mailbox().isEmpty)
    }

    @Test("is not handed to a server whose certificate nobody vouches for")
    func unknownAuthority() throws {
        for security in [MailSecurity.startTLS, .tls] {
            let outcome = try destination(security, authority: TestAuthority()).send(notice(1), now: start)
            guard case .retry = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
        #expect(try exim.mailbox().isEmpty)
    }

    @Test("unknown people are refused for good, and do not stop the others")
    func unknownPeople() throws {
        #expect(
            try destination(to: ["nobody"]).send(notice(1), now: start)
                == .permanent(reason: "550 5.1.1 no such person"))
        #expect(
            try destination(to: ["nobody", "rosa"]).send(notice(2), now: start)
                == .delivered(remoteID: identity(2), warning: "550 5.1.1 no such person"))
        #expect(try exim.mailbox().map { $0.header("Envelope-to") } == ["rosa@example.org"])
    }

    @Test("what the server says after the final dot counts: no room is tried again, a refusal is for good")
    func afterTheDot() throws {
        #expect(
            try destination().send(notice(1, title: "NO-ROOM"), now: start)
                == .retry(after: nil, reason: "452 4.3.1 no room left"))
        #expect(
            try destination().send(notice(2, title: "NEVER"), now: start)
                == .permanent(reason: "554 5.6.0 not this content"))
        #expect(try exim.mailbox().isEmpty)
    }

    /// Turns a lane whenever it asks for it, for at most a day of its time; says in which states the message was.
    private func deliver(_ item: OutboxItem, through destination: any Destination, onTry: (Int) -> Void = { _ in })
        throws -> [OutboxState]
    {
        let outbox = MemoryOutbox([OutboxEntry(item: item)])
        let lane = DestinationLane(
            destination: destination, outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(), recheck: { _, _ in .send }, onEvent: { _ in })
        var next: Instant? = start
        for attempt in 0..<20 {
            guard let now = next, now < start.advanced(bySeconds: 86_400) else { break }
            onTry(attempt)
            next = lane.turn(now: now)
        }
        return outbox.records.map(\.state)
    }

    @Test("a greylisted mail comes again by itself, and arrives once")
    func greylisting() throws {
        #expect(try deliver(notice(1), through: destination(to: ["grey"])) == [.pending, .sent])
        #expect(try exim.mailbox().map(\.identity) == ["<\(identity(1))>"])
    }

    @Test("lost before the final dot it arrives once; lost after it twice under one Message-ID, and never not at all")
    func lostAtTheDot() throws {
        let proxy = try CuttingProxy(to: exim.port)
        let destination = try destination(port: proxy.port)
        // A first whole exchange tells where the dot is, behind which comes only QUIT, and how much the server says.
        #expect(try deliver(notice(1), through: destination) == [.sent])
        try #require(waitUntil(10) { proxy.ended == 1 })
        let dot = proxy.passed(.toServer) - "\r\n.\r\nQUIT\r\n".utf8.count
        let thanks = "250 OK id=1xXmzO-0005Tm-22\r\n221 mail.example.org closing connection\r\n"
        let firstOfThanks = proxy.passed(.toClient) - thanks.utf8.count + 1
        // The second time the server has taken it and said so, and the word is lost on its way.
        for (number, cut) in [(CuttingProxy.Direction.toServer, dot), (.toClient, firstOfThanks)].enumerated() {
            let states = try deliver(notice(2 + number), through: destination) { attempt in
                if attempt == 0 { proxy.cut(cut.0, after: cut.1) }
            }
            #expect(states == [.unknown, .sent])
        }
        #expect(proxy.cuts == 2)
        #expect(try exim.mailbox().map(\.identity) == [1, 2, 3, 3].map { "<\(identity($0))>" })
    }
}
