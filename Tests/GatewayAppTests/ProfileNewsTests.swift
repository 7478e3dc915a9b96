import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A device profile counts like a multiplier: whoever changes it, all stewards hear of it. Time is a parameter.
@Suite("Changed device profiles", .serialized)
struct ProfileNewsTests {
    private let folder: TemporaryFolder

    private static let level = "  - {path: level, channel: level, quantity: level, unit: cm}\n"

    init() throws {
        folder = try TemporaryFolder("profiles")
        try FileManager.default.createDirectory(
            atPath: folder.file("Devices"), withIntermediateDirectories: true, attributes: nil)
        try profile("sounder", topic: "sounder/{device}", Self.level)
        try profile("float", topic: "float/{device}", Self.level)
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(folder.path)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["sounder/+", "float/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: own, kind: files, audience: stewards, folder: \(folder.path)/own}
        sensors:
          - {id: tank/level, name: Tank, resource: water, quantity: level, role: condition, visibility: community, unit: cm, device: a, channel: level}
          - {id: pool/level, name: Pool, resource: water, quantity: level, role: condition, visibility: community, unit: cm, device: b, channel: level}
          - {id: home/level, name: Home, resource: water, quantity: level, role: condition, visibility: household, unit: cm, device: h, channel: level}
          - {id: mill/level, name: Mill, resource: water, quantity: level, role: condition, visibility: community, unit: cm, device: m, channel: level}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
    }

    private func profile(_ name: String, topic: String, _ fields: String, more: String = "") throws {
        try """
        # \(name), as it came.
        profile: \(name)
        families: [\(name)]
        setup: Nothing.
        topics:
          - {topic: "\(topic)", payload: json}
        device: ["{device}"]
        \(more)fields:
        \(fields)samples:
          - topic: \(topic.replacing("{device}", with: "x"))
            payload: '{"level": 12}'
            readings: []

        """.write(toFile: folder.file("Devices/\(name).yaml"), atomically: true, encoding: .utf8)
    }

    private func site() throws -> Site { try Site.load(configFile: folder.file("gateway.yaml")) }

    /// Noon of a day in May 2026 in Madrid; day 32 is the first of June.
    private func may(_ day: Int) -> Instant {
        Instant(seconds: 1_777_629_600).advanced(bySeconds: Int64(day - 1) * 86_400)
    }

    private func hear(_ topic: String, _ level: Int, in office: Office, at now: Instant) throws {
        let message = InboundMessage(topic: topic, payload: Array("{\"level\": \(level)}".utf8), receivedAt: now)
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        try office.pipeline.commit(packets: [], session: 1, now: now)
    }

    /// A box with limits on all but the pool, which heard the sounders and the mill's float each noon of May.
    private func box() throws -> Office {
        let office = try Office.open(site: try site(), now: may(-3))
        let limits = ["tank", "home", "mill"].map {
            "  - {id: \($0), title: \($0), bound: at_least, protects: people, resource: water, sensors: [\($0)/level], instant: {value: 5 cm}, priority: today}"
        }
        let text = """
            ---
            number: 1
            community: test
            assembly: 2026-04-05
            decided: by consent
            in_force_from: 2026-04-06
            review_by: 2099-04-01
            limits:
            \(limits.joined(separator: "\n"))
            ---
            As minuted.

            """
        let reply = office.perform(
            .adopt(fileName: "1.md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"), now: may(-3))
        #expect(reply.isDone, "\(reply.lines)")
        for day in 1...32 {
            for device in ["a", "b", "h"] { try hear("sounder/\(device)", 40, in: office, at: may(day)) }
            try hear("float/m", 10, in: office, at: may(day))
        }
        _ = office.tick(now: may(33))
        try office.commit(now: may(33))
        #expect(try told(office).isEmpty)
        return office
    }

    private func told(_ office: Office) throws -> [String] {
        try office.store.outboxEntries().filter { $0.item.type == "steward.measure_changed" }.map {
            "\($0.item.title): \($0.item.body)"
        }
    }

    private func agenda(_ office: Office) throws -> [String] {
        try Papers(site: office.site, store: office.store, month: CalendarMonth(year: 2026, month: 6), now: may(40))
            .items(language: "en").filter { $0.kind == .measureChanged }.flatMap(\.facts)
    }

    private func again(_ office: Office, atReload: Bool, at now: Instant) throws -> Office {
        if atReload {
            try office.reload(try site(), now: now)
            return office
        }
        office.close()
        return try Office.open(site: try site(), now: now)
    }

    private static let nobodyKnows =
        "Last month it was 40 to 40 cm, 40 cm on average; what it would have been with the change, nobody knows."

    @Test(
        "Another scale in a profile is told for each sensor that a limit names, at a reload and at a start",
        arguments: [true, false])
    func scale(atReload: Bool) throws {
        var office = try box()
        let new = "  - {path: level, channel: level, quantity: level, unit: cm, scale: 0.5}\n"
        try profile("sounder", topic: "sounder/{device}", new)
        office = try again(office, atReload: atReload, at: may(38))
        let what =
            "device_profile sounder: - {path: level, channel: level, quantity: level, unit: cm} → - {path: level, channel: level, quantity: level, unit: cm, scale: 0.5}"
        let words =
            "what the device profile “sounder” says: before “- {path: level, channel: level, quantity: level, unit: cm}”, now “- {path: level, channel: level, quantity: level, unit: cm, scale: 0.5}”"
        let told = try told(office)
        #expect(
            told == [
                "The settings of the box: Tank, homes: 1: The settings of the box changed what a limit measures, since 2026-06-07 12:00: \(words) (Tank, homes: 1). Tank: \(Self.nobodyKnows) It is on the next agenda."
            ], "\(told)")
        let entry = try #require(office.store.recordEntries().last { $0.entry.kind == "profile.changed" })
        let facts = entry.entry.facts
        #expect(facts["profile"] == "sounder" && facts["what"] == what && facts["homes"] == "1")
        #expect(facts["before"]?.count == 64 && facts["after"]?.count == 64 && facts["before"] != facts["after"])
        #expect(!facts.values.contains { $0.contains("home") } && entry.entry.erasable == ["homes": "home/level"])
        let point = "7 June 2026 at 12:00: \(words). Changed by: The settings of the box."
        let agenda = try agenda(office)
        #expect(agenda.count == 2 && agenda.first == "Tank, \(point) \(Self.nobodyKnows)", "\(agenda)")
        #expect(agenda.last?.hasSuffix(point) == true && agenda.last?.contains("Home") == false, "\(agenda)")
        for (limit, isTold) in [("tank", true), ("home", true), ("mill", false)] {
            let last = try ExplainDesk(site: office.site).lines("1/\(limit)", at: nil, now: may(39)).lines.last
            #expect(last?.contains(words) == isTold, "\(last ?? "")")
        }
        #expect(try office.store.verifyRecordBook().isIntact)
        office = try again(office, atReload: atReload, at: may(39))
        #expect(try self.told(office).count == 1)
        office.close()
    }

