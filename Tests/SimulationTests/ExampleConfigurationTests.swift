import Foundation
import GatewayModel
import Testing

@testable import Simulation

@Suite("The example configuration")
struct ExampleConfigurationTests {
    /// Every `device:` of the example, in the order of the file.
    private func devices() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("config/gateway.yaml"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let parts = line.trimmingPrefix { $0 == " " }.split(separator: ": ", maxSplits: 1)
            guard parts.count == 2, parts[0] == "device" else { return nil }
            return parts[1].trimmingCharacters(in: ["\""])
        }
    }

    @Test("every device that it binds is in the village, and every household has its meter")
    func devicesExist() throws {
        let devices = try devices()
        #expect(devices.count == 37)
        let spoken = VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 7200)).map {
            $0.topic + " " + String(decoding: $0.payload, as: UTF8.self)
        }
        for device in devices {
            let parts = device.split(separator: "/")
            #expect(spoken.contains { text in parts.allSatisfy { text.contains($0) } }, "\(device) says nothing")
        }
        let meters = (1...14).map { String(21_540_300 + $0) }
        #expect(meters.allSatisfy(devices.contains))
        #expect(!devices.contains("67114902"))
    }

    @Test("a year is held in memory one step at a time")
    func memory() {
        var messages = VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 20 * 86_400))
        let devices = Village.devices(seed: 1).count
        var most = 0
        while messages.next() != nil { most = max(most, messages.waiting.count) }
        #expect((10...devices).contains(most))
    }
}
