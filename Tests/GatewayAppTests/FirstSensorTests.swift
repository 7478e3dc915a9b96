import Foundation
import TestSupport
import Testing

/// What a newcomer does with the first real device, and what a changed file does to a running gateway.
@Suite("The first real sensor", .serialized, .timeLimit(.minutes(15)))
struct FirstSensorTests {
    @Test("A device is heard, assigned without editing a file, kept from then on, and survives a restart")
    func scanAndAssign() throws {
        let gateway = try GatewayUnderTest(sensors: "  []")
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        let scan = try ChildProcess(
            GatewayUnderTest.program, ["devices", "scan", "--for", "6s", "--config", gateway.config])
        #expect(waitUntil(10) { scan.output.contains("Listening") })
        #expect(
            waitUntil(20) {
                try? publisher.publish("{\"power\": 12, \"linkquality\": 80}", to: "zigbee2mqtt/kettle")
                return !scan.isRunning
            })
        #expect(scan.output.contains("kettle"))
        #expect(scan.output.contains("zigbee2mqtt"))
        #expect(scan.output.contains("power"))
        #expect(try gateway.values().isEmpty)

        _ = try gateway.command([
            "devices", "assign", "kettle", "power", "kitchen/kettle", "--resource", "energy", "--role", "condition",
            "--community",
        ])
        try publisher.publish("{\"power\": 1500}", to: "zigbee2mqtt/kettle")
        #expect(try waitUntil(20) { try gateway.values() == ["1500"] })
        #expect(gateway.stop() == .exited(0))
        try gateway.startListening()
        try publisher.publish("{\"power\": 1600}", to: "zigbee2mqtt/kettle")
        #expect(try waitUntil(20) { try gateway.values() == ["1500", "1600"] })
        #expect(try gateway.command(["readings", "list"]).contains("kitchen/kettle"))
        gateway.stop()
    }

    @Test(
        "A scan names the line that lets the gateway hear a device, and an assigned device without a rhythm is said to have none"
    )
    func notListened() throws {
        let gateway = try GatewayUnderTest(sensors: "  []")
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        let scan = try ChildProcess(
            GatewayUnderTest.program, ["devices", "scan", "--for", "6s", "--config", gateway.config])
        #expect(waitUntil(10) { scan.output.contains("Listening") })
        #expect(
            waitUntil(20) {
                try? publisher.publish("{\"power\": 12}", to: "zigbee2mqtt/kettle")
                try? publisher.publish("21.5", to: "tanks/upper/temperature")
                return !scan.isRunning
            })
        let lines = scan.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let missing = lines.filter { $0.contains("does not listen") }
        #expect(missing.count == 1 && missing.allSatisfy { $0.contains("add - tanks/#") }, "\(scan.output)")
        #expect(lines.count { $0.hasPrefix("tanks/upper/temperature") } == 0, "\(scan.output)")
        let assign = ["devices", "assign", "kettle", "power", "kitchen/kettle", "--resource", "energy"]
        #expect(try gateway.command(assign).contains("Nobody is told when kitchen/kettle falls silent"))
        let other = [
            "devices", "assign", "kettle", "power", "kitchen/other", "--resource", "energy", "--every", "15 min",
        ]
        #expect(try !gateway.command(other).contains("Nobody is told"))
        gateway.stop()
    }

    @Test("A device that was replaced is followed by its successor, and what the old one measured stays")
    func rebind() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish("{\"power\": 1}", to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try gateway.values() == ["1"] })
        let refusal = try gateway.command(["devices", "rebind", "kettle", "plug-2"], expecting: 1)
        #expect(refusal.contains("kettle measures nothing now"))
        #expect(
            try gateway.command(["devices", "rebind", "plug", "plug-2"]).contains("power of plug-2 measures plug/power")
        )
        try publisher.publish("{\"power\": 2}", to: "zigbee2mqtt/plug-2")
        #expect(try waitUntil(20) { try gateway.values() == ["1", "2"] })
        let ofSensor = try gateway.command(["readings", "export", "--sensor", "plug/power"])
        #expect(ofSensor.split(separator: "\n").count == 3)
        gateway.stop()
    }

    @Test("A profile drafted from one message is read, and its sample holds")
    func draft() throws {
        let folder = try TemporaryFolder("draft")
        let message = "{\"temp_out\": 4.5, \"box\": {\"odd\": 7}, \"energy_kwh\": 12.4}"
        let devices = GatewayUnderTest.root + "/Devices"
        let child = try ChildProcess(
            GatewayUnderTest.program,
            ["devices", "new", "--topic", "attic/meter7", "--name", "attic", "--devices", devices], input: message)
        #expect(child.wait(20) == .exited(0))
        #expect(child.output.contains("What is box/odd, here 7?"))
        try child.output.write(toFile: folder.file("attic.yaml"), atomically: true, encoding: .utf8)
        let test = try ChildProcess(GatewayUnderTest.program, ["devices", "test", "--devices", folder.path])
        #expect(test.wait(20) == .exited(0))
        #expect(test.output.contains("1 of 1 samples of 1 profiles"))
    }

    @Test("SIGHUP reads the files again; a broken file keeps the last good one and says so")
    func reload() throws {
        let gateway = try GatewayUnderTest()
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        let good = try String(contentsOfFile: gateway.config, encoding: .utf8)
        let second = """
              - {id: lamp/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, device: lamp, channel: power}
            """
        try (good + "  - {id: broken, colour: red}\n").write(toFile: gateway.config, atomically: true, encoding: .utf8)
        gateway.process?.signal(SIGHUP)
        #expect(waitUntil(20) { gateway.process?.output.contains("the last good ones stay") == true })
        #expect(gateway.process?.output.contains("unknown key 'colour'") == true)
        try publisher.publish("{\"power\": 1}", to: "zigbee2mqtt/plug")
        #expect(waitUntil(20) { gateway.counter("commons_readings_total") == 1 })

        try (good + second + "\n").write(toFile: gateway.config, atomically: true, encoding: .utf8)
        gateway.process?.signal(SIGHUP)
        #expect(waitUntil(20) { gateway.process?.output.contains("the files were read again") == true })
        #expect(
            try waitUntil(20) {
                try publisher.publish("{\"power\": 2}", to: "zigbee2mqtt/lamp")
                return try gateway.values().contains("2")
            })
        gateway.stop()
    }
}
