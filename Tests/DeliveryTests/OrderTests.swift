import GatewayModel
import Storage
import TestSupport
import Testing

@testable import Delivery

@Suite("The order in which a destination gets what waited")
struct OrderTests {
    private func time(_ seconds: Int64) -> Instant { start.advanced(bySeconds: seconds) }

    /// A notice that has failed some times already; `wait` seconds after the start it is tried again.
    private func tried(
        _ number: Int, _ attempts: Int, wait: Int64, priority: Priority = .today, type: String = "alert.raised",
        at seconds: Int64
    ) -> OutboxEntry {
        OutboxEntry(
            item: notice(number, priority: priority, type: type, alert: "a\(number)", at: time(seconds)),
            attempts: attempts, nextAt: time(wait))
    }

    @Test("The oldest goes first although it is not due, and an agenda that was put back takes its place")
    func afterAnOutage() throws {
        let bench = try Bench(entries: [
            tried(1, 4, wait: 9000, at: 0), tried(2, 3, wait: 7000, at: 10), tried(3, 2, wait: 900, at: 20),
            tried(4, 3, wait: 2400, priority: .assembly, type: "agenda.posted", at: 5),
            OutboxEntry(item: notice(5, at: time(600))), OutboxEntry(item: notice(6, priority: .now, at: time(601))),
        ])
        #expect(bench.lane.turn(now: time(601)) == nil)
        #expect(bench.destination.sent.map(\.key) == [6, 1, 2, 3, 5, 4].map { key($0) })
        #expect(bench.outbox.entries.allSatisfy { $0.state == .sent })
    }

    @Test("While the destination is away a try before its time uses up no attempt, and only what is due is charged")
    func stillAway() throws {
        let bench = try Bench(entries: [tried(1, 4, wait: 9000, at: 0), OutboxEntry(item: notice(2, at: time(600)))])
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        #expect(bench.lane.turn(now: time(600)) == time(660))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(2)])
        #expect(bench.outbox.entries.map(\.attempts) == [4, 1])
        #expect(bench.outbox.entries.map(\.nextAt) == [time(9000), time(605)])
        bench.destination.answers(.delivered(remoteID: nil))
        #expect(bench.lane.turn(now: time(660)) == nil)
        #expect(bench.destination.sent.suffix(2).map(\.key) == [key(1), key(2)])
    }

