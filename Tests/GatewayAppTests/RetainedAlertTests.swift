import Alerting
import Foundation
import GatewayModel
import Glibc
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a broker holds of an alert goes once the box tells nobody of it there any more.
@Suite("What brokers hold of alerts", .serialized, .timeLimit(.minutes(5)))
struct RetainedAlertTests {
    /// A gateway whose alerts a real broker holds, and what a subscriber heard of them.
    private struct House {
        let gateway: GatewayUnderTest
        let heard: ChildProcess
        private let boards: TemporaryFolder

        init(sensors: String = GatewayUnderTest.plug, audience: String = "members") throws {
            boards = try TemporaryFolder("boards")
            gateway = try GatewayUnderTest(
                sensors: sensors,
                extra: """
                    destinations:
                      - {name: house, kind: mqtt, audience: \(audience), discovery: homeassistant}
                      - {name: board, kind: files, audience: stewards, folder: "\(boards.path)"}
                    """)
            heard = try ChildProcess(
                "/usr/bin/mosquitto_sub",
                [
                    "-p", "\(gateway.broker.port)", "-F", "%t=%p", "-t", "commons/test/alerts/#", "-t",
                    "homeassistant/binary_sensor/#",
                ])
            try gateway.startListening()
            let file = gateway.folder.file("0001-power.md")
            try AlertLifeTests.resolution.write(toFile: file, atomically: true, encoding: .utf8)
            _ = try gateway.command(["limits", "adopt", file, "--yes"])
            try TestPublisher(gateway.broker).publish(["{\"power\": 150}", "{\"power\": 151}"], to: "zigbee2mqtt/plug")
            #expect(
                waitUntil(30) { lines.contains { $0.contains("/config={") && $0.contains("Alert 1") } },
                "\(heard.output)")
        }

        var lines: [String] { heard.output.split(separator: "\n").map(String.init) }

