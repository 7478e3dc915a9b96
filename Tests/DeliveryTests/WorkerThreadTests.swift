import Foundation
import GatewayModel
import Synchronization
import Testing

@testable import Delivery

/// A destination that keeps its caller until it is told to go on.
private final class SlowDestination: Destination {
    let name = "slow"
    let audience = Audience.stewards
    let language = "en"
    let isEntered = DispatchSemaphore(value: 0)
    let mayLeave = DispatchSemaphore(value: 0)

    func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        isEntered.signal()
        mayLeave.wait()
        return .delivered(remoteID: nil)
    }
}

@Suite("The worker's threads", .serialized)
struct WorkerThreadTests {
    /// Waits for a condition, at most twenty seconds.
    private func eventually(_ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        while !condition() {
            if ContinuousClock.now > deadline { return false }
            await Task.yield()
        }
        return true
    }

    @Test("a slow destination holds up no other, and a wake-up is enough to deliver")
    func slow() async throws {
        let outbox = MemoryOutbox()
        let slow = SlowDestination()
        let quick = ScriptedDestination("quick")
        let worker = OutboxWorker(
            outbox: outbox, destinations: [slow, quick], phrasebooks: try Phrases.books(), zone: .utc, clock: { start })
        worker.start()
        outbox.add(notice(1, destination: "slow"))
        worker.wake()
        #expect(await eventually { slow.isEntered.wait(timeout: .now()) == .success })
        for number in 2...5 {
            outbox.add(notice(number, destination: "quick"))
            worker.wake()
            #expect(await eventually { outbox.waiting(destination: "quick") == 0 })
        }
        #expect(quick.sent.map(\.key) == [key(2), key(3), key(4), key(5)])
        #expect(outbox.waiting(destination: "slow") == 1)
        #expect(!worker.stopAndWait(seconds: 0.05))
        slow.mayLeave.signal()
        #expect(worker.stopAndWait())
        #expect(worker.statuses.map(\.counts.delivered) == [1, 4])
    }

    @Test("runs as a service until it is cancelled")
    func service() async throws {
        let outbox = MemoryOutbox()
        let destination = ScriptedDestination()
        let worker = OutboxWorker(
            outbox: outbox, destinations: [destination], phrasebooks: try Phrases.books(), zone: .utc, clock: { start })
        let service = Task { await worker.run() }
        outbox.add(notice(1))
        worker.wake()
        #expect(await eventually { outbox.waiting(destination: "d") == 0 })
        service.cancel()
        await service.value
        #expect(destination.sent.map(\.key) == [key(1)])
    }
}
