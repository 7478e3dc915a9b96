import GatewayModel
import Testing

@testable import Delivery

@Suite("The siren")
struct SirenTests {
    private func make(_ publisher: RecordingPublisher, soundsFor: Int = 0) throws -> any Destination {
        let siren = SirenSettings(topic: "sirens/yard", soundsFor: soundsFor)
        return try settings(.siren(siren)).makeDestination(context(publisher: publisher))
    }

    private func words(_ publisher: RecordingPublisher) -> [String] {
        publisher.published.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test("sounds for what cannot wait, goes silent by itself and leaves nothing on the broker")
    func sounds() throws {
        let publisher = RecordingPublisher(.confirmed)
        let destination = try make(publisher, soundsFor: 1)
        let began = ContinuousClock.now
        let outcome = destination.send(notice(1, priority: .now, alert: "a1"), now: start)
        #expect(outcome == .delivered(remoteID: "sirens/yard"))
        #expect(began.duration(to: .now) >= .seconds(1))
        #expect(words(publisher) == ["ON", "OFF"])
        #expect(publisher.published.allSatisfy { $0.topic == "sirens/yard" && !$0.retain })
    }

    @Test(
        "stays silent for everything else",
        arguments: [
            notice(1, priority: .today, alert: "a"), notice(1, priority: .assembly, alert: "a"),
            notice(1, priority: .now), notice(1, priority: .now, type: "alert.returned", alert: "a"),
            notice(1, priority: .now, type: "alert.taken", alert: "a"),
            notice(1, priority: .now, type: "alert.closed", alert: "a"),
        ])
    func silent(_ item: OutboxItem) throws {
        let publisher = RecordingPublisher(.confirmed)
        let outbox = MemoryOutbox([OutboxEntry(item: item)])
        let lane = DestinationLane(
            destination: try make(publisher), outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(), recheck: { _, _ in .send }, onEvent: { _ in })
        lane.turn(now: start)
        #expect(publisher.published.isEmpty)
        #expect(outbox.records.map(\.state) == [.dropped])
        #expect(outbox.records.first?.reason == "a siren sounds only for alerts that cannot wait")
    }

    @Test("a broker that is away is tried again; one that does not confirm is told to end the noise")
    func broker() throws {
        let item = notice(1, priority: .now, alert: "a1")
        let away = RecordingPublisher(.notConnected)
        #expect(try make(away).send(item, now: start) == .retry(after: nil, reason: "the broker is away"))
        let silent = RecordingPublisher(.unconfirmed)
        #expect(
            try make(silent).send(item, now: start) == .retry(after: nil, reason: "the broker did not confirm"))
        #expect(words(silent) == ["ON", "OFF"])
    }

    @Test("after a restart in the middle of the noise the first look ends it")
    func interrupted() throws {
        let item = notice(1, priority: .now, alert: "a1")
        let publisher = RecordingPublisher(.confirmed)
        let outbox = MemoryOutbox([OutboxEntry(item: item, state: .sending)])
        let lane = DestinationLane(
            destination: try make(publisher), outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
            settings: OutboxWorkerSettings(), recheck: { _, _ in .send }, onEvent: { _ in })
        lane.turn(now: start)
        #expect(words(publisher) == ["OFF"])
        #expect(outbox.entries.map(\.state) == [.sent])
    }

    @Test("a stop of the gateway ends the noise at once")
    func stopped() throws {
        let publisher = RecordingPublisher(.confirmed)
        var shared = try context(publisher: publisher)
        shared.stop = TransferStop()
        let siren = SirenSettings(topic: "sirens/yard", soundsFor: 600)
        let destination = try settings(.siren(siren)).makeDestination(shared)
        shared.stop.stop()
        _ = destination.send(notice(1, priority: .now, alert: "a1"), now: start)
        #expect(words(publisher) == ["ON", "OFF"])
    }
}
