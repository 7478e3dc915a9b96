import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a broker's destination leaves behind when it is taken out of the configuration.
@Suite("A broker's destination that is taken out", .serialized, .timeLimit(.minutes(5)))
struct RemovedDestinationTests {
    @Test("The last notice of a type goes from a real broker at the next start, once")
    func notice() throws {
        let boards = try TemporaryFolder("boards")
        let gateway = try GatewayUnderTest(
            extra: """
                sign_of_life: {at: "09:00", to: [neighbours]}
                destinations:
                  - {name: neighbours, kind: mqtt, audience: public}
                """)
        let heard = try ChildProcess(
            "/usr/bin/mosquitto_sub", ["-p", "\(gateway.broker.port)", "-F", "%t=%p", "-t", "commons/test/notices/#"])
        func last() -> String? { heard.output.split(separator: "\n").last.map(String.init) }
        try gateway.startListening()
        #expect(waitUntil(30) { last()?.hasPrefix("commons/test/notices/life.sign={") == true }, "\(heard.output)")
        #expect(gateway.stop() == .exited(0))
        try gateway.change(
            "{name: neighbours, kind: mqtt, audience: public}",
            to: "{name: neighbours, kind: files, audience: stewards, folder: \(boards.path)}")
        try gateway.change("{name: neighbours, kind", to: "{name: board, kind")
        try gateway.change("to: [neighbours]", to: "to: [board]")
        try gateway.startListening()
        #expect(waitUntil(30) { last() == "commons/test/notices/life.sign=" }, "\(heard.output)")
        let site = try Site.load(configFile: gateway.config)
        func taken() throws -> [String] {
            try site.readingStore().outboxEntries().filter { $0.item.destination == RetainedStates.name }
                .map { "\($0.item.type) \($0.state.rawValue)" }
        }
        #expect(waitUntil(30) { (try? taken()) == ["alert.withdrawn sent"] })
        #expect(gateway.stop() == .exited(0))
        try gateway.startListening()
        #expect(gateway.stop() == .exited(0))
        #expect(try taken() == ["alert.withdrawn sent"])
    }

    /// Everything that waits for a broker's destination has been published.
    private func publish(_ village: AlertVillage, _ name: String) throws {
        let waiting = try village.office.store.outboxEntries().filter {
            $0.item.destination == name && $0.state.isWaiting
        }
        try village.office.store.record(
            waiting.map { entry in
                DeliveryRecord(
                    key: entry.item.key, destination: name, state: .sent, attempts: 1, at: village.now,
                    remoteID: entry.item.alert.map { "alerts/\($0)" } ?? "notices/\(entry.item.type)")
            })
    }

    @Test("What it wrote over for readers who stay is told to them again, once; where nobody stays it is taken back")
    func writtenOver() throws {
        let panel = "  - {name: panel, kind: mqtt, audience: members}"
        let room = "  - {name: room, kind: mqtt, audience: stewards}"
        let village = try AlertVillage(panel)
        try village.read(150)
        try publish(village, "panel")
        // Until now two such destinations could stand beside each other; each wrote over the other.
        try village.change(panel, to: room)
        try village.say("Rosa", .answer(alert: 1, answer: .take))
        try publish(village, "room")
        try village.change(room, to: panel)
        for _ in 0..<2 {
            let states = RetainedStates(village.site, village.office.store)
            #expect(states.withdrawals.isEmpty && states.destination == nil)
            #expect(states.retold.map { "\($0.destination) \($0.type)" } == ["panel alert.raised"])
            village.office.pipeline.batch.outbox += states.retold
            try village.commit()
            try publish(village, "panel")
        }
        #expect(
            try village.office.store.outboxEntries().filter { $0.item.destination == "panel" && $0.item.alert != nil }
                .map(\.item.type) == ["alert.raised", "alert.raised"])
        try village.change(panel, to: "")
        let states = RetainedStates(village.site, village.office.store)
        #expect(states.retold.isEmpty && Set(states.withdrawals.map(\.type)) == ["alert.withdrawn"])
        let id = try #require(try village.office.store.alert(number: 1)).id
        #expect(Set(states.withdrawals.compactMap(\.alert)) == [id])
        #expect(states.destination?.name == RetainedStates.name)
    }
}
