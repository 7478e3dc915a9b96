import Foundation
import TestSupport
import Testing

/// What people do about meters and readings at the command line, while the gateway runs.
@Suite("Acts about meters", .serialized, .timeLimit(.minutes(15)))
struct MeterActsTests {
    private static let meter = """
          - {id: main/energy, resource: energy, quantity: energy, role: input, unit: kWh, visibility: community, device: plug, channel: energy_total, meter: {digits: 5, maximum_per_hour: 9000}}
        """

    @Test("A question is seen, answered, told and taken back; readings are added, set aside and imported")
    func acts() throws {
        let gateway = try GatewayUnderTest(sensors: Self.meter, topics: "tele/+/SENSOR")
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        for (index, figure) in ["9800", "9870", "3", "20"].enumerated() {
            try publisher.publish("{\"ENERGY\":{\"Total\":\(figure)}}", to: "tele/plug/SENSOR")
            #expect(waitUntil(20) { gateway.counter("commons_readings_total") == index + 1 })
        }
        func events() throws -> [String] {
            try gateway.command(["meters", "events", "--format", "json"]).split(separator: "\n").compactMap { line in
                let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return (event?["kind"] as? String).map {
                    "\($0) \(event?["state"] ?? "") \(event?["implied_use"] ?? "")"
                }
            }
        }
        #expect(try events() == ["exchange proposed 3"])
        #expect(
            try gateway.command(["agenda", "show", "--format", "markdown"]).contains("Some meters did something odd"))

        let sheet = try gateway.command(["meters", "exchange", "main/energy", "--print"])
        #expect(sheet.contains("Last figure of the old meter, in kWh"))
        let wrong = try gateway.command(
            ["meters", "exchange", "main/energy", "--old-final", "1", "--new-first", "0", "--at", "2026-01-01"],
            expecting: 0)
        // Long before its readings: it is kept for them, and the question stays.
        #expect(wrong.contains("was replaced"))
        let now = ISO8601DateFormatter().string(from: Date())
        _ = try gateway.command([
            "meters", "exchange", "main/energy", "--old-final", "9875", "--new-first", "0", "--at", now, "--by", "Rosa",
        ])
        #expect(try waitUntil(20) { try events() == ["exchange confirmed 8"] })
        _ = try gateway.command([
            "meters", "revert", "main/energy", "--at", try self.time(of: gateway), "--for", "Rosa",
        ])
        #expect(try waitUntil(20) { try events() == ["exchange reverted 3"] })

        let added = try gateway.command(["readings", "add", "main/energy", "25", "--for", "Rosa"])
        #expect(added.contains("25 kWh"))
        #expect(try gateway.values(channel: "reading") == ["25"])
        let round = try gateway.command(["readings", "add", "--print"])
        let filled = round.replacing("main/energy,main/energy,,kWh,", with: "main/energy,main/energy,27,kWh,\(now)")
        try filled.write(toFile: gateway.folder.file("round.csv"), atomically: true, encoding: .utf8)
        #expect(
            try gateway.command(["readings", "add", "--sheet", gateway.folder.file("round.csv")]).contains("27 kWh"))

        let aside = try gateway.command([
            "readings", "set-aside", "main/energy", "--from", "2026-01-01", "--to", "2026-01-02", "--why", "a test",
        ])
        #expect(aside.contains("--undo 1"))
        #expect(try gateway.command(["readings", "set-aside", "--list"]).contains("a test"))
        _ = try gateway.command(["readings", "set-aside", "--undo", "1"])
        _ = try gateway.command(["readings", "set-aside", "--undo", "1"], expecting: 1)

        try "time,total\n2025-01-01,5\n2025-01-02,7\n".write(
            toFile: gateway.folder.file("old.csv"), atomically: true, encoding: .utf8)
        let imported = try gateway.command([
            "readings", "import", gateway.folder.file("old.csv"), "--sensor", "main/energy", "--yes",
        ])
        #expect(imported.contains("Import 1: 2 readings"))
        #expect(try gateway.command(["readings", "import", "--undo", "1"]).contains("no longer count"))
        #expect(try gateway.command(["devices", "show", "plug"]).contains("Heard on tele/plug/SENSOR: 4 messages"))

        let log = try gateway.command(["log", "show", "--format", "json"])
        for kind in ["meter.exchanged", "meter.reverted", "readings.added", "readings.set_aside", "readings.imported"] {
            #expect(log.contains("\"\(kind)\""), "\(kind)")
        }
        _ = try gateway.command(["log", "verify"])
        #expect(gateway.stop() == .exited(0))
    }

    private func time(of gateway: GatewayUnderTest) throws -> String {
        let event = try gateway.command(["meters", "events", "--format", "json"]).split(separator: "\n").first
        let object = try JSONSerialization.jsonObject(with: Data((event ?? "{}").utf8)) as? [String: Any]
        return try #require(object?["at"] as? String)
    }
}
