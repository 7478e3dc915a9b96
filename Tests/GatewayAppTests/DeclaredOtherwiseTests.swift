import Alerting
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The files say something else of a sensor while an alert about it is open.
@Suite("Declared otherwise while an alert is open", .serialized)
struct DeclaredOtherwiseTests {
    private static let rhythm = ", rhythm: {interval: 1 min, silent_after: 5 min}"
    private static let pantry = ["cold", "plug"].map {
        "      - {id: \($0)/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: \($0), channel: power\(rhythm)}"
    }.joined(separator: "\n")

    private func open(_ village: AlertVillage) throws -> [Alert] { try village.office.store.alerts(openOnly: true) }

    private func words(_ village: AlertVillage) throws -> [String] {
        try village.office.store.outboxEntries().map { "\($0.item.title). \($0.item.body)" }
    }

    private func listen(_ village: AlertVillage) {
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
    }

    @Test("A place of another name is another place: the old one calls no longer, and what is silent stays covered")
    func place() throws {
        for isRunning in [false, true] {
            let village = try AlertVillage(sensors: Self.pantry)
            listen(village)
            try village.read(60, of: "cold")
            try village.read(60)
            try village.wait(until: 400)
            let old = try #require(try open(village).first { $0.cause == .box(.placeSilent) }).number
            try village.change("place: pantry", to: "place: larder", isRunning: isRunning)
            let places = try open(village).filter { $0.cause == .box(.placeSilent) }
            #expect(places.map(\.subject) == ["larder"] && places.map(\.priority) == [.now])
            let sensors = try open(village).filter { $0.cause == .box(.sensorSilent) }
            #expect(sensors.map(\.coveredBy) == [places.first?.number, places.first?.number])
            #expect(try village.office.store.alert(number: old)?.outcome == .ended)
            let over = try words(village).filter { $0.hasPrefix("OVER \(old): ") }
            #expect(over.count == 1 && over[0].hasSuffix("pantry: no sensor there is waited for any more."), "\(over)")
            #expect(try !village.told().contains { $0.contains("/power is silent") })
            listen(village)
            try village.read(61, of: "cold")
            try village.read(61)
            #expect(try open(village).isEmpty)
        }
    }

    @Test("A silent sensor that nobody expects any more is no alert; expected again, its next silence is a new one")
    func rhythm() throws {
        for isRunning in [false, true] {
            let village = try AlertVillage(
                sensors: Self.pantry.replacing("place: pantry, device: cold", with: "place: cellar, device: cold"))
            listen(village)
            try village.read(60)
            try village.wait(until: 100)
            try village.read(60, of: "cold")
            try village.wait(until: 390)
            #expect(try open(village).map(\.subject) == ["plug/power"])
            let plug = "device: plug, channel: power"
            try village.change(plug + Self.rhythm, to: plug, isRunning: isRunning)
            #expect(try open(village).isEmpty)
            let over = try #require(try words(village).last { $0.hasPrefix("OVER 1: ") })
            #expect(over.hasSuffix("plug/power is not waited for any more: its sheet has no rhythm now."), "\(over)")
            try village.change(plug, to: plug + Self.rhythm, isRunning: isRunning)
            listen(village)
            try village.wait(until: 395)
            #expect(try open(village).isEmpty)
            try village.wait(until: 900)
            #expect(try open(village).filter { $0.cause == .box(.sensorSilent) }.map(\.subject).contains("plug/power"))
            try village.read(61)
            #expect(try open(village).map(\.subject) == ["cold/power"])
        }
    }

    @Test("A sensor that was taken out of the file is waited for no more, and keeps its history")
    func scrapped() throws {
        for isRunning in [false, true] {
            let village = try AlertVillage(sensors: Self.pantry)
            listen(village)
            try village.read(60)
            try village.wait(until: 320)
            try village.read(60, of: "cold")
            #expect(try open(village).map(\.subject) == ["plug/power"])
            let line = try #require(Self.pantry.split(separator: "\n").last).description
            try village.change(line, to: "", isRunning: isRunning)
            #expect(try open(village).isEmpty)
            let plug = try #require(try village.office.store.sensors().first { $0.id.rawValue == "plug/power" })
            #expect(plug.rhythm == nil && plug.place == "pantry")
            #expect(try village.office.store.readings(ReadingQuery(.sensors([plug.id]))).count == 2)
            try village.restart()
            listen(village)
            try village.wait(until: 9000)
            #expect(try open(village).map(\.subject) == ["cold/power"])
        }
    }

    @Test("What becomes a home's while it is passed is the home's business: nobody else is called or told by name")
    func home() throws {
        for isRunning in [false, true] {
            let folder = try TemporaryFolder("declared")
            let village = try AlertVillage(
                """
                  - {name: house, kind: mqtt, audience: members}
                  - {name: home-9, kind: files, audience: person, household: house-09, folder: \(folder.path)/home-9}
                """)
            try village.read(150)
            let number = try #require(try open(village).first).number
            let before = try village.told()
            try village.change(
                "visibility: community, place: kitchen", to: "visibility: household, place: house-09",
                isRunning: isRunning)
            let alert = try #require(try open(village).first { $0.number == number })
            #expect(alert.homePoints.map(\.rawValue) == ["plug/power"] && alert.audience == .person)
            // What the broker keeps for the members is taken back.
            let items = try village.office.store.outboxEntries().map(\.item)
            #expect(items.filter { $0.type == "alert.withdrawn" }.map(\.destination) == ["house"])
            try village.wait(until: 4 * 3600)
            try village.read(20)
            let told = try village.told().dropFirst(before.count).filter { !$0.hasPrefix("The settings of the box") }
            #expect(told.isEmpty, "\(told)")
            #expect(try village.told("home-9").contains { $0.hasPrefix("OVER \(number): ") })
        }
    }

    @Test("A home's device that sends too much is named to nobody but the home")
    func flood() throws {
        let folder = try TemporaryFolder("declared")
        let village = try AlertVillage(
            "  - {name: home-9, kind: files, audience: person, household: house-09, folder: \(folder.path)/home-9}",
            sensors: AlertVillage.plugs + """

                  - {id: house-9/power, resource: energy, quantity: active_power, role: condition, unit: W, place: house-09, device: fridge-of-ona, channel: power, rhythm: {interval: 1 h}}
                """)
        for index in 0..<730 {
            let message = InboundMessage(
                topic: "zigbee2mqtt/fridge-of-ona", payload: Array("{\"power\": \(100 + index % 7)}".utf8),
                receivedAt: village.now.advanced(bySeconds: Int64(index)))
            _ = village.office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        }
        try village.commit()
        let alert = try #require(try open(village).first { $0.cause == .box(.tooManyMessages) })
        #expect(alert.audience == .person)
        #expect(try village.told("home-9") == ["TODAY \(alert.number): Too many messages: fridge-of-ona"])
        #expect(try village.told().filter { $0.contains("fridge-of-ona") }.isEmpty)
    }
}
