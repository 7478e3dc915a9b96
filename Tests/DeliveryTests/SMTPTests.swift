import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("Mail", .serialized)
struct SMTPTests {
    private func destination(
        _ server: TestServer, _ security: MailSecurity, authority: TestAuthority?, to: [String] = ["rosa@example.org"],
        password: String? = nil
    ) throws -> any Destination {
        let smtp = SMTPSettings(
            host: "127.0.0.1", port: server.port, security: security, from: "gateway@example.org", to: to,
            user: password.map { _ in "gateway" }, password: password.map { _ in .environment("PASSWORD") },
            caFile: authority?.authority, timeoutSeconds: 10)
        return try DestinationSettings(name: "d", audience: .stewards, language: "es", kind: .smtp(smtp))
            .makeDestination(context(environment: ["PASSWORD": password ?? ""]))
    }

    @Test("goes out encrypted and logged in", arguments: [MailSecurity.startTLS, .tls])
    func encrypted(_ security: MailSecurity) throws {
        let authority = try TestAuthority()
        let server = try TestServer.mail(security.rawValue, authority: authority, login: "gateway:s3cret")
        let destination = try destination(server, security, authority: authority, password: "s3cret")
        let item = notice(7, priority: .now, title: "Depósito 31 %", alert: "a1")
        let id = key(7) + "@gateway.example.org"
        #expect(destination.send(item, now: start) == .delivered(remoteID: id))
        let mail = try #require(try server.messages(MailRecord.self).first)
        #expect(mail.encrypted && mail.user == "gateway" && mail.recipients == ["rosa@example.org"])
        #expect(mail.longestLine <= 76)
        let headers = Dictionary(mail.headers.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
        #expect(
            headers
                == [
                    "Date": "Wed, 18 Nov 2026 11:06:40 +0000", "From": "gateway@example.org", "To": "rosa@example.org",
                    "Subject": "[Alder Court, ahora] Depósito 31 %", "Message-ID": "<\(id)>",
                    "In-Reply-To": "<alert.a1@gateway.example.org>", "References": "<alert.a1@gateway.example.org>",
                    "Importance": "high", "Auto-Submitted": "auto-generated", "MIME-Version": "1.0",
                    "Content-Type": "text/plain; charset=\"utf-8\"", "Content-Transfer-Encoding": "quoted-printable",
                    "Content-Language": "es", "X-Peer": headers["X-Peer"], "X-MailFrom": headers["X-MailFrom"],
                    "X-RcptTo": headers["X-RcptTo"],
                ].compactMapValues { $0 })
        #expect(mail.text.contains("ref: " + key(7)))
    }

    @Test("is not sent to a server with an unknown certificate")
    func unknownAuthority() throws {
        let server = try TestServer.mail("starttls", authority: TestAuthority())
        let outcome = try destination(server, .startTLS, authority: TestAuthority()).send(notice(1), now: start)
        guard case .retry = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try server.messages(MailRecord.self).isEmpty)
    }

    @Test("is not sent in the clear where STARTTLS is not offered")
    func noStartTLS() throws {
        let server = try TestServer.mail("plain")
        let outcome = try destination(server, .startTLS, authority: nil).send(notice(1), now: start)
        guard case .retry = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try server.messages(MailRecord.self).isEmpty)
    }

    @Test("with a wrong password is refused until somebody mends it")
    func wrongPassword() throws {
        let authority = try TestAuthority()
        let server = try TestServer.mail("starttls", authority: authority, login: "gateway:s3cret")
        let outcome = try destination(server, .startTLS, authority: authority, password: "wrong").send(
            notice(1), now: start)
        guard case .denied = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("reaches the others where one recipient is refused, and says so")
    func oneRefused() throws {
        let server = try TestServer.mail("plain")
        let outcome = try destination(
            server, .plain, authority: nil, to: ["nobody@example.org", "rosa@example.org"]
        ).send(notice(1), now: start)
        #expect(
            outcome
                == .delivered(remoteID: key(1) + "@gateway.example.org", warning: "550 5.1.1 no such person"))
        #expect(try server.messages(MailRecord.self).map(\.recipients) == [["rosa@example.org"]])
    }

    @Test("encodes long subjects in words that stand alone")
    func encodedWords() {
        let text = String(repeating: "día 水 ", count: 30)
        let header = EncodedWord.header(text, firstLine: 9)
        let words = header.components(separatedBy: "\r\n ")
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?B?") && $0.hasSuffix("?=") })
        let decoded = words.map { word in
            String(decoding: Base64.decode(word.dropFirst(10).dropLast(2)) ?? [], as: UTF8.self)
        }
        #expect(decoded.joined() == text)
        #expect(EncodedWord.header("plain", firstLine: 9) == "plain")
    }
}
