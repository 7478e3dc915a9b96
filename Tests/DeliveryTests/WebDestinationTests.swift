import Crypto
import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("Webhook and ntfy", .serialized)
struct WebDestinationTests {
    private func webhook(
        _ server: TestServer, _ path: String, secrets: String = testSecret, scheme: String = "http",
        authority: TestAuthority? = nil
    ) throws -> any Destination {
        let webhook = WebhookSettings(
            url: "\(scheme)://127.0.0.1:\(server.port)\(path)", secret: .environment("SECRET"),
            caFile: authority?.authority)
        return try DestinationSettings(name: "d", audience: .stewards, language: "en", kind: .webhook(webhook))
            .makeDestination(context(environment: ["SECRET": secrets]))
    }

    private func ntfy(_ server: TestServer, _ path: String, timeout: Int = 10) throws -> any Destination {
        let ntfy = NtfySettings(
            url: "http://127.0.0.1:\(server.port)\(path)", topic: .name("stewards"), token: .environment("TOKEN"),
            timeoutSeconds: timeout)
        return try DestinationSettings(name: "d", audience: .stewards, language: "en", kind: .ntfy(ntfy))
            .makeDestination(context(environment: ["TOKEN": "tk_secret"]))
    }

    @Test("a webhook is signed with every secret, over the time of the attempt")
    func signature() throws {
        let server = try TestServer.web()
        let other = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 24))
        let destination = try webhook(server, "/status/204", secrets: testSecret + "\n" + other)
        #expect(destination.send(notice(1), now: start) == .delivered(remoteID: nil))
        #expect(destination.send(notice(1), now: start.advanced(bySeconds: 5)) == .delivered(remoteID: nil))
        let requests = try server.messages(WebRecord.self)
        #expect(requests.map { $0.headers["webhook-id"] } == [key(1), key(1)])
        #expect(requests.map { $0.headers["webhook-timestamp"] } == ["1795000000", "1795000005"])
        for request in requests {
            let signed = Data("\(key(1)).\(request.headers["webhook-timestamp"] ?? "").".utf8) + Data(request.bytes)
            let expected = [testSecret, other].map { secret in
                let bytes = Data(base64Encoded: String(secret.dropFirst(6))) ?? Data()
                let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: bytes))
                return "v1," + Data(code).base64EncodedString()
            }
            #expect(request.headers["webhook-signature"] == expected.joined(separator: " "))
            let body = try request.json(WebhookBody.self)
            #expect(body.type == "alert.raised" && body.data.figures == ["value": 31])
        }
    }

    @Test("the signature is the one of the standard's own example")
    func standardVector() throws {
        // The example of the reference libraries (github.com/standard-webhooks/standard-webhooks).
        let signer = try WebhookSigner(secrets: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = signer.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array("{\"test\": 2432232314}".utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("answers mean what the standard says")
    func answers() throws {
        let server = try TestServer.web()
        #expect(
            try webhook(server, "/retry/120").send(notice(1), now: start)
                == .retry(after: 120, reason: "HTTP 429: slow down"))
        #expect(
            try webhook(server, "/status/502").send(notice(1), now: start)
                == .retry(after: nil, reason: "HTTP 502: as asked"))
        #expect(
            try webhook(server, "/status/410").send(notice(1), now: start)
                == .gone(reason: "the receiver answered 410 Gone"))
        #expect(try webhook(server, "/redirect").send(notice(1), now: start) == .permanent(reason: "HTTP 302"))
        #expect(try server.messages(WebRecord.self).count == 4)
    }

    @Test("A pause until a time of day is one of so many seconds by the other side's own clock")
    func pauseUntil() throws {
        let server = try TestServer.web()
        guard case .retry(let after?, _) = try webhook(server, "/retry-date/5820").send(notice(1), now: start) else {
            Issue.record("the time in Retry-After must be obeyed")
            return
        }
        #expect((5818...5820).contains(after))
        func pause(_ until: String, date: String? = "Sun, 06 Nov 2033 08:00:00 GMT") -> DeliveryOutcome {
            let headers = ["retry-after": until, "date": date].compactMapValues { $0 }
            return HTTPResponse(status: 429, headers: headers).outcome(remoteID: nil)
        }
        for form in ["Sun, 06 Nov 2033 08:49:37 GMT", "Sunday, 06-Nov-33 08:49:37 GMT", "Sun Nov  6 08:49:37 2033"] {
            #expect(pause(form) == .retry(after: 2977, reason: "HTTP 429"), "\(form)")
        }
        #expect(pause("Sun, 06 Nov 2033 07:00:00 GMT") == .retry(after: 0, reason: "HTTP 429"))
        for form in ["soon", "", "Sun, 31 Feb 2033 08:49:37 GMT", "Sun, 06 Nov 2033 25:49:37 GMT", "Sun, 06 Nov 2033"] {
            #expect(pause(form) == .retry(after: nil, reason: "HTTP 429"), "\(form)")
        }
        #expect(pause("Sun, 06 Nov 2033 08:49:37 GMT", date: nil) == .retry(after: nil, reason: "HTTP 429"))
    }

    @Test("a webhook goes only to the holder of a verified certificate")
    func certificates() throws {
        let authority = try TestAuthority()
        let server = try TestServer.web(authority: authority)
        let trusted = try webhook(server, "/status/200", scheme: "https", authority: authority)
        #expect(trusted.send(notice(1), now: start) == .delivered(remoteID: nil))
        let outcome = try webhook(server, "/status/200", scheme: "https").send(notice(2), now: start)
        guard case .retry = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try server.messages(WebRecord.self).count == 1)
    }

    @Test("figures that would make a webhook too long are left out")
    func tooLong() throws {
        var item = notice(1)
        item.dataJSON = "{\"values\":\"" + String(repeating: "x", count: 30_000) + "\"}"
        let body = WebhookDestination.body(for: item)
        #expect(body.utf8.count < 20_000 && body.contains("\"figures_left_out\":true"))
        item.dataJSON = "not JSON"
        #expect(WebhookDestination.body(for: item).contains("\"figures\":{}"))
    }

    @Test("ntfy shows the end of an alert in place of its beginning")
    func sequence() throws {
        let server = try TestServer.web()
        let destination = try ntfy(server, "/ntfy")
        let raised = notice(1, priority: .now, alert: "a1")
        let returned = notice(2, priority: .now, type: "alert.returned", alert: "a1")
        #expect(destination.send(raised, now: start) == .delivered(remoteID: "id1"))
        #expect(destination.send(returned, now: start) == .delivered(remoteID: "id2"))
        let bodies = try server.messages(WebRecord.self).map { try $0.json(NtfyBody.self) }
        #expect(bodies.map(\.sequenceID) == ["a1", "a1"])
        #expect(bodies.map(\.priority) == [5, 3])
        #expect(bodies.map(\.tags) == [["rotating_light"], ["white_check_mark"]])
        guard case .delivered(_, let warning?) = try ntfy(server, "/ntfy-old").send(raised, now: start) else {
            Issue.record("an old server must be told")
            return
        }
        #expect(warning.contains("older than 2.16"))
    }

    @Test("an ntfy message that was taken without an answer is found again")
    func lookUp() throws {
        let server = try TestServer.web()
        let destination = try ntfy(server, "/ntfy-hang", timeout: 1)
        #expect(destination.lookUp(notice(1), now: start) == .missing)
        guard case .unknown = destination.send(notice(1), now: start) else {
            Issue.record("without an answer nobody knows")
            return
        }
        #expect(destination.lookUp(notice(1), now: start) == .found(remoteID: "id1"))
        #expect(destination.lookUp(notice(2), now: start) == .missing)
        #expect(try ntfy(server, "/status/403").lookUp(notice(1), now: start) == .unsupported)
    }

    @Test("a stop ends a transfer that waits for an answer")
    func stopped() async throws {
        let server = try TestServer.web()
        var shared = try context(environment: ["SECRET": testSecret])
        shared.stop = TransferStop()
        let webhook = WebhookSettings(
            url: "http://127.0.0.1:\(server.port)/hang", secret: .environment("SECRET"), timeoutSeconds: 60)
        let destination = try DestinationSettings(
            name: "d", audience: .stewards, language: "en", kind: .webhook(webhook)
        ).makeDestination(shared)
        let stop = shared.stop
        // On a thread of its own: the pool of the tests may be busy for as long as the transfer would wait.
        async let outcome = onOwnThread { destination.send(notice(1), now: start) }
        let isAsked = try await onOwnThread { try waitUntil(20) { try !server.messages(WebRecord.self).isEmpty } }
        #expect(isAsked)
        let began = ContinuousClock.now
        stop.stop()
        guard case .unknown = try await outcome else {
            Issue.record("a stopped transfer may have arrived")
            return
        }
        #expect(began.duration(to: .now) < .seconds(20))
    }
}
