import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// "Over" takes the place of "raised" in a room, once, whatever the homeserver does.
@Suite("What is over replaces what called people", .serialized)
struct ReplacingTests {
    private let server: TestServer
    private let outbox = MemoryOutbox()
    private let raised = notice(1, priority: .now, title: "Tank low", alert: "a1")

    init() throws { server = try TestServer.web() }

    private func over(_ number: Int = 9, alert: String = "a1", after seconds: Int64 = 600) -> OutboxItem {
        notice(
            number, type: "alert.returned", title: "Over: \(alert)", body: "The tank is at 44 %.", alert: alert,
            at: start.advanced(bySeconds: seconds))
    }

    /// Delivers what waits as the worker would, minute by minute until nothing does.
    private func deliver(_ items: OutboxItem..., path: String = "matrix", timeout: Int = 10, at seconds: Int64) throws {
        for item in items { outbox.add(item) }
        let lane = DestinationLane(
            destination: try Service.matrix.destination(server, path, timeout: timeout), outbox: outbox,
            phrases: try Phrases.book("en"), zone: .utc, settings: OutboxWorkerSettings(),
            recheck: { _, _ in .send }, onEvent: { _ in })
        lane.turn(now: start.advanced(bySeconds: seconds))
    }

    /// What stands in the room: title, and how often it was edited.
    private func room() throws -> [String] {
        try Service.matrix.kept(server).map { kept in
            let title = kept.text.split(separator: "\n").first ?? ""
            return "\(title) (\(kept.edits ?? 0))"
        }
    }

    @Test("one message stands in the room, with the new text and the reference of what is over")
    func replaced() throws {
        try deliver(raised, at: 0)
        #expect(try room() == ["[Alder Court, now] Tank low (0)"])
        try deliver(over(), at: 600)
        #expect(try room() == ["[Alder Court] Over: a1 (1)"])
        let kept = try #require(try Service.matrix.kept(server).first)
        #expect(kept.text == "[Alder Court] Over: a1\n\nThe tank is at 44 %.\n\nref: \(key(9))")
        #expect(kept.formattedBody?.hasPrefix("<p><strong>[Alder Court] Over: a1</strong></p>") == true)
        // What came of it replaces it once more.
        try deliver(
            notice(10, type: "alert.closed", title: "Closed", alert: "a1", at: start.advanced(bySeconds: 900)), at: 900)
        #expect(try room() == ["[Alder Court] Closed (2)"])
        #expect(outbox.entries.allSatisfy { $0.state == .sent })
    }

    @Test("asked again meanwhile: the first call and the last one say that it is over, other alerts stay as they are")
    func askedAgain() throws {
        let called = ["alert.called", "alert.nobody_came", "alert.nobody_came"].enumerated().map { number, type in
            notice(
                number + 2, priority: .now, type: type, title: "Call \(number)", alert: "a1",
                at: start.advanced(bySeconds: Int64(number + 1) * 60))
        }
        let other = notice(7, title: "Frost", alert: "b2", at: start.advanced(bySeconds: 300))
        try deliver(raised, called[0], called[1], at: 120)
        try deliver(called[2], other, at: 300)
        try deliver(over(), at: 600)
        #expect(
            try room() == [
                "[Alder Court] Over: a1 (1)", "[Alder Court, now] Call 0 (0)", "[Alder Court, now] Call 1 (0)",
                "[Alder Court] Over: a1 (1)", "[Alder Court] Frost (0)",
            ])
    }

    @Test(
        "a homeserver that takes the edit and never answers is asked again, and edits once",
        arguments: ["hang", "half"])
    func takenAndNeverTold(_ failure: String) throws {
        try deliver(raised, at: 0)
        try deliver(over(), path: "matrix-\(failure)", timeout: failure == "hang" ? 1 : 10, at: 600)
        #expect(outbox.entries.map(\.state) == [.sent, .unknown])
        try deliver(path: "matrix", at: 1200)
        #expect(outbox.entries.map(\.state) == [.sent, .sent])
        #expect(try room() == ["[Alder Court] Over: a1 (1)"])
    }

    @Test("a message of its own where the first is not known, went out in a digest, or was removed")
    func fallback() throws {
        // Nothing is known of it: the other side never gave it a name.
        try deliver(over(9, alert: "never-told"), at: 600)
        // Four that waited come as one message, which also tells of others.
        let waited = (2...5).map { number in
            notice(number, title: "Waited \(number)", alert: "d\(number)", at: start.advanced(bySeconds: 600))
        }
        for item in waited { outbox.add(item) }
        try deliver(at: 3600)
        try deliver(over(11, alert: "d2", after: 3700), at: 3700)
        // The name belongs to an event that the homeserver does not know (any more).
        let removed = notice(12, title: "Removed", alert: "e1", at: start.advanced(bySeconds: 3800))
        outbox.add(removed)
        outbox.record([
            DeliveryRecord(
                key: removed.key, destination: "d", state: .sent, attempts: 1, at: removed.createdAt,
                remoteID: "$redacted")
        ])
        try deliver(over(13, alert: "e1", after: 3900), at: 3900)
        #expect(
            try room() == [
                "[Alder Court] Over: never-told (0)", "[Alder Court] 4 notices that could not be sent (0)",
                "[Alder Court] Over: d2 (0)", "[Alder Court] Over: e1 (0)",
            ])
        #expect(outbox.entries.allSatisfy { $0.state == .sent })
    }
}
