import GatewayModel
import Testing

@testable import Delivery

@Suite("A message whose fate is unknown")
struct UncertainTests {
    private func time(_ seconds: Int64) -> Instant { start.advanced(bySeconds: seconds) }

    /// The first notice was taken and never confirmed; its next attempt is five seconds away.
    private func taken() throws -> Bench {
        let bench = try Bench([notice(1)])
        bench.destination.answers(.unknown(reason: "no answer"))
        bench.lane.turn(now: start)
        bench.destination.answers(.delivered(remoteID: nil))
        return bench
    }

    @Test("is looked up too where another notice goes out before its time, and stands there once")
    func beforeItsTime() throws {
        let bench = try taken()
        bench.destination.looksUp(.found(remoteID: "r1"))
        bench.outbox.add(notice(2, at: time(1)))
        bench.run(from: time(1), until: time(3600))
        #expect(bench.destination.lookedUp == [key(1)])
        #expect(bench.destination.sent.map(\.key) == [key(1), key(2)])
        #expect(bench.outbox.entries.map(\.state) == [.sent, .sent])
        #expect(bench.outbox.records.first { $0.state == .sent }?.remoteID == "r1")
    }

    @Test(
        "goes out again at once where it is not there, before what came later, and waits for its time where that cannot be asked"
    )
    func missingAndAway() throws {
        let missing = try taken()
        missing.destination.looksUp(.missing)
        missing.outbox.add(notice(2, at: time(1)))
        missing.run(from: time(1), until: time(1))
        #expect(missing.destination.sent.map(\.key) == [key(1), key(1), key(2)])
        let away = try taken()
        away.destination.looksUp(.unreachable(reason: "refused"))
        away.outbox.add(notice(2, at: time(1)))
        away.lane.turn(now: time(1))
        #expect(away.destination.sent.map(\.key) == [key(1), key(2)])
        // Nothing was tried, so that no attempt is used up.
        #expect(away.outbox.entries.map(\.state) == [.unknown, .sent] && away.outbox.entries[0].attempts == 1)
        away.destination.looksUp(.found(remoteID: nil))
        away.run(from: time(2), until: time(60))
        #expect(away.destination.sent.count == 2 && away.outbox.entries.map(\.state) == [.sent, .sent])
    }

    @Test("A server that cannot be asked is asked once for all that are not due")
    func oneQuestion() throws {
        let entries = (1...20).map { number in
            OutboxEntry(item: notice(number), state: .unknown, attempts: 4, nextAt: time(9000 + Int64(number)))
        }
        let bench = try Bench(entries: entries + [OutboxEntry(item: notice(30), state: .unknown, nextAt: time(60))])
        bench.destination.looksUp(.unreachable(reason: "refused"))
        bench.lane.turn(now: time(60))
        #expect(bench.destination.lookedUp == [key(30)] && bench.destination.sent.isEmpty)
        #expect(bench.outbox.entries.filter { $0.attempts == 4 }.count == 20)
    }

    @Test("A digest that was taken is found under its key, and does not come twice")
    func digest() throws {
        let bench = try Bench((1...5).map { notice($0) })
        bench.destination.answers(.unknown(reason: "no answer"))
        bench.lane.turn(now: time(7200))
        let digest = try #require(bench.destination.sent.first)
        #expect(digest.type == "digest" && bench.destination.lookedUp.isEmpty)
        bench.destination.answers(.delivered(remoteID: nil))
        bench.destination.looksUp(.unreachable(reason: "refused"))
        bench.run(from: time(7205), until: time(7206))
        #expect(bench.outbox.entries.allSatisfy { $0.state == .unknown && $0.digest == digest.key })
        bench.destination.looksUp(.found(remoteID: "d1"))
        bench.run(from: time(7206), until: time(9000))
        #expect(bench.destination.sent.count == 1 && Set(bench.destination.lookedUp) == [digest.key])
        #expect(bench.outbox.entries.allSatisfy { $0.state == .sent && $0.digest == digest.key })
        #expect(bench.lane.status.counts.found == 5)
    }
}
