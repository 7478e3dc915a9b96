import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What devices do to the box beyond good readings, on a real store; time is a parameter.
@Suite("Devices in real life", .serialized)
struct DeviceLifeTests {
    private let folder: TemporaryFolder
    private let site: Site
    private let begin = Instant(seconds: 1_794_308_400)
    private static let plug = SensorID(rawValue: "plug/power")

    init() throws {
        folder = try TemporaryFolder("devices")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: plug/power, resource: energy, quantity: power, role: consumption, visibility: community, unit: W, device: plug, channel: power, rhythm: {interval: 1 min}, plausible: {from: 0, to: 4000, per_hour: 1000}}
          - {id: pump/energy, resource: energy, quantity: energy, role: consumption, visibility: community, unit: kWh, device: pump-meter, channel: pump_total}
          - {id: press/energy, resource: energy, quantity: energy, role: consumption, visibility: community, unit: Wh, device: shellyplug-s-1, channel: relay.0.energy}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    private func time(_ seconds: Int64) -> Instant { begin.advanced(bySeconds: seconds) }

    private func send(_ payload: String, from device: String = "plug", in office: Office, at seconds: Int64) throws {
        try send(payload, on: "zigbee2mqtt/\(device)", in: office, at: seconds)
    }

    private func send(
        _ payload: String, on topic: String, retained: Bool = false, in office: Office, at seconds: Int64
    ) throws {
        let message = InboundMessage(
            topic: topic, payload: Array(payload.utf8), retained: retained, receivedAt: time(seconds))
        _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        _ = office.pipeline.tick(now: time(seconds))
        try office.pipeline.commit(packets: [], session: 1, now: time(seconds))
    }

    private func open() throws -> Office {
        let office = try Office.open(site: site, now: begin)
        office.pipeline.changeState { $0.silence.listen(true, now: begin) }
        return office
    }

