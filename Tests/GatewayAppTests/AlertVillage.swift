import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A small village with stewards on a real store; time is a parameter, and what would be sent stands in the outbox.
final class AlertVillage {
    let folder: TemporaryFolder
    private(set) var site: Site
    private(set) var office: Office
    /// 2026-11-10 (a Tuesday), noon in Madrid; the next assembly is on 6 December.
    static let begin = Instant(seconds: 1_794_308_400)
    private(set) var now = AlertVillage.begin

    init(
        _ extra: String = "", stewards: String = "[{name: Rosa}, {name: Jordi}, {name: Amina}]",
        sensors: String = AlertVillage.plugs, assembly: String = "{meets: first Sunday 18:00}"
    ) throws {
        folder = try TemporaryFolder("alerts")
        let file = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        proposals_folder: \(folder.path)/proposals
        neighbours_folder: \(folder.path)/neighbours
        papers_folder: \(folder.path)/papers
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: \(assembly)
        stewards: \(stewards)
        destinations:
          - {name: stewards, kind: files, audience: stewards, folder: \(folder.path)/stewards}
        \(extra)
        sensors:
        \(sensors)

        """.write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
        office = try Office.open(site: site, now: now)
        let adopted = office.perform(
            .adopt(fileName: "1.md", bytes: Self.decision), by: Actor(account: "test"), now: now)
        try #require(adopted.isDone, "\(adopted.lines)")
        try commit()
        office.housekeepIfDue(now: now)
    }

    /// Two plugs without a rhythm.
    static let plugs = """
          - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: cold, channel: power}
          - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: kitchen, device: plug, channel: power}
        """

    deinit { office.close() }

    /// What protects people on `cold/power`, and what protects equipment on `plug/power`: both wake people.
    private static let decision = Data(
        """
        ---
        number: 1
        community: test
        assembly: 2026-05-03
        decided: by consent
        in_force_from: 2026-05-04
        review_by: 2099-05-02
        limits:
          - id: cold
            title: {en: The cold store runs}
            bound: at_least
            protects: people
            resource: energy
            sensors: [cold/power]
            instant: {value: 50 W, deadband: 5 W}
            priority: now
            response: {en: Look at the fuse.}
          - id: plug
            title: {en: Power of the plug}
            bound: at_most
            protects: equipment
            resource: energy
            sensors: [plug/power]
            instant: {value: 100 W, deadband: 10 W}
            priority: now
            response: {en: Switch it off.}
        ---
        Two limits. Rosa, Jordi and Amina are stewards.

        """.utf8)

    /// Lets time pass to so many seconds after the begin.
    func wait(until seconds: Int64) throws {
        now = Self.begin.advanced(bySeconds: seconds)
        _ = office.tick(now: now)
        try commit()
    }

    /// Two readings of a plug, a second apart, as `now` limits need.
    func read(_ watts: Int, of device: String = "plug") throws {
        for step in 0..<2 {
            now = now.advanced(bySeconds: 1)
            let message = InboundMessage(
                topic: "zigbee2mqtt/\(device)", payload: Array("{\"power\": \(watts).\(step)}".utf8), receivedAt: now)
            _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        }
        try commit()
    }

    /// One message of a device, so many seconds after the begin.
    func hear(_ payload: String, of device: String, at seconds: Int64) throws {
        now = Self.begin.advanced(bySeconds: seconds)
        let message = InboundMessage(topic: "zigbee2mqtt/\(device)", payload: Array(payload.utf8), receivedAt: now)
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        _ = office.tick(now: now)
        try commit()
    }

    /// A steward's act and the program's answer.
    @discardableResult
    func say(_ person: String, _ command: Command) throws -> [String] {
        let reply = office.perform(command, by: Actor(account: person), now: now)
        try commit()
        return [reply.isDone ? "done" : "refused"] + reply.lines
    }

    /// Sends a steward a test message, lets it go out, and has the person answer; returns what the answer came to.
    @discardableResult
    func test(_ person: String) throws -> [String] {
        try say("Rosa", .testAlarm(steward: person))
        let alert = try #require(try office.store.alerts(openOnly: true).last { $0.subject == person })
        try letGo(of: alert)
        return try say(person, .answer(alert: alert.number, answer: .take))
    }

    /// Has the destinations take the notices of an alert, as their threads do.
    func letGo(of alert: Alert) throws {
        try office.store.record(
            office.store.outboxEntries().filter { $0.item.alert == alert.id }.map {
                DeliveryRecord(
                    key: $0.item.key, destination: $0.item.destination, state: .sent, attempts: 1, at: now)
            })
    }

    /// Stops and starts the gateway; so many seconds after the begin where the box was off until then.
    func restart(at seconds: Int64? = nil) throws {
        office.close()
        if let seconds { now = Self.begin.advanced(bySeconds: seconds) }
        office = try Office.open(site: site, now: now)
    }

    /// Changes the configuration, and starts the gateway anew with it, or has it read its files again.
    func change(_ old: String, to new: String, isRunning: Bool = false) throws {
        let file = folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
        guard isRunning else { return try restart() }
        try office.reload(site, now: now)
        try commit()
    }

    func commit() throws {
        try office.pipeline.commit(packets: [], session: 1, now: now)
    }

    /// Every alert with its state, by number.
    func states() throws -> [String] {
        try office.store.alerts(openOnly: false).map { "\($0.number) \($0.state.rawValue)" }
    }

    /// The kinds of entries of an alert, in order.
    func entries(_ number: Int) throws -> [String] {
        try office.store.alert(number: number)?.entries.map(\.kind.rawValue) ?? []
    }

    /// The titles that wait for a destination, in the order in which they were made.
    func told(_ destination: String = "stewards") throws -> [String] {
        try office.store.outboxEntries().filter { $0.item.destination == destination }.map(\.item.title)
    }
}
