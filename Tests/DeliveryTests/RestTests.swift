import GatewayModel
import Storage
import TestSupport
import Testing

@testable import Delivery

/// A pause that a real server asks for, over a restart of the gateway on its real store.
@Suite("A pause that a destination asks for")
struct RestTests {
    private let folder: TemporaryFolder
    private let server: TestServer

    init() throws {
        folder = try TemporaryFolder("rest")
        server = try TestServer.web()
    }

    /// The store and the lane as they are after a start; the server answers 429 with `Retry-After: 3600`.
    private func started(path: String = "retry/3600") throws -> (store: Store, lane: DestinationLane) {
        let store = try Store.open(
            folder: folder.path, options: Store.Options(community: "village", kind: .real), now: start)
        let webhook = WebhookSettings(
            url: "http://127.0.0.1:\(server.port)/\(path)", secret: .environment("SECRET"))
        let destination = try settings(.webhook(webhook)).makeDestination(context(environment: ["SECRET": testSecret]))
        let lane = DestinationLane(
            destination: destination, outbox: store, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(schedule: RetrySchedule(jitter: 0)), recheck: { _, _ in .send },
            onEvent: { _ in })
        return (store, lane)
    }

    private func add(_ item: OutboxItem, to store: Store, at now: Instant) throws {
        var batch = Batch(committedAt: now)
        batch.outbox = [item]
        try store.commit(batch)
    }

    private var requests: Int {
        get throws { try server.messages(WebRecord.self).count }
    }

    @Test("holds over a restart, for every message, to the second it was asked for")
    func restart() throws {
        let end = start.advanced(bySeconds: 3600)
        var (store, lane) = try started()
        try add(notice(1), to: store, at: start)
        lane.turn(now: start)
        #expect(try requests == 1)
        for minute in [1, 20, 59] {
            try store.close()
            (store, lane) = try started()
            let now = start.advanced(bySeconds: Int64(minute) * 60)
            // What has only just come is due at once, and would take along what waits.
            try add(notice(1 + minute, priority: .now, at: now), to: store, at: now)
            #expect(lane.turn(now: now) == end)
            #expect(try requests == 1)
        }
        try store.close()
        (store, lane) = try started(path: "status/200")
        #expect(lane.turn(now: end.advanced(byMilliseconds: -1)) == end)
        #expect(try requests == 1)
        #expect(lane.turn(now: end) == nil)
        #expect(try store.outboxEntries().map(\.state) == [.sent, .sent, .sent, .sent])
        try store.close()
    }

    @Test("that would last longer than a day was stored under a wrong clock, and holds nobody up")
    func wrongClock() throws {
        var (store, lane) = try started()
        let later = start.advanced(bySeconds: 40 * 86_400)
        try add(notice(1, at: later), to: store, at: later)
        lane.turn(now: later)
        #expect(try requests == 1)
        try store.close()
        (store, lane) = try started(path: "status/200")
        try add(notice(2), to: store, at: start)
        lane.turn(now: start)
        #expect(try store.outboxEntries().map(\.state) == [.sent, .sent])
        try store.close()
    }
}