    @Test("A level outside its bounds, or that jumps, is kept and counts for nothing")
    func implausible() throws {
        let office = try open()
        for (index, power) in [100, 9000, -5, 2000, 150].enumerated() {
            try send("{\"power\": \(power)}", in: office, at: Int64(index) * 60)
        }
        let stored = try office.store.readings(ReadingQuery(.sensors([Self.plug])))
        #expect(
            stored.map { "\($0.value) \($0.isTrusted)" } == [
                "100 true", "9000 false", "-5 false", "2000 false", "150 true",
            ])
        #expect(office.counters.rejections["implausible"] == 3)
        office.close()
    }

    @Test("A tap that is shut in winter is not silent before spring, and then only after its time")
    func seasons() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
        let season = try #require(Season(text: "11-01..03-15"))
        #expect(Season(text: "11-31..03-15") == nil && Season(text: "11-01") == nil)
        let tap = Sensor(
            id: Self.plug, resource: "water", quantity: "volume", role: .consumption, unit: GatewayModel.Unit("m3"),
            rhythm: Rhythm(interval: 60, pauses: [season]))
        var watch = SilenceWatch(
            sensors: [tap], lastSeen: [Self.plug: try at("2026-10-31T21:00:00Z")], silent: [],
            listeningSince: try at("2026-10-01T00:00:00Z"), zone: zone)
        for quiet in ["2026-11-01T00:00:00Z", "2027-01-15T12:00:00Z", "2027-03-15T22:59:00Z", "2027-03-15T23:03:00Z"] {
            #expect(watch.tick(now: try at(quiet)).isEmpty, "\(quiet)")
        }
        #expect(watch.tick(now: try at("2027-03-16T01:00:00Z")).map(\.onset) == [try at("2027-03-15T23:04:00Z")])
    }

    @Test("What reports in office hours only is silent by these hours: no weekend, no night, no holiday of the clock")
    func officeHours() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
        let hours = try #require(OfficeHours(text: "mon-fri 08:00-17:00"))
        #expect(OfficeHours(text: "fri-mon 20:00-02:00")?.weekdays == [1, 5, 6, 7])
        for wrong in [
            "mon-fri", "mon-fri 08:00", "mo-fr 08:00-17:00", "mon 8-17", "mon 08:00-08:00", "mon 25:00-26:00",
        ] {
            #expect(OfficeHours(text: wrong) == nil, "\(wrong)")
        }
        let rhythm = Rhythm(interval: 900, hours: hours)
        let days = (6...9).map { CalendarDate(year: 2026, month: 11, day: $0) }
        #expect(days.map(rhythm.isExpected) == [true, false, false, true])
        let pump = Sensor(
            id: Self.plug, resource: "water", quantity: "volume", role: .consumption, unit: GatewayModel.Unit("m3"),
            rhythm: Rhythm(interval: 900, silentAfter: 7200, hours: hours))
        // Last heard on Friday, 6 November 2026, at half past four: an hour and a half of Monday are left.
        var watch = SilenceWatch(
            sensors: [pump], lastSeen: [Self.plug: try at("2026-11-06T15:30:00Z")], silent: [],
            listeningSince: try at("2026-11-01T00:00:00Z"), zone: zone)
        for quiet in ["2026-11-06T18:00:00Z", "2026-11-08T12:00:00Z", "2026-11-09T08:29:00Z"] {
            #expect(watch.tick(now: try at(quiet)).isEmpty, "\(quiet)")
        }
        #expect(watch.tick(now: try at("2026-11-09T09:00:00Z")).map(\.onset) == [try at("2026-11-09T08:30:00Z")])
    }

    @Test("A device that goes wild is cut off at its rate, told once, and heard again when it keeps to it")
    func rate() throws {
        let office = try open()
        // An hour's window begins at the full hour; twenty times a minute's rhythm is 1,200 messages.
        for index in Int64(0)..<1500 {
            try send("{\"power\": \(100 + index % 7)}", in: office, at: index)
        }
        #expect(office.counters.rejections["too_many"] == 300)
        #expect(try office.store.readings(ReadingQuery(.sensors([Self.plug]))).count == 1200)
        #expect(try office.store.alerts(openOnly: true).map(\.cause) == [.box(.tooManyMessages)])
        try send("{\"power\": 90}", in: office, at: 3601)
        try send("{\"power\": 91}", in: office, at: 7201)
        #expect(try office.store.alerts(openOnly: true).isEmpty)
        #expect(try office.store.readings(ReadingQuery(.sensors([Self.plug]))).count == 1202)
        office.close()
    }

    @Test("What devices announced is known after a restart and after new profiles, until they take it back")
    func announced() throws {
        let config = "homeassistant/sensor/pump/total/config"
        func stored(_ office: Office) throws -> [String] {
            try office.store.readings(ReadingQuery(.sensors([SensorID(rawValue: "pump/energy")]))).map { "\($0.value)" }
        }
        var office = try open()
        try send("4.0", on: "pump/total", in: office, at: 0)
        try send(
            """
            {"stat_t": "pump/total", "uniq_id": "pump_total", "dev_cla": "energy", "stat_cla": "total_increasing",
            "unit_of_meas": "kWh", "dev": {"ids": ["pump-meter"]}}
            """, on: config, retained: true, in: office, at: 10)
        try send("4.1", on: "pump/total", in: office, at: 20)
        office.close()

        office = try open()
        try send("4.2", on: "pump/total", in: office, at: 30)
        try office.reload(site, now: time(40))
        try send("4.3", on: "pump/total", in: office, at: 50)
        #expect(try stored(office) == ["4.1", "4.2", "4.3"])

        try send("", on: config, in: office, at: 60)
        try send("4.4", on: "pump/total", in: office, at: 70)
        office.close()
        office = try open()
        try send("4.5", on: "pump/total", in: office, at: 80)
        #expect(try stored(office) == ["4.1", "4.2", "4.3"])
        office.close()
    }

    @Test("What a profile knows of its family's counters counts without a sheet, and after a restart")
    func familySheet() throws {
        let topic = "shellies/shellyplug-s-1/relay/0/energy"
        var office = try open()
        for (index, value) in ["6000", "6600", "120"].enumerated() {
            try send(value, on: topic, in: office, at: Int64(index) * 60)
        }
        office.close()
        office = try open()
        try send("180", on: topic, in: office, at: 240)
        try send("60", on: topic, in: office, at: 300)
        let events = try office.store.meterEvents().map { "\($0.kind.rawValue) \($0.state.rawValue)" }
        #expect(events == ["reset applied", "reset applied"])
        try office.housekeep(now: time(90_000))
        let days = try office.store.dayUse(
            SensorID(rawValue: "press/energy"), from: site.zone.date(at: begin), through: site.zone.date(at: begin))
        // 600 + 120 + 60 + 60 watt-minutes.
        #expect(days.map(\.use.amount) == [DecimalValue(14)])
        office.close()
    }

    @Test("A device of the same kind that appears after one fell silent is asked about, until it takes its place")
    func successor() throws {
        let office = try open()
        try send("{\"power\": 100}", in: office, at: 0)
        try send("{\"power\": 7}", from: "neighbour", in: office, at: 30)
        try send("{\"temperature\": 20}", from: "thermometer", in: office, at: 4000)
        #expect(try office.store.alerts(openOnly: true).map(\.cause) == [.box(.sensorSilent)])
        try send("{\"power\": 101}", from: "plug-new", in: office, at: 4060)
        #expect(office.successors().map(\.new) == ["plug-new"])
        let about = office.about("plug").lines
        #expect(about.first?.hasPrefix("Heard on zigbee2mqtt/plug: 1 messages since") == true)
        #expect(about.last?.hasSuffix("Then: commons devices rebind plug plug-new") == true)
        let reply = office.perform(.rebind(old: "plug", new: "plug-new"), by: Actor(account: "t"), now: time(4100))
        #expect(reply.isDone)
        try send("{\"power\": 102}", from: "plug-new", in: office, at: 4120)
        #expect(office.successors().isEmpty)
        #expect(try office.store.alerts(openOnly: true).isEmpty)
        office.close()
    }

    @Test("What was refused of a device, and why, can be asked")
    func refused() throws {
        let office = try open()
        try send("{\"power\": 100}", in: office, at: 0)
        try send("{\"power\": ", in: office, at: 60)
        let about = office.about("plug").lines.joined(separator: "\n")
        #expect(about.contains("2 messages") && about.contains("malformed 1"))
        office.close()
    }

    @Test("An impossible time is put aside with one alert, and released or dropped by a person")
    func putAside() throws {
        let office = try open()
        try send("{\"power\": 100, \"last_seen\": \"2026-11-10T09:00:00Z\"}", in: office, at: 0)
        try send("{\"power\": 101, \"last_seen\": \"2026-11-10T09:01:00Z\"}", in: office, at: 60)
        #expect(try office.store.readings(ReadingQuery(.sensors([Self.plug]))).isEmpty)
        #expect(try office.store.alerts(openOnly: true).map(\.cause) == [.box(.readingsPutAside)])
        func settle(_ number: Int64?, isReleased: Bool) throws -> CommandReply {
            let reply = office.perform(
                .settlePutAside(number: number, device: number == nil ? "plug" : nil, isReleased: isReleased),
                by: Actor(account: "t", enteredFor: "Rosa"), now: time(100))
            try office.pipeline.commit(packets: [], session: 1, now: time(100))
            return reply
        }
        #expect(try settle(1, isReleased: true).isDone)
        #expect(
            try office.store.readings(ReadingQuery(.sensors([Self.plug]))).map(\.time.instant.description)
                == ["2026-11-10T09:00:00Z"])
        #expect(try office.store.alerts(openOnly: true).count == 1)
        #expect(try settle(nil, isReleased: false).isDone)
        #expect(try office.store.readings(ReadingQuery(.sensors([Self.plug]))).count == 1)
        #expect(try office.store.alerts(openOnly: true).isEmpty)
        #expect(try settle(nil, isReleased: false).isDone == false)
        office.close()
    }
}
