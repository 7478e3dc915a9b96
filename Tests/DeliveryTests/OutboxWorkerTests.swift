import Foundation
import GatewayModel
import Synchronization
import Testing

@testable import Delivery

@Suite("The outbox worker")
struct OutboxWorkerTests {
    @Test("tries again after 5 s, 5 min, 30 min, 2 h … for three days, then gives up and says so")
    func schedule() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.retry(after: nil, reason: "HTTP 503"))
        let times = bench.run(from: start, until: start.advanced(bySeconds: 10 * 86_400))
        let waits = zip(times.dropFirst(), times).map { $0.milliseconds(since: $1) / 1000 }
        #expect(waits == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
        #expect(Set(bench.destination.sent.map(\.key)) == [key(1)])
        #expect(bench.outbox.entries.map(\.state) == [.dead])
        #expect(bench.lane.status.counts.dead == 1 && bench.lane.status.counts.retried == 10)
        #expect(bench.events.all.contains(.lost(destination: "d", key: key(1), reason: "HTTP 503")))
    }

    @Test("waits as long as the other side asks, with every message")
    func retryAfter() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.retry(after: 600, reason: "HTTP 429"))
        #expect(bench.lane.turn(now: start) == start.advanced(bySeconds: 600))
        bench.outbox.add(notice(2, priority: .now, at: start.advanced(bySeconds: 10)))
        #expect(bench.lane.turn(now: start.advanced(bySeconds: 10)) == start.advanced(bySeconds: 600))
        #expect(bench.destination.sent.map(\.key) == [key(1)])
        bench.destination.answers(.delivered(remoteID: nil))
        #expect(bench.lane.turn(now: start.advanced(bySeconds: 600)) == nil)
        #expect(bench.outbox.entries.map(\.state) == [.sent, .sent])
    }

    @Test("spreads the tries of different messages")
    func jitter() {
        let schedule = RetrySchedule()
        let delays = (0..<200).compactMap {
            schedule.next(afterAttempts: 3, key: key($0), now: start, after: nil)?.milliseconds(since: start)
        }
        #expect(delays.allSatisfy { (1_800_000...1_980_000).contains($0) })
        #expect(Set(delays).count > 150)
        #expect(schedule.next(afterAttempts: 10, key: key(1), now: start, after: nil) == nil)
    }

    @Test("looks first where it does not know, and sends nothing twice that is there")
    func lookUpFirst() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.unknown(reason: "no answer"))
        bench.lane.turn(now: start)
        #expect(bench.outbox.entries.map(\.state) == [.unknown])
        bench.destination.looksUp(.unreachable(reason: "still away"))
        bench.lane.turn(now: start.advanced(bySeconds: 5))
        #expect(bench.outbox.entries.map(\.state) == [.unknown] && bench.destination.sent.count == 1)
        bench.destination.looksUp(.found(remoteID: "r1"))
        bench.lane.turn(now: start.advanced(bySeconds: 305))
        #expect(bench.destination.sent.count == 1 && bench.destination.lookedUp == [key(1), key(1)])
        #expect(bench.outbox.entries.map(\.state) == [.sent])
        #expect(bench.outbox.records.last?.remoteID == "r1")
    }

    @Test("sends again with the same key where the look finds nothing")
    func missing() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.unknown(reason: "no answer"))
        bench.lane.turn(now: start)
        bench.destination.looksUp(.missing)
        bench.destination.answers(.delivered(remoteID: nil))
        bench.lane.turn(now: start.advanced(bySeconds: 5))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(1)])
        #expect(bench.outbox.entries.map(\.state) == [.sent])
    }

    @Test("a message that was under way when the gateway was killed is looked up first")
    func interrupted() throws {
        let bench = try Bench(entries: [OutboxEntry(item: notice(1), state: .sending)])
        bench.destination.looksUp(.found(remoteID: nil))
        bench.lane.turn(now: start)
        #expect(bench.destination.sent.isEmpty && bench.destination.lookedUp == [key(1)])
    }

    @Test("leaves out what no longer makes sense, with the reason on record")
    func recheck() throws {
        let bench = try Bench([notice(1), notice(2, type: "alert.returned")]) { item, _ in
            item.type == "alert.raised" ? .drop(reason: "the alert has ended meanwhile") : .send
        }
        bench.lane.turn(now: start)
        #expect(bench.destination.sent.map(\.key) == [key(2)])
        #expect(bench.outbox.entries.map(\.state) == [.dropped, .sent])
        #expect(bench.outbox.records.first { $0.key == key(1) }?.reason == "the alert has ended meanwhile")
    }

    @Test("one message that always fails does not stop the others")
    func poison() throws {
        let items = (1...20).map { notice($0, at: start.advanced(byMilliseconds: Int64($0))) }
        let bench = try Bench(items)
        bench.destination.fails(key(1))
        bench.run(from: start.advanced(bySeconds: 1), until: start.advanced(bySeconds: 3600))
        #expect(bench.outbox.entries.filter { $0.state == .sent }.count == 19)
        #expect(bench.outbox.entries.filter { $0.state == .pending }.map(\.item.key) == [key(1)])
    }

    @Test("a dead server is not called for every message, and all of them arrive afterwards")
    func rest() throws {
        let bench = try Bench((1...3).map { notice($0) })
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        #expect(bench.lane.turn(now: start) == start.advanced(bySeconds: 60))
        #expect(bench.destination.sent.count == 2)
        bench.destination.answers(.delivered(remoteID: nil))
        #expect(bench.lane.turn(now: start.advanced(bySeconds: 60)) == nil)
        #expect(bench.outbox.entries.map(\.state) == [.sent, .sent, .sent])
    }

    @Test("a destination that is gone is not called again")
    func gone() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.gone(reason: "410"))
        bench.lane.turn(now: start)
        bench.outbox.add(notice(2))
        bench.lane.turn(now: start.advanced(bySeconds: 60))
        #expect(bench.destination.sent.count == 1)
        #expect(bench.outbox.entries.map(\.state) == [.failed, .failed])
        #expect(bench.lane.status.isGone)
        #expect(bench.events.all.contains(.failing(destination: "d", since: start, reason: "410")))
    }

    @Test("tells once that a destination fails, and when it works again")
    func failing() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        bench.run(from: start, until: start.advanced(bySeconds: 6 * 3600))
        #expect(bench.events.all == [.failing(destination: "d", since: start, reason: "refused")])
        bench.destination.answers(.delivered(remoteID: nil))
        bench.outbox.add(notice(2, at: start.advanced(bySeconds: 6 * 3600)))
        bench.lane.turn(now: start.advanced(bySeconds: 6 * 3600))
        #expect(bench.events.all.last == .recovered(destination: "d"))
        #expect(bench.events.all.count == 2)
        #expect(bench.lane.status.failingSince == nil)
    }

    @Test("an outbox that cannot store an outcome makes nothing go out twice")
    func failingOutbox() throws {
        let outbox = StubbornOutbox(MemoryOutbox([OutboxEntry(item: notice(1))]))
        let destination = ScriptedDestination()
        let lane = DestinationLane(
            destination: destination, outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(), recheck: { _, _ in .send }, onEvent: { _ in })
        outbox.isBroken.store(true, ordering: .relaxed)
        #expect(lane.turn(now: start) == start.advanced(bySeconds: 5))
        #expect(lane.turn(now: start.advanced(bySeconds: 5)) == start.advanced(bySeconds: 10))
        outbox.isBroken.store(false, ordering: .relaxed)
        #expect(lane.turn(now: start.advanced(bySeconds: 10)) == nil)
        #expect(destination.sent.count == 1 && outbox.inner.entries.map(\.state) == [.sent])
        #expect(lane.status.counts.outboxErrors == 2)
    }

    /// An outbox whose disk is full.
    private final class StubbornOutbox: Outbox {
        let inner: MemoryOutbox
        let isBroken = Atomic(false)
        struct DiskFull: Error {}

        init(_ inner: MemoryOutbox) { self.inner = inner }
        func claim(destination: String, now: Instant, limit: Int, includingLater: Bool) throws -> [OutboxEntry] {
            inner.claim(destination: destination, now: now, limit: limit, includingLater: includingLater)
        }
        func claimAll(destination: String, now: Instant, limit: Int) throws -> [OutboxEntry] {
            inner.claimAll(destination: destination, now: now, limit: limit)
        }
        func record(_ records: [DeliveryRecord]) throws {
            if isBroken.load(ordering: .relaxed) { throw DiskFull() }
            inner.record(records)
        }
        func restUntil(destination: String) throws -> Instant? { inner.restUntil(destination: destination) }
        func nextDue(destination: String) throws -> Instant? { inner.nextDue(destination: destination) }
        func oldestPending(destination: String) throws -> Instant? { inner.oldestPending(destination: destination) }
        func waiting(destination: String) throws -> Int { inner.waiting(destination: destination) }
        func calls(to alert: String, destination: String) throws -> [String] {
            inner.calls(to: alert, destination: destination)
        }
    }
}

