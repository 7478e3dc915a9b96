import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A channel measures one sensor: nobody takes a device from a limit's sensor unseen. Time is a parameter.
@Suite("One channel measures one sensor", .serialized)
struct SharedChannelTests {
    private let folder: TemporaryFolder

    private static let sensors = """
          - {id: tank/power, name: Tank, resource: energy, quantity: active_power, role: condition, visibility: community, unit: W, device: a, channel: power}
          - {id: mill/power, name: Mill, resource: energy, quantity: active_power, role: condition, visibility: community, unit: W, device: b, channel: power}
          - {id: pool/power, name: Pool, resource: energy, quantity: active_power, role: condition, visibility: community, unit: W}
        """
    private static let limits = """
        limits:
          - {id: tank, title: Tank, bound: at_least, protects: people, resource: energy, sensors: [tank/power], instant: {value: 30 W}, priority: now}
          - {id: mill, title: Mill, bound: at_most, protects: equipment, resource: energy, sensors: [mill/power], instant: {value: 900 W}, priority: today}
        """

    init() throws {
        folder = try TemporaryFolder("channel")
    }

    private func write(_ sensors: String) throws {
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: own, kind: files, audience: stewards, folder: \(folder.path)/own}
        sensors:
        \(sensors)

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
    }

    private func site(_ sensors: String = Self.sensors) throws -> Site {
        try write(sensors)
        return try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// Noon of a day in May 2026 in Madrid; day 32 is the first of June.
    private func may(_ day: Int) -> Instant {
        Instant(seconds: 1777629600).advanced(bySeconds: Int64(day - 1) * 86_400)
    }

    private func hear(_ device: String, _ power: Int, in office: Office, at now: Instant) throws {
        let payload = "{\"ENERGY\":{\"Power\":\(power)}}"
        let message = InboundMessage(topic: "tele/\(device)/SENSOR", payload: Array(payload.utf8), receivedAt: now)
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        try office.pipeline.commit(packets: [], session: 1, now: now)
    }

    /// A box that heard 40 W from the tank's device and 100 W from the mill's each noon of May.
    private func box() throws -> Office {
        let office = try Office.open(site: try site(), now: may(-3))
        let text = """
            ---
            number: 1
            community: test
            assembly: 2026-04-05
            decided: by consent
            in_force_from: 2026-04-06
            review_by: 2099-04-01
            \(Self.limits)
            ---
            As minuted.

            """
        let reply = office.perform(
            .adopt(fileName: "1.md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"), now: may(-3))
        #expect(reply.isDone, "\(reply.lines)")
        for day in 1...32 {
            try hear("a", 40, in: office, at: may(day))
            try hear("b", 100, in: office, at: may(day))
        }
        return office
    }

    private func told(_ office: Office) throws -> [String] {
        try office.store.outboxEntries().filter { $0.item.type == "steward.measure_changed" }.map {
            "\($0.item.title): \($0.item.body)".replacing(" It is on the next agenda.", with: "")
        }
    }

    private func agenda(_ office: Office) throws -> [String] {
        try Papers(site: office.site, store: office.store, month: CalendarMonth(year: 2026, month: 6), now: may(40))
            .items(language: "en").filter { $0.kind == .measureChanged }.flatMap(\.facts)
    }

    private func bound(_ office: Office) throws -> [String] {
        try office.store.bindings().filter { $0.until == nil }.map { "\($0.sensor) \($0.device)" }
    }

    private func assign(_ device: String, to sensor: String, in office: Office, at now: Instant) throws -> [String] {
        let sheet = try #require(office.store.sensors().first { $0.id.rawValue == sensor })
        let reply = office.perform(
            .assign(sensor: sheet, device: device, channel: "power"), by: Actor(account: "ona"), now: now)
        #expect(reply.isDone, "\(reply.lines)")
        return reply.lines
    }

    private static let tankEnds =
        "what measures it: before power of a, now nothing. Last month it was 40 to 40 W, 40 W on average; from now on it is not measured any more."

    @Test("Two sensors of the file on one channel are refused by place, reason and remedy, in the check and at load")
    func file() throws {
        let doubled = Self.sensors.replacing("unit: W}", with: "unit: W, device: a, channel: power}")
        try write(doubled)
        let path = folder.file("gateway.yaml")
        let problem =
            "\(path):14: 'pool/power' would be measured by power of a, which measures 'tank/power' (line 12). "
            + "a channel measures one sensor: keep device: and channel: at one of them"
        let found = FileCheck.run(configFile: path).problems.map(\.description)
        #expect(found.count == 1 && found.allSatisfy { plain($0) == plain(problem) }, "\(found)")
        let error = #expect(throws: AppError.self) { try Site.load(configFile: path) }
        #expect(error.map { plain($0.description).contains(plain(problem)) } == true, "\(String(describing: error))")
        // Another channel of the device is another thing.
        try write(Self.sensors.replacing("unit: W}", with: "unit: W, device: a, channel: other}"))
        let other = FileCheck.run(configFile: path).problems
        #expect(other.isEmpty, "\(other)")
    }

    /// What is said, whatever stands between reason and remedy.
    private func plain(_ text: String) -> String { text.filter { $0.isLetter || $0.isNumber } }

    @Test(
        "A device assigned to another sensor ends the first one's measuring in the open: notice, record, agenda, reply")
    func assigned() throws {
        var office = try box()
        let lines = try assign("a", to: "pool/power", in: office, at: may(38))
        #expect(
            Array(lines.dropFirst()) == [
                "tank/power is measured by no device from now on: power of a measured it until 2026-06-07 12:00. Assign another one to it.",
                "\(folder.file("gateway.yaml")) lets power of a measure tank/power, and that counts again when the file is read next: change it there too.",
            ])
        let told = try told(office)
        #expect(
            told == [
                "ona: Tank: ona changed what a limit measures, since 2026-06-07 12:00: " + Self.tankEnds
            ])
        let entry = try #require(office.store.recordEntries().last { $0.entry.facts["sensor"] == "tank/power" })
        #expect(entry.entry.kind == "sensor.bound" && entry.entry.facts["new"] == nil)
        #expect(entry.entry.facts["old"]?.contains("\"a\"") == true && entry.entry.erasable["person"] == "ona")
        #expect(
            try agenda(office).map {
                $0.hasPrefix("Tank, 7 June 2026 at 12:00: what measures it: before power of a, now nothing.")
            } == [true])
        try hear("a", 20, in: office, at: may(39))
        #expect(try bound(office) == ["mill/power b", "pool/power a"])
        for (sensor, count) in [("tank/power", 32), ("pool/power", 1)] {
            let query = ReadingQuery(.sensors([SensorID(rawValue: sensor)]))
            #expect(try office.store.readings(query).count == count, "\(sensor)")
        }
        let explained = try ExplainDesk(site: office.site).lines("1/tank", at: nil, now: may(39)).lines.suffix(2)
        #expect(
            explained.map { $0.replacing(/entry \d+/, with: "entry N") } == [
                "What counts: the readings of tank/power; no device measured it on 2026-06-08.",
                "Changed since: tank/power, another device or none, on 2026-06-07 12:00 (entry N of the record book).",
            ], "\(explained)")
        office.close()
        // The file says otherwise: it counts again, and one sensor has the channel.
        office = try Office.open(site: try site(), now: may(39).advanced(bySeconds: 60))
        #expect(try bound(office) == ["mill/power b", "tank/power a"])
        #expect(try self.told(office).count == 1)
        try hear("a", 21, in: office, at: may(40))
        #expect(try office.store.readings(ReadingQuery(.sensors([SensorID(rawValue: "pool/power")]))).count == 1)
        office.close()
    }

    @Test(
        "A file that gives the channel to another sensor tells so at once, at a reload and at a start",
        arguments: [true, false])
    func renamed(atReload: Bool) throws {
        var office = try box()
        // The tank is forgotten in the file, and the pool has its device.
        let text = Self.sensors.split(separator: "\n").dropFirst().joined(separator: "\n")
            .replacing("unit: W}", with: "unit: W, device: a, channel: power}")
        if atReload {
            try office.reload(try site(text), now: may(38))
        } else {
            office.close()
            office = try Office.open(site: try site(text), now: may(38))
        }
        let told = try told(office)
        #expect(
            told == [
                "The settings of the box: Tank: The settings of the box changed what a limit measures, since 2026-06-07 12:00: "
                    + Self.tankEnds
            ])
        #expect(try bound(office) == ["mill/power b", "pool/power a"])
        try hear("a", 20, in: office, at: may(39))
        let kept = try office.store.readings(ReadingQuery(.sensors([SensorID(rawValue: "tank/power")])))
        #expect(kept.count == 32 && kept.last?.time.instant == may(32))
        office.close()
    }

    @Test("Two sensors that exchange their devices in one file are told once each, from old to new")
    func exchanged() throws {
        let office = try box()
        let text = Self.sensors.replacing("device: a", with: "device: x").replacing("device: b", with: "device: a")
            .replacing("device: x", with: "device: b")
        try office.reload(try site(text), now: may(38))
        let told = try told(office)
        #expect(
            told.map { $0.split(separator: ": ").dropFirst(3).joined(separator: ": ") } == [
                "what measures it: before power of b, now power of a. Last month it was 100 to 100 W, 100 W on average; with the change it would have been 40 to 40 W, 40 W on average.",
                "what measures it: before power of a, now power of b. Last month it was 40 to 40 W, 40 W on average; with the change it would have been 100 to 100 W, 100 W on average.",
            ], "\(told)")
        #expect(try bound(office) == ["mill/power a", "tank/power b"])
        #expect(try agenda(office).count == 2)
        office.close()
    }

    @Test("A device that takes the place of a bound one takes its sensors' channels in the open too")
    func rebound() throws {
        let office = try box()
        let reply = office.perform(.rebind(old: "b", new: "a"), by: Actor(account: "ona"), now: may(38))
        #expect(reply.isDone && reply.lines.contains { $0.hasPrefix("tank/power is measured by no device") })
        let told = try told(office)
        #expect(told.count == 2 && told.last?.hasSuffix(Self.tankEnds) == true, "\(told)")
        #expect(try bound(office) == ["mill/power a"])
        office.close()
    }

    @Test(
        "A channel that two hold already, as earlier programs allowed, is left to one of them at the start, in the open"
    )
    func doubled() throws {
        var office = try box()
        _ = try assign("c", to: "pool/power", in: office, at: may(36))
        office.close()
        let child = try ChildProcess(
            "/usr/bin/sqlite3",
            [folder.file("data/gateway.sqlite"), "UPDATE binding SET device = 'a' WHERE device = 'c'"])
        #expect(child.wait(20) == .exited(0), "\(child.output)")
        // The file knows neither of the two: the one that was assigned last keeps the channel.
        let text = Self.sensors.replacing(", device: a, channel: power", with: "")
        office = try Office.open(site: try site(text), now: may(38))
        #expect(try bound(office) == ["mill/power b", "pool/power a"])
        let told = try told(office)
        #expect(told.count == 1 && told.last?.hasSuffix(Self.tankEnds) == true, "\(told)")
        office.close()
        office = try Office.open(site: try site(text), now: may(39))
        #expect(try self.told(office).count == 1)
        office.close()
    }
}
