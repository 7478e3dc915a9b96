import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Storage
import Synchronization
import TestSupport
import Testing

@testable import GatewayApp

/// A box that starts with a wrong clock, on a real store; the machine's clocks are a parameter.
@Suite("The clock", .serialized)
struct ClockTests {
    private let folder: TemporaryFolder
    private let site: Site
    private static let plug = SensorID(rawValue: "plug/power")

    init() throws {
        folder = try TemporaryFolder("clock")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        clock: {wait_for_network: true}
        stewards: [{name: Rosa}]
        sensors:
          - {id: plug/power, resource: energy, quantity: power, role: consumption, visibility: community, unit: W, device: plug, channel: power}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// The clocks as a test sets them.
    private final class Clocks: Sendable {
        private let reading: Mutex<ClockReading>

        init(_ reading: ClockReading) { self.reading = Mutex(reading) }

        var value: ClockReading {
            get { reading.withLock { $0 } }
            set { reading.withLock { $0 = newValue } }
        }
    }

    /// A running box whose clocks a test sets.
    private final class Box {
        let office: Office
        private let clock: Clocks
        private var handler: IngestHandler

        init(_ site: Site, _ reading: ClockReading) throws {
            let clock = Clocks(reading)
            self.clock = clock
            office = try Office.open(site: site, now: reading.wall)
            handler = IngestHandler(
                office: office, session: 1, logger: Logger(label: "test"), snapshot: { _ in }, beat: { _ in },
                committed: {}, tellApart: { _ in }, clock: { clock.value })
            try tick()
        }

        func set(_ reading: ClockReading, ticks: Int = 3) throws {
            clock.value = reading
            try tick(ticks)
        }

        func tick(_ count: Int = 3) throws {
            for _ in 0..<count {
                _ = handler.tick(now: clock.value.wall)
                try handler.commit([], now: clock.value.wall)
            }
        }

        func receive(_ power: Int, commits: Bool = true) throws {
            let payload = Array("{\"power\": \(power)}".utf8)
            let message = InboundMessage(topic: "zigbee2mqtt/plug", payload: payload, receivedAt: clock.value.wall)
            _ = handler.receive(ReceivedMessage(message: message, qos: 1))
            guard commits else { return }
            try handler.commit([], now: clock.value.wall)
        }

        func readings() throws -> [String] {
            try office.store.readings(ReadingQuery(.sensors([ClockTests.plug]))).map {
                "\($0.value) \($0.time.instant) \($0.time.source)"
            }
        }

        func alerts() throws -> [String] {
            try office.store.alerts(openOnly: false).map { "\($0.state.rawValue)" }
        }
    }

    private func at(_ text: String, uptime: Int64, boot: String = "A", isSynchronized: Bool = false) throws
        -> ClockReading
    {
        ClockReading(
            wall: try #require(Instant(rfc3339: text)), uptime: uptime * 1000, boot: boot,
            isSynchronized: isSynchronized)
    }

    @Test(
        "While nobody knows the time, momentary values are watched and people are told once; the record has the true times"
    )
    func watchedUndated() throws {
        let day = try at("2026-02-20T11:00:00Z", uptime: 1, boot: "0", isSynchronized: true)
        do {
            let office = try Office.open(site: site, now: day.wall)
            let reply = office.perform(
                .adopt(
                    fileName: "1.md",
                    bytes: Data(
                        """
                        ---
                        number: 1
                        community: test
                        assembly: 2026-02-01
                        decided: by consent
                        in_force_from: 2026-02-02
                        review_by: 2099-02-02
                        limits:
                          - id: pump
                            title: {en: The pump}
                            bound: at_most
                            protects: equipment
                            resource: energy
                            sensors: [plug/power]
                            instant: {value: 500 W, for: 2 min, clears_after: 1 min}
                            priority: today
                            response:
                              en: Switch it off.
                        ---
                        Not too much.

                        """.utf8)), by: Actor(account: "test"), now: day.wall)
            #expect(reply.isDone, "\(reply.lines)")
            try office.pipeline.commit(packets: [PacketRecord(id: 1, digest: 1)], session: 1, now: day.wall)
            office.close()
        }
        // The power was away; the clock begins in 1970.
        let box = try Box(site, at("1970-01-01T00:01:00Z", uptime: 60))
        try box.receive(600)
        try box.set(at("1970-01-01T00:02:00Z", uptime: 120))
        #expect(try box.alerts() == ["raised"])
        try box.set(at("1970-01-01T00:03:00Z", uptime: 180))
        let alerts = try box.office.store.alerts(openOnly: true)
        #expect(alerts.map(\.subject) == ["", "plug/power"])
        #expect(alerts.last?.details == ["time": "unknown"])
        #expect(try box.office.store.transitions(from: Instant(milliseconds: 0), until: day.wall).isEmpty)

        try box.receive(100)
        try box.set(at("1970-01-01T00:05:00Z", uptime: 300))
        #expect(try box.office.store.alerts(openOnly: false).map(\.state) == [.raised, .returned])

        // The clock is set: what was told is recorded with its true time, and told to nobody again.
        try box.set(at("2026-03-01T08:10:00Z", uptime: 600, isSynchronized: true))
        #expect(try box.office.store.alerts(openOnly: false).map(\.state) == [.closed, .returned])
        #expect(try box.readings().map { $0.prefix(24) } == ["600 2026-03-01T08:01:00Z", "100 2026-03-01T08:03:00Z"])
        box.office.close()
    }

    @Test(
        "Case 8: what came while the clock stood in 1970, or at the last shutdown, is dated once it is right",
        arguments: ["1970-01-01T00:03:00Z", "2026-02-20T11:00:00Z"])
    func wrongAtStart(wall: String) throws {
        let box = try Box(site, at(wall, uptime: 180))
        try box.receive(40)
        #expect(try box.readings().isEmpty)
        #expect(try box.alerts() == ["raised"])
        try box.set(at("2026-03-01T08:10:00Z", uptime: 600, isSynchronized: true))
        #expect(try box.readings() == ["40 2026-03-01T08:03:00Z redated"])
        #expect(try box.alerts() == ["closed"])
        #expect(try box.office.store.heldMessages(limit: 9).isEmpty)
        // From then on everything is as usual.
        try box.receive(41)
        #expect(try box.readings().last == "41 2026-03-01T08:10:00Z received")
        #expect(
            try box.office.store.dayStats(
                SeriesID(rawValue: 1), from: #require(CalendarDate(text: "1970-01-01")),
                through: #require(CalendarDate(text: "2026-02-28"))
            ).isEmpty)
        box.office.close()
    }