@Suite("Field case 18: mail and push down for two days")
struct OutageTests {
    private let twoDays: Int64 = 2 * 86_400

    /// One change every hour while nothing gets through, with a restart of the gateway after the first day.
    private func outage(_ answer: DeliveryOutcome) throws -> Bench {
        var bench = try Bench()
        bench.destination.answers(answer)
        for hour in 0..<48 {
            let time = start.advanced(bySeconds: Int64(hour) * 3600)
            bench.outbox.add(
                notice(
                    hour, priority: hour % 12 == 0 ? .now : .today,
                    type: hour % 2 == 0 ? "alert.raised" : "alert.returned", at: time))
            bench.run(from: time, until: time.advanced(bySeconds: 3599))
            if hour == 24 { bench = try bench.restarted() }
        }
        return bench
    }

    @Test("Case 18: after two days without a way out one digest comes, not one message per change")
    func oneDigest() throws {
        let bench = try outage(.retry(after: nil, reason: "refused"))
        #expect(bench.outbox.waiting(destination: "d") == 48)
        bench.destination.forget()
        bench.destination.answers(.delivered(remoteID: "m1"))
        let end = start.advanced(bySeconds: twoDays)
        bench.run(from: end, until: end.advanced(bySeconds: 86_400))
        let sent = bench.destination.sent
        #expect(sent.count == 1)
        let digest = try #require(sent.first)
        #expect(digest.type == "digest" && digest.priority == .now)
        #expect(digest.title == "48 notices that could not be sent")
        let lines = digest.body.split(separator: "\n")
        try #require(lines.count == 22)
        #expect(
            lines[0] == "From 2026-11-18 11:06 to 2026-11-20 10:06 this destination could not be reached. "
                + "48 notices waited; the most urgent and newest first:")
        #expect(lines[1] == "2026-11-19 23:06  Notice 36" && lines[21] == "and 28 more; the box shows them all.")
        #expect(bench.outbox.entries.allSatisfy { $0.state == .sent && $0.digest == digest.key })
        #expect(bench.lane.status.counts.digested == 48)
    }

    @Test("a digest whose fate is unknown is repeated as the same message")
    func sameDigest() throws {
        let bench = try outage(.retry(after: nil, reason: "refused"))
        bench.destination.forget()
        bench.destination.answers(.unknown(reason: "no answer"))
        let end = start.advanced(bySeconds: twoDays)
        bench.run(from: end, until: end.advanced(bySeconds: 3600))
        bench.outbox.add(notice(99, at: end.advanced(bySeconds: 3600)))
        bench.destination.answers(.delivered(remoteID: nil))
        bench.run(from: end.advanced(bySeconds: 3600), until: end.advanced(bySeconds: 86_400))
        let digests = bench.destination.sent.filter { $0.type == "digest" }
        #expect(digests.count >= 2)
        #expect(Set(digests.map { $0 }).count == 1)
        #expect(bench.destination.sent.filter { $0.type != "digest" }.map(\.key) == [key(99)])
        #expect(bench.outbox.waiting(destination: "d") == 0)
    }

    @Test("few messages stay messages of their own")
    func few() throws {
        let bench = try Bench((1...3).map { notice($0) })
        bench.run(from: start.advanced(bySeconds: twoDays), until: start.advanced(bySeconds: twoDays + 60))
        #expect(bench.destination.sent.map(\.key) == [key(1), key(2), key(3)])
    }

    @Test("the queue survives a restart with its attempts")
    func restart() throws {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.retry(after: nil, reason: "refused"))
        bench.run(from: start, until: start.advanced(bySeconds: 10))
        let again = try bench.restarted()
        #expect(again.outbox.entries.map(\.attempts) == [2])
        #expect(again.lane.turn(now: start.advanced(bySeconds: 11)) == start.advanced(bySeconds: 305))
    }
}
