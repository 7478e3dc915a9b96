import Alerting
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Places that fall silent, from the sensors' rhythm to what people read.
@Suite("A silent place", .serialized)
struct PlaceTests {
    @Test(
        "When every sensor of a place is silent people hear of the place, and what cannot be seen; a home is never named"
    )
    func silentPlace() throws {
        let village = try AlertVillage(
            sensors: """
                  - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: cold, channel: power, rhythm: {interval: 1 min, silent_after: 5 min}}
                  - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: plug, channel: power, rhythm: {interval: 1 min, silent_after: 5 min}}
                  - {id: house-07/a, resource: energy, quantity: active_power, role: condition, unit: W, visibility: household, place: house-07, device: home, channel: power, rhythm: {interval: 1 min, silent_after: 5 min}}
                  - {id: house-07/b, resource: energy, quantity: current, role: condition, unit: A, visibility: household, place: house-07, device: home, channel: current, rhythm: {interval: 1 min, silent_after: 5 min}}
                """)
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
        try village.read(60, of: "cold")
        try village.read(60)
        try village.wait(until: 400)
        let open = try village.office.store.alerts(openOnly: true)
        let place = try #require(open.first { $0.cause == .box(.placeSilent) })
        #expect(place.priority == .now && place.protects == .people && place.subject == "pantry")
        // Since the second of the two is silent, whenever the box looked.
        #expect(place.onset == AlertVillage.begin.advanced(bySeconds: 304))
        #expect(open.filter { $0.coveredBy == place.number }.map(\.subject) == ["cold/power", "plug/power"])
        #expect(open.count { $0.cause == .box(.placeSilent) } == 1)
        let told = try village.told()
        #expect(told.filter { $0.contains("pantry") } == ["NOW \(place.number): Nothing is heard from pantry"])
        #expect(!told.contains { $0.contains("cold/power") || $0.contains("house-07") })
        let item = try #require(try village.office.store.outboxEntries().map(\.item).first { $0.title == told[0] })
        #expect(item.body.contains("We cannot see: The cold store runs, Power of the plug."))
        let list = try AlertDesk(site: village.site).lines(all: false, json: false).joined(separator: "\n")
        #expect(list.contains("covered by alert \(place.number)"))

        try village.read(61, of: "cold")
        #expect(try village.told().contains("OVER \(place.number): Nothing is heard from pantry"))
        func plug() throws -> [AlertState] {
            try village.office.store.alerts(openOnly: true).filter { $0.subject == "plug/power" }.map(\.state)
        }
        // It has one of its intervals to be heard too.
        #expect(try plug() == [.covered])
        try village.wait(until: 470)
        #expect(try plug() == [.raised])
    }

    @Test("The round list names silent sensors, low batteries and who visits them; of homes it only counts")
    func round() throws {
        let village = try AlertVillage(
            sensors: """
                  - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, visited_by: pantry duty, device: cold, channel: power}
                  - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: kitchen, device: plug, channel: power, rhythm: {interval: 1 min, silent_after: 5 min}}
                  - {id: house-07/a, resource: energy, quantity: active_power, role: condition, unit: W, visibility: household, place: house-07, device: home, channel: power}
                """)
        let desk = RoundDesk(site: village.site)
        #expect(try desk.lines(json: false, now: village.now) == ["Nothing has to be visited."])
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
        try village.read(60)
        func battery(_ percent: Int, _ device: String) throws {
            let message = InboundMessage(
                topic: "zigbee2mqtt/\(device)", payload: Array("{\"power\": 70, \"battery\": \(percent)}".utf8),
                receivedAt: village.now)
            _ = village.office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
            try village.commit()
        }
        try battery(19, "cold")
        try battery(5, "home")
        try village.wait(until: 400)
        let lines = try desk.lines(json: false, now: village.now)
        #expect(
            lines == [
                "kitchen: plug/power: silent, overdue since 2026-11-10 12:05 (nobody named)",
                "pantry: cold/power: battery low (19 %) (pantry duty)",
                "Homes where something is silent or a battery is low: 1. The people there look themselves.",
            ])
        #expect(try desk.lines(json: true, now: village.now).count == 2)
        try battery(95, "cold")
        #expect(try desk.lines(json: false, now: village.now).count == 2)
    }
}