        /// What a subscriber who comes now finds: the last word of the alert's state and of its description.
        var held: [String?] {
            ["commons/test/alerts/", "homeassistant/binary_sensor/commons_test/"].map { prefix in
                lines.last { $0.hasPrefix(prefix) && !$0.contains("/running/") }
                    .flatMap { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).last }.map(
                        String.init)
            }
        }
    }

    @Test("The state and the description of an alert go from the broker when its point becomes a home's")
    func becameHomes() throws {
        let house = try House()
        #expect(house.held.allSatisfy { $0?.hasPrefix("{") == true })
        try house.gateway.change("visibility: community", to: "visibility: household, place: house-09")
        house.gateway.process?.signal(SIGHUP)
        #expect(waitUntil(30) { house.held == ["", ""] }, "\(house.heard.output)")
        // Nothing of it comes back, with the next readings or the next start.
        try TestPublisher(house.gateway.broker).publish(["{\"power\": 20}", "{\"power\": 21}"], to: "zigbee2mqtt/plug")
        #expect(waitUntil(30) { house.gateway.counter("commons_readings_total") == 4 })
        #expect(house.gateway.stop() == .exited(0))
        try house.gateway.startListening()
        #expect(house.gateway.stop() == .exited(0))
        #expect(house.held == ["", ""], "\(house.heard.output)")
    }

    @Test("The alert of a limit that was withdrawn is shown as over, and goes when somebody closes it")
    func limitWithdrawn() throws {
        let house = try House()
        let file = house.gateway.folder.file("0002-none.md")
        let text = AlertLifeTests.resolution.replacing("number: 1", with: "number: 2\nsupersedes: [1]")
        let limits = try #require(text.range(of: "limits:"))
        let end = try #require(text.range(of: "\n---\nNot more"))
        try text.replacingCharacters(in: limits.lowerBound..<end.lowerBound, with: "limits: []")
            .write(toFile: file, atomically: true, encoding: .utf8)
        _ = try house.gateway.command(["limits", "adopt", file, "--yes"])
        #expect(waitUntil(30) { house.held[0]?.contains("\"state\":\"returned\"") == true }, "\(house.heard.output)")
        _ = try house.gateway.command(["alerts", "resolve", "1", "--for", "Rosa", "--cause", "real"])
        #expect(waitUntil(30) { house.held == ["", ""] }, "\(house.heard.output)")
        #expect(house.gateway.stop() == .exited(0))
    }

    @Test("A home that is forgotten leaves nothing of its open alert on the broker")
    func forgotten() throws {
        let house = try House(
            sensors: GatewayUnderTest.plug.replacing("visibility: community", with: "place: house-09"),
            audience: "person, household: house-09")
        _ = try house.gateway.command(["households", "forget", "plug/power", "--for", "Amina"])
        #expect(waitUntil(30) { house.held == ["", ""] }, "\(house.heard.output)")
        #expect(house.gateway.stop() == .exited(0))
    }

    // MARK: What waits for the broker

    /// Has the broker's destination take what waits for it.
    private func publish(_ village: AlertVillage) throws {
        let waiting = try village.office.store.outboxEntries().filter {
            $0.item.destination == "house" && $0.state.isWaiting
        }
        try village.office.store.record(
            waiting.map { entry in
                let topic = entry.item.alert.map { "alerts/\($0)" } ?? "notices/\(entry.item.type)"
                return DeliveryRecord(
                    key: entry.item.key, destination: "house", state: .sent, attempts: 1, at: village.now,
                    remoteID: topic)
            })
    }

    private func waiting(_ village: AlertVillage) throws -> [OutboxItem] {
        try village.office.store.outboxEntries().filter { $0.item.destination == "house" && $0.state.isWaiting }
            .map(\.item)
    }

    @Test(
        "What an older program left of a home's alert, or a closing that never arrived, is taken back at the next start"
    )
    func fromBefore() throws {
        for isPrivate in [true, false] {
            let village = try AlertVillage("  - {name: house, kind: mqtt, audience: members}")
            try village.read(150)
            try publish(village)
            if isPrivate {
                var alert = try #require(try village.office.store.alerts(openOnly: true).first)
                alert.conceal([])
                var batch = Batch(committedAt: village.now)
                batch.alerts = [alert]
                try village.office.store.commit(batch)
            } else {
                try village.read(20)
                try publish(village)
                try village.say("Rosa", .answer(alert: 1, answer: .resolve(.real, note: nil)))
                try village.office.store.record(
                    waiting(village).map {
                        DeliveryRecord(key: $0.key, destination: "house", state: .dead, attempts: 9, at: village.now)
                    })
            }
            let id = try #require(try village.office.store.alert(number: 1)).id
            for _ in 0..<2 {
                try village.restart()
                let items = try waiting(village)
                #expect(items.map(\.type) == ["alert.withdrawn"] && items.map(\.alert) == [id], "\(items)")
            }
            try publish(village)
            try village.restart()
            #expect(try waiting(village).isEmpty)
        }
    }

    @Test("Where the stewards' broker may hold it still, it holds it without the home's name from then on")
    func reworded() throws {
        let village = try AlertVillage("  - {name: house, kind: mqtt, audience: stewards}")
        try village.read(10, of: "cold")
        try publish(village)
        try village.change(
            "visibility: community, place: pantry", to: "visibility: household, place: house-09", isRunning: true)
        let items = try waiting(village).filter { $0.alert != nil }
        #expect(items.map(\.type) == ["alert.raised"])
        #expect(items.allSatisfy { !($0.title + $0.body + $0.dataJSON).contains("cold") }, "\(items)")
        try publish(village)
        try village.restart()
        #expect(try waiting(village).isEmpty)
    }

    @Test("What was erased from an alert is told to the broker again without it")
    func erased() throws {
        let village = try AlertVillage("  - {name: house, kind: mqtt, audience: stewards}")
        try village.read(150)
        let until = village.now.advanced(bySeconds: 3600)
        try village.say("Rosa", .answer(alert: 1, answer: .pause(until: until, why: "zzqx said so")))
        #expect(try waiting(village).contains { $0.body.contains("zzqx") })
        try publish(village)
        try village.wait(until: 4000)
        let paused = try #require(try village.office.store.recordEntries().last { $0.entry.kind == "alert.paused" })
        let before = Set(try waiting(village).map(\.key))
        try #require(try village.say("Amina", .eraseTexts(record: paused.number, names: [], why: "asked"))[0] == "done")
        let again = try waiting(village).filter { !before.contains($0.key) && $0.alert != nil }
        #expect(again.map(\.type) == ["alert.paused"] && again.allSatisfy { !$0.body.contains("zzqx") }, "\(again)")
    }
}
