import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("A key that is refused", .serialized)
struct DeniedTests {
    @Test("is told at once, the message waits, and the first success ends it")
    func lane() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.denied(reason: "HTTP 401"))
        bench.run(from: start, until: start)
        #expect(bench.events.all == [.failing(destination: "d", since: start, reason: "HTTP 401")])
        #expect(bench.outbox.entries.map(\.state) == [.pending])
        bench.run(from: start.advanced(bySeconds: 60), until: start.advanced(bySeconds: 600))
        #expect(bench.events.all.count == 1)
        bench.destination.answers(.delivered(remoteID: nil))
        bench.run(from: start.advanced(bySeconds: 700), until: start.advanced(bySeconds: 3600))
        #expect(bench.events.all.last == .recovered(destination: "d"))
        #expect(bench.outbox.entries.map(\.state) == [.sent])
    }

    @Test("a message that is refused for itself says nothing about the destination before half an hour")
    func ownFault() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.permanent(reason: "HTTP 400"))
        bench.run(from: start, until: start.advanced(bySeconds: 60))
        #expect(bench.events.all == [.lost(destination: "d", key: key(1), reason: "HTTP 400")])
    }

    @Test("a server that answers 401 or 403 denies", arguments: [401, 403])
    func statuses(_ status: Int) throws {
        let server = try TestServer.web()
        let webhook = WebhookSettings(
            url: "http://127.0.0.1:\(server.port)/status/\(status)", secret: .environment("SECRET"))
        let destination = try settings(.webhook(webhook)).makeDestination(context(environment: ["SECRET": testSecret]))
        #expect(destination.send(notice(1), now: start) == .denied(reason: "HTTP \(status): as asked"))
    }

    @Test("a pause that a server asks for holds for every message, and nothing is lost or sent twice")
    func pause() throws {
        let bench = try Bench([notice(1), notice(2)])
        bench.destination.answers(.retry(after: 120, reason: "HTTP 429"))
        bench.run(from: start, until: start)
        #expect(bench.destination.sent.count == 1)
        bench.outbox.add(notice(3))
        bench.run(from: start.advanced(bySeconds: 1), until: start.advanced(bySeconds: 119))
        #expect(bench.destination.sent.count == 1)
        bench.destination.answers(.delivered(remoteID: nil))
        bench.run(from: start.advanced(bySeconds: 120), until: start.advanced(bySeconds: 200))
        #expect(bench.outbox.entries.allSatisfy { $0.state == .sent })
        #expect(bench.destination.sent.count == 4)
    }
}