    @Test("Messages go on while the held ones are dated: nothing is kept back, and order stays")
    func noStandstill() throws {
        let box = try Box(site, at("1970-01-01T00:03:00Z", uptime: 180))
        try box.receive(1)
        try box.receive(2, commits: false)
        try box.set(at("2026-03-01T08:10:00Z", uptime: 600, isSynchronized: true), ticks: 1)
        #expect(!box.office.hasHeld)
        try box.receive(3)
        #expect(
            try box.readings() == [
                "1 2026-03-01T08:03:00Z redated", "2 2026-03-01T08:03:00Z redated", "3 2026-03-01T08:10:00Z received",
            ])
        box.office.close()
    }

    @Test("What a box held over a second start is dated between what was known before and that start")
    func secondStart() throws {
        var box = try Box(site, at("2026-02-20T11:00:00Z", uptime: 9000, isSynchronized: true))
        try box.receive(39)
        box.office.close()
        box = try Box(site, at("2026-02-20T11:01:00Z", uptime: 30, boot: "B"))
        try box.receive(40)
        box.office.close()
        box = try Box(site, at("2026-02-20T11:01:00Z", uptime: 20, boot: "C"))
        try box.receive(41)
        try box.set(at("2026-03-01T08:10:00Z", uptime: 600, boot: "C", isSynchronized: true))
        #expect(
            try box.readings() == [
                "39 2026-02-20T11:00:00Z received", "40 2026-03-01T08:00:00Z queued", "41 2026-03-01T08:00:20Z redated",
            ])
        let uncertain = try box.office.store.readings(ReadingQuery(.sensors([Self.plug])))[1].time.uncertainty
        #expect(uncertain == 8 * 86_400_000 + 21 * 3_600_000)
        box.office.close()
    }

    @Test("A clock that falls back while the gateway runs dates nothing until it is right; a step is on record")
    func fallsBack() throws {
        let box = try Box(site, at("2026-03-01T08:00:00Z", uptime: 600, isSynchronized: true))
        try box.receive(1)
        try box.set(at("2026-03-01T06:00:00Z", uptime: 660, isSynchronized: true))
        try box.receive(2)
        #expect(try box.readings().count == 1)
        try box.set(at("2026-03-01T08:02:00Z", uptime: 720, isSynchronized: true))
        #expect(try box.readings().last == "2 2026-03-01T08:01:00Z redated")
        try box.set(at("2026-03-01T09:03:00Z", uptime: 780, isSynchronized: true))
        let jumps = try box.office.store.recordEntries().map(\.entry).filter { $0.kind == "clock.jumped" }
        #expect(jumps.map { $0.facts["seconds"] } == ["3600"])
        box.office.close()
    }

    @Test("A person's word for the time is taken, but never earlier than what is stored")
    func byWord() throws {
        let now = SystemClock.read()
        let office = try Office.open(site: site, now: now.wall)
        defer { SystemClock.followMachine() }
        let payload = Array("{\"power\": 1}".utf8)
        _ = office.pipeline.receive(
            ReceivedMessage(
                message: InboundMessage(topic: "zigbee2mqtt/plug", payload: payload, receivedAt: now.wall), qos: 1))
        try office.pipeline.commit(
            packets: [PacketRecord(id: 1, digest: 1)], session: 1, now: now.wall)
        office.close()
        let again = try Office.open(site: site, now: now.wall)
        let actor = Actor(account: "test", enteredFor: "Rosa")
        let early = again.perform(.setClock(now.wall.advanced(bySeconds: -3600)), by: actor, now: now.wall)
        #expect(!early.isDone && early.lines.joined().contains("are stored already"))
        var keeper = again.keeper
        #expect(
            keeper.look(ClockReading(wall: now.wall, uptime: now.uptime, boot: now.boot, isSynchronized: false))
                == .wrong)
        let later = now.wall.advanced(bySeconds: 5400)
        #expect(again.perform(.setClock(later), by: actor, now: now.wall).isDone)
        let read = SystemClock.read()
        #expect(abs(read.wall.milliseconds(since: later)) < 60_000)
        keeper = again.keeper
        #expect(
            keeper.look(ClockReading(wall: read.wall, uptime: read.uptime, boot: read.boot, isSynchronized: false))
                == .right)
        #expect(try again.store.recordEntries().map(\.entry.kind).contains("clock.set"))
        again.close()
        // After another start of the program the word still holds, after another start of the machine it does not.
        SystemClock.followMachine()
        let third = try Office.open(site: site, now: SystemClock.now())
        #expect(SystemClock.now().milliseconds(since: now.wall) > 5_000_000)
        #expect(third.keeper.saidForBoot == now.boot)
        third.close()
    }
}