    @Test("Remarks, samples and words for people in a profile, and profiles that nothing uses, are told to nobody")
    func words() throws {
        var office = try box()
        let file = folder.file("Devices/sounder.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8).replacing("as it came", with: "seen")
            .replacing("setup: Nothing.", with: "setup: |\n  Set it so:\n  fields: all.").replacing("12", with: "13")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try profile("other", topic: "other/{device}", Self.level)
        office = try again(office, atReload: true, at: may(38))
        office = try again(office, atReload: false, at: may(38))
        #expect(try told(office).isEmpty)
        #expect(try office.store.recordEntries().filter { $0.entry.kind == "profile.changed" }.isEmpty)
        office.close()
    }

    @Test("A profile that is gone, and one whose fields another profile shares, are told like a change of it")
    func shared() throws {
        try profile(
            "float", topic: "float/{device}", "  - {path: x, channel: x, quantity: level, unit: cm}\n",
            more: "fields_from: [sounder]\n")
        var office = try box()
        try profile("sounder", topic: "sounder/{device}", Self.level.replacing("cm", with: "m"))
        office = try again(office, atReload: true, at: may(38))
        let both = try told(office)
        #expect(both.map { $0.contains("what the device profile “float” says: ") } == [true, false])
        #expect(both.allSatisfy { $0.contains("unit: cm}”, now “- {") && $0.contains("unit: m}") }, "\(both)")
        try FileManager.default.removeItem(atPath: folder.file("Devices/sounder.yaml"))
        office = try again(office, atReload: false, at: may(39))
        let gone = try told(office).dropFirst(2)
        #expect(
            gone.contains {
                $0.contains("what the device profile “sounder” says: ") && $0.contains(", now nothing (Tank")
            }, "\(gone)")
        office.close()
    }

    @Test("Another profile that takes over a device's messages is told as soon as it has read one, and once")
    func takenOver() throws {
        var office = try box()
        try profile(
            "eager", topic: "sounder/{device}", Self.level.replacing("unit: cm", with: "unit: cm, scale: 0.5"),
            more: "priority: 99\n")
        office = try again(office, atReload: true, at: may(38))
        #expect(try told(office).isEmpty)
        for minute in Int64(1)...3 {
            let now = may(38).advanced(bySeconds: minute * 60)
            for device in ["a", "b"] { try hear("sounder/\(device)", 40, in: office, at: now) }
            _ = office.tick(now: now)
            try office.commit(now: now)
        }
        let told = try told(office)
        #expect(
            told.count == 1
                && told.allSatisfy {
                    $0.contains("the device profile that reads it: before sounder, now eager (Tank). Tank: ")
                },
            "\(told)")
        #expect(try agenda(office).count == 1)
        // Its own changes count from then on.
        try profile("eager", topic: "sounder/{device}", Self.level, more: "priority: 99\n")
        office = try again(office, atReload: false, at: may(39))
        #expect(try self.told(office).count == 2)
        office.close()
    }
}
