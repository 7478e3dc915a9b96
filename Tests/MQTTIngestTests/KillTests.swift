import Foundation
import GatewayModel
import Glibc
import MQTTIngest
import TestSupport
import Testing

@Suite("Killed", .serialized, .timeLimit(.minutes(15)))
struct KillTests {
    /// Runs a loop in this process on a store in a file until something kills it, or for some seconds.
    private static func runHere(
        _ port: Int, _ path: String, failPoint: String = "", poison: String? = nil, notes: String = "",
        seconds: Double = 20, until count: Int = .max
    ) {
        if !failPoint.isEmpty { setenv("COMMONS_FAILPOINT", failPoint, 1) }
        var options = BrokerOptions.test(port)
        options.commitInterval = 20
        let store = DurableStore(path: path)
        let ingest = Ingest(
            options, store, notes: notes, endedUncleanly: true,
            urgency: { message in
                if let poison, message.text == poison { raise(SIGKILL) }
                return .whenDue
            })
        waitUntil(seconds) { store.now.messages.count + store.now.putAside.count >= count }
        ingest.stop()
    }

    @Test(
        "killed at any place between receipt and acknowledgement, every message is stored exactly once",
        arguments: ["after-receive", "before-commit", "after-commit", "after-write"])
    func everyFailPoint(place: String) async throws {
        let broker = try MosquittoBroker()
        let folder = try TemporaryFolder()
        let (port, path) = (broker.port, folder.file("store"))
        let setUp = Ingest(.test(port), DurableStore(path: path))
        #expect(setUp.listening())
        setUp.stop()
        try TestPublisher(broker).publish(numbered(3000), to: "t/a")
        for passage in [1, 2, 3, 5] {
            let failPoint = "\(place):\(passage)"
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [port = port as Int, path = path as String, failPoint = failPoint as String] in
                KillTests.runHere(port, path, failPoint: failPoint)
            }
        }
        let store = DurableStore(path: path)
        let last = Ingest(.test(port), store)
        #expect(last.committed(3000) == numbered(3000))
        #expect(store.now.sessions == 1)
    }

    @Test("a message that was being handled at two crashes is put aside, all others are stored once")
    func poison() async throws {
        let broker = try MosquittoBroker()
        let folder = try TemporaryFolder()
        let (port, path, notes) = (broker.port, folder.file("store"), folder.file("pending"))
        let setUp = Ingest(.test(port), DurableStore(path: path))
        #expect(setUp.listening())
        setUp.stop()
        try TestPublisher(broker).publish(["a", "b", "evil", "c", "d"], to: "t/a")
        // The first crash tells nothing yet: the whole batch was pending.
        for _ in 1...3 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [port = port as Int, path = path as String, notes = notes as String] in
                KillTests.runHere(port, path, poison: "evil", notes: notes)
            }
        }
        #expect(DurableStore(path: path).payloads == ["a", "b"])
        await #expect(processExitsWith: .success) {
            [port = port as Int, path = path as String, notes = notes as String] in
            KillTests.runHere(port, path, poison: "evil", notes: notes, until: 5)
        }
        let store = DurableStore(path: path)
        #expect(store.payloads == ["a", "b", "c", "d"])
        #expect(store.now.putAside == ["evil"])
        #expect(!FileManager.default.fileExists(atPath: notes))
        // It was acknowledged: nothing comes again.
        let last = Ingest(.test(port), store, endedUncleanly: false)
        #expect(last.listening())
        try TestPublisher(broker).publish("e", to: "t/a")
        #expect(last.committed(5) == ["a", "b", "c", "d", "e"])
        #expect(store.now.received == 1)
    }
}