    @Test(
        "A broker that is back gets at once what waits for later, but nothing that is held back; a try uses nothing up")
    func back() throws {
        var held = notice(3, at: time(15))
        held.notBefore = time(50_000)
        let bench = try Bench(
            entries: [
                tried(1, 4, wait: 9000, at: 0), tried(2, 3, wait: 7000, at: 10),
                OutboxEntry(item: held, nextAt: time(50_000)),
            ], destination: ScriptedDestination(keepsStates: true))
        bench.destination.answers(.retry(after: nil, reason: "the broker is away"))
        bench.run(from: time(600), until: time(600))
        #expect(bench.destination.sent.isEmpty)
        bench.destination.listens(true)
        bench.run(from: time(601), until: time(601))
        #expect(bench.destination.sent.map(\.key) == [key(1)])
        #expect(bench.outbox.entries.map(\.attempts) == [4, 3, 0])
        bench.destination.forget()
        bench.destination.answers(.delivered(remoteID: nil))
        bench.run(from: time(660), until: time(660))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(2)])
        #expect(bench.outbox.entries.map(\.state) == [.sent, .sent, .pending])
    }

    @Test("A destination that is away is the answer to all that are due: it is called more and more seldom")
    func oneAnswer() throws {
        let denied = DeliveryOutcome.denied(reason: "HTTP 401")
        let uncertain = OutboxEntry(item: notice(3, at: time(30)), state: .unknown, attempts: 1, nextAt: time(500))
        let bench = try Bench(
            entries: [tried(1, 4, wait: 90_000, at: 0), OutboxEntry(item: notice(2, at: time(600))), uncertain])
        bench.destination.answers(denied)
        let times = bench.run(from: time(600), until: time(600 + 7200))
        #expect(times == [600, 660, 900, 960, 2700, 2760].map(time), "\(times)")
        #expect(Set(bench.destination.sent.map(\.key)) == [key(1)])
        #expect(bench.outbox.entries.map(\.attempts) == [4, 4, 4])
        // What may have arrived is still looked for first.
        #expect(bench.outbox.entries.map(\.state) == [.pending, .unknown, .pending])
    }

    @Test("What the destination refuses while others get through waits for its own time and stands before nobody")
    func refused() throws {
        let bench = try Bench([notice(1), notice(2, at: time(1))])
        bench.destination.fails(key(1))
        bench.run(from: time(1), until: time(10))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(2), key(1)])
        // It has failed alone, which looks like an outage; what comes is not kept waiting for it.
        bench.destination.forget()
        bench.outbox.add(notice(3, at: time(60)))
        bench.run(from: time(60), until: time(60))
        #expect(bench.destination.sent.map(\.key) == [key(3)])
        // After an outage of the destination itself it is tried with the others.
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        for number in 4...5 { bench.outbox.add(notice(number, at: time(100))) }
        bench.run(from: time(100), until: time(100))
        bench.destination.fails()
        bench.destination.answers(.delivered(remoteID: nil))
        bench.destination.forget()
        bench.run(from: time(160), until: time(160))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(4), key(5)])
    }

    @Test("No state passes an older one that waits: a lamp shows what is so, also where only the newest is due")
    func states() throws {
        let raised = tried(1, 3, wait: 2000, priority: .now, at: 0)
        var over = notice(2, type: "alert.returned", alert: "a1", at: time(400))
        over.priority = .now
        let bench = try Bench(
            entries: [raised, OutboxEntry(item: over)], destination: ScriptedDestination(keepsStates: true))
        bench.destination.answers(.unknown(reason: "the broker did not confirm"))
        // One probe speaks for both: the older is asked, the one that was due has used up an attempt.
        #expect(bench.lane.turn(now: time(400)) == time(405))
        #expect(bench.destination.sent.map(\.key) == [key(1)])
        #expect(bench.outbox.entries.map(\.attempts) == [3, 1])
        let again = try bench.restarted()
        again.destination.answers(.delivered(remoteID: nil))
        #expect(again.lane.turn(now: time(405)) == nil)
        #expect(again.destination.sent.map(\.key) == [key(1), key(1), key(2)])
    }

    @Test("Where more waits than one turn takes, what is due is among it")
    func many() throws {
        var settings = OutboxWorkerSettings(schedule: RetrySchedule(jitter: 0))
        settings.batchLimit = 3
        let waiting = (1...5).map { tried($0, 4, wait: 9000, priority: .now, at: Int64($0)) }
        let bench = try Bench(entries: waiting + [OutboxEntry(item: notice(9, at: time(600)))], settings: settings)
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        #expect(bench.lane.turn(now: time(600)) == time(660))
        #expect(bench.outbox.entries.last?.attempts == 1)
    }
}

/// The same on a real store, with a server that is not there and then is.
@Suite("The order after an outage, on the real store")
struct StoredOrderTests {
    private func lane(_ store: Store, port: Int) throws -> DestinationLane {
        let webhook = WebhookSettings(url: "http://127.0.0.1:\(port)/status/200", secret: .environment("SECRET"))
        return DestinationLane(
            destination: try settings(.webhook(webhook)).makeDestination(context(environment: ["SECRET": testSecret])),
            outbox: store, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(schedule: RetrySchedule(jitter: 0)), recheck: { _, _ in .send },
            onEvent: { _ in })
    }

    @Test("What comes when the server is back goes out in its place, and an agenda before its time")
    func outage() throws {
        let folder = try TemporaryFolder("order")
        let store = try Store.open(
            folder: folder.path, options: Store.Options(community: "village", kind: .real), now: start)
        func add(_ items: OutboxItem..., at seconds: Int64) throws {
            var batch = Batch(committedAt: start.advanced(bySeconds: seconds))
            batch.outbox = items
            try store.commit(batch)
        }
        let away = try lane(store, port: 1)
        let agenda = notice(1, priority: .assembly, type: "agenda.posted", title: "The agenda")
        try add(agenda, notice(2, title: "The first", at: start.advanced(bySeconds: 1)), at: 1)
        for seconds: Int64 in [1, 61, 70, 361, 421] { away.turn(now: start.advanced(bySeconds: seconds)) }
        #expect(try store.outboxEntries().map(\.attempts) == [3, 3])
        let later = start.advanced(bySeconds: 600)
        try add(notice(3, title: "The second", at: later), at: 600)
        // What is due is claimed before what only goes along.
        let due = try store.claim(destination: "d", now: later, limit: 1, includingLater: true)
        #expect(due.map(\.item.title) == ["The second"])
        let server = try TestServer.web()
        #expect(try lane(store, port: server.port).turn(now: later) == nil)
        let sent = try server.messages(WebRecord.self).map { try $0.json(WebhookBody.self).data.title }
        #expect(sent == ["The first", "The second", "The agenda"])
        #expect(try store.outboxEntries().allSatisfy { $0.state == .sent })
        try store.close()
    }
}
