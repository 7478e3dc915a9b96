import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Alerts about the unit of a sensor and the flood of a device end by themselves where no message can end them any more.
@Suite("Devices and sensors that are gone")
struct GoneTests {
    private static let shed = """
          - {id: shed/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: shed, device: shed, channel: voltage}
        """
    private static let title = "Another unit: shed/power"

    /// A village with a sensor whose device sends volts for watts; `plug/power`, at which a limit looks, does the same.
    private func village() throws -> AlertVillage {
        let plugs = AlertVillage.plugs.replacing("device: plug, channel: power", with: "device: plug, channel: voltage")
        let village = try AlertVillage(sensors: plugs + "\n" + Self.shed)
        listen(village)
        return village
    }

    private func listen(_ village: AlertVillage) {
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
    }

    private func restart(_ village: AlertVillage) throws {
        try village.restart()
        listen(village)
        try village.commit()
    }

    /// Lets hours pass one by one, each with a message of a device that is well.
    private func pass(hours: ClosedRange<Int64>, _ village: AlertVillage) throws {
        for hour in hours { try village.hear("{\"power\": \(60 + hour % 5)}", of: "cold", at: hour * 3600) }
    }

    private func last(_ village: AlertVillage) throws -> [String] {
        let item = try village.office.store.outboxEntries().last?.item
        return [item?.title ?? "", item?.body ?? ""]
    }

    private func state(_ number: Int, _ village: AlertVillage) throws -> String? {
        try village.office.store.alert(number: number)?.state.rawValue
    }

    @Test(
        "A sensor that is taken out of the file concerns nobody, unless a limit looks at it", arguments: [true, false])
    func takenOut(isRunning: Bool) throws {
        let village = try village()
        try village.hear("{\"voltage\": 230}", of: "plug", at: 1)
        try village.hear("{\"voltage\": 230}", of: "shed", at: 2)
        #expect(try village.states() == ["1 raised", "2 raised"])
        try restart(village)
        try village.hear("{\"voltage\": 231}", of: "shed", at: 3)
        #expect(try village.states() == ["1 raised", "2 raised"])

        try village.change(Self.shed, to: "", isRunning: isRunning)
        #expect(try village.states() == ["1 raised", "2 closed"])
        #expect(
            try last(village) == [
                "OVER 2: \(Self.title)",
                "shed/power does not stand in the configuration any more, and no limit looks at it: nobody waits for its unit.",
            ])
        try village.hear("{\"voltage\": 232}", of: "shed", at: 4)
        try restart(village)
        try village.hear("{\"voltage\": 233}", of: "shed", at: 5)
        #expect(try village.states() == ["1 raised", "2 closed"])
        #expect(
            try village.office.store.readings(ReadingQuery(.sensors([SensorID(rawValue: "shed/power")]))).count == 4)

        // The limit goes on looking at the plug, whatever the file says; and what comes back is told anew.
        let plug = try #require(
            try String(contentsOfFile: village.folder.file("gateway.yaml"), encoding: .utf8).split(separator: "\n")
                .first { $0.contains("id: plug/power") })
        try village.change(String(plug), to: Self.shed, isRunning: isRunning)
        listen(village)
        try village.hear("{\"voltage\": 234}", of: "plug", at: 6)
        try village.hear("{\"voltage\": 234}", of: "shed", at: 7)
        #expect(try village.states() == ["1 raised", "2 closed", "3 raised"])
    }

    @Test(
        "What one device sent is over where another one measures the sensor, or none, and told anew where that is no better"
    )
    func rebound() throws {
        let village = try village()
        try village.hear("{\"voltage\": 230}", of: "shed", at: 1)
        try village.wait(until: 60)
        try village.say("Rosa", .rebind(old: "shed", new: "spare"))
        #expect(try village.states() == ["1 closed"])
        #expect(try last(village)[1] == "Another device measures shed/power now.")
        try village.hear("{\"voltage\": 230}", of: "shed", at: 61)
        #expect(try village.states() == ["1 closed"])
        try village.hear("{\"voltage\": 230}", of: "spare", at: 62)
        #expect(try village.states() == ["1 closed", "2 raised"])

        // The channel is given to another sensor while the gateway is off, so that none measures the shed.
        try village.wait(until: 120)
        let other = Self.shed.replacing("shed/power", with: "hall/power").replacing(
            "device: shed", with: "device: spare")
        try village.change(
            Self.shed, to: Self.shed.replacing(", device: shed, channel: voltage", with: "") + "\n" + other)
        #expect(try village.states() == ["1 closed", "2 closed"])
        #expect(try last(village)[1] == "No device measures shed/power any more.")
    }

    @Test("A sheet that takes the unit ends it, although the device says nothing more")
    func otherSheet() throws {
        let village = try village()
        try village.hear("{\"voltage\": 230}", of: "shed", at: 1)
        try village.change(
            Self.shed, to: Self.shed.replacing("active_power", with: "voltage").replacing("unit: W", with: "unit: V"),
            isRunning: true)
        #expect(try village.states() == ["1 closed"])
        #expect(try last(village)[1].hasPrefix("shed/power sends a unit that fits again since"))
    }

    @Test(
        "A unit that was not heard for a week of hours in which it could have been is over, and told anew if it returns"
    )
    func quietUnit() throws {
        let village = try village()
        try village.hear("{\"voltage\": 230}", of: "shed", at: 0)
        try pass(hours: 1...100, village)
        // A message begins the week anew; three days without power, and one without a broker, are no part of it.
        try village.hear("{\"voltage\": 231}", of: "shed", at: 100 * 3600 + 1)
        try pass(hours: 101...150, village)
        try village.restart()
        try village.wait(until: 222 * 3600)
        listen(village)
        try pass(hours: 222...250, village)
        village.office.pipeline.changeState { $0.silence.listen(false, now: village.now) }
        for hour in Int64(251)...274 { try village.wait(until: hour * 3600) }
        listen(village)
        try pass(hours: 275...363, village)
        #expect(try state(1, village) == "raised")
        try pass(hours: 364...366, village)
        #expect(try state(1, village) == "closed")
        #expect(try last(village)[1].hasPrefix("Nothing was heard of shed/power for at least a week"))
        try village.hear("{\"voltage\": 230}", of: "shed", at: 367 * 3600)
        #expect(try village.states() == ["1 closed", "2 raised"])
    }

    /// More messages than a device without a rhythm may send in an hour, from a full hour on.
    private func flood(_ village: AlertVillage, hour: Int64) throws {
        let begin = AlertVillage.begin.advanced(bySeconds: hour * 3600)
        for index in Int64(0)..<36_001 {
            let message = InboundMessage(
                topic: "zigbee2mqtt/shed", payload: Array("{\"power\": 1}".utf8),
                receivedAt: begin.advanced(byMilliseconds: index * 50))
            _ = village.office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        }
        try village.wait(until: hour * 3600 + 1801)
    }

    @Test("A flood is over after a day in which nothing came, over a restart too, and another one is told anew")
    func quietFlood() throws {
        let village = try village()
        try flood(village, hour: 1)
        #expect(try village.states() == ["1 raised"])
        try pass(hours: 2...20, village)
        try restart(village)
        try pass(hours: 21...25, village)
        #expect(try village.states() == ["1 raised"])
        try pass(hours: 26...27, village)
        #expect(try village.states() == ["1 closed"])
        #expect(
            try last(village) == [
                "OVER 1: Too many messages: shed", "Nothing was heard of shed for a day: it sends too much no longer.",
            ])
        try flood(village, hour: 28)
        #expect(try village.states() == ["1 closed", "2 raised"])
    }
}
