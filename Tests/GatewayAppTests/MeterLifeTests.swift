import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What happens to meters and what people decide about it, on a real store; time is a parameter.
@Suite("A meter's life", .serialized)
struct MeterLifeTests {
    private let folder: TemporaryFolder
    private let site: Site
    private static let meter = SensorID(rawValue: "grid/bought")
    /// 2026-11-10, noon in Madrid.
    private let begin = Instant(seconds: 1_794_308_400)

    init() throws {
        folder = try TemporaryFolder("meter")
        let file = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}, {name: Pau}]
        destinations:
          - {name: notices, kind: files, audience: stewards, folder: \(folder.path)/notices}
        sensors:
          - {id: grid/bought, resource: energy, quantity: energy, role: input, unit: kWh, visibility: community, device: meter, channel: energy_total, meter: {digits: 5, maximum_per_hour: 9000}}

        """.write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
    }

    private func time(_ days: Double) -> Instant { begin.advanced(bySeconds: Int64(days * 86_400)) }

    private func read(_ figures: [Double], in office: Office, at days: Double, device: String = "meter") throws {
        for (index, figure) in figures.enumerated() {
            let at = days + Double(index) / 1440
            let payload = Array("{\"ENERGY\":{\"Total\":\(figure)}}".utf8)
            let message = InboundMessage(topic: "tele/\(device)/SENSOR", payload: payload, receivedAt: time(at))
            _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
            try settle(office, at: at)
        }
    }

    private func settle(_ office: Office, at days: Double) throws {
        _ = office.tick(now: time(days))
        try office.pipeline.commit(packets: [], session: 1, now: time(days))
        office.housekeepIfDue(now: time(days))
    }

    private func act(_ command: Command, in office: Office, at days: Double) throws -> CommandReply {
        let reply = office.perform(command, by: Actor(account: "test", enteredFor: "Rosa"), now: time(days))
        try settle(office, at: days)
        return reply
    }

    /// Consumption by day as the report and budgets read it, `~` where it is a lower bound.
    private func days(_ office: Office, at days: Double) throws -> [String] {
        _ = try PipelineLoader(site: site, store: office.store).bringDaysUpToDate(now: time(days))
        return try office.store.dayUse(
            Self.meter, from: site.zone.date(at: begin), through: site.zone.date(at: time(days))
        ).map { "\($0.use.isLowerBound ? "~" : "")\($0.use.amount)" }
    }

    private func events(_ office: Office) throws -> [String] {
        try office.store.meterEvents().map {
            "\($0.kind.rawValue) \($0.state.rawValue) \($0.impliedUse?.description ?? "?")"
        }
    }

    private func expect(_ found: [String], _ wanted: [String], at place: SourceLocation = #_sourceLocation) {
        #expect(found == wanted, sourceLocation: place)
    }

    private func exchange(_ old: Int64, _ new: Int64, at days: Double) -> Command {
        .exchangeMeter(
            sensor: Self.meter, at: time(days), oldFinal: DecimalValue(old), newFirst: DecimalValue(new), unit: nil)
    }

    @Test("Case 5: an exchange entered afterwards makes the total whole, is told to all, and can be taken back")
    func exchangeAfterwards() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([9800, 9870, 3, 20, 33], in: office, at: 0)
        try expect(events(office), ["exchange proposed 3"])
        try expect(days(office, at: 1), ["~100"])
        // Nobody knows the minute; the readings do.
        #expect(try act(exchange(9875, 0, at: 0.02), in: office, at: 1).isDone)
        try expect(events(office), ["exchange confirmed 8"])
        try expect(days(office, at: 1), ["108"])
        let told = try office.store.outboxEntries().map(\.item.body)
        #expect(told.count == 1)
        #expect(told.first?.contains("Rosa entered that the meter “grid/bought” was replaced") == true)
        let taken = MeterAnswer(sensor: Self.meter, at: time(2.0 / 1440), kind: nil, isConfirmed: false)
        #expect(try act(.decideMeter(taken), in: office, at: 1.1).isDone)
        try expect(days(office, at: 1.1), ["100"])
        // The way back is open, and a restart changes nothing.
        #expect(try act(exchange(9875, 0, at: 0.02), in: office, at: 1.2).isDone)
        office.close()
        let again = try Office.open(site: site, now: time(1.3))
        try expect(days(again, at: 1.3), ["108"])
        #expect(
            try again.store.recordEntries().map(\.entry.kind).filter { $0.hasPrefix("meter.") } == [
                "meter.exchanged", "meter.reverted", "meter.exchanged",
            ])
        again.close()
    }

    @Test("Case 5, the other way round: an exchange entered before its readings asks nobody anything")
    func exchangeBefore() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([9800, 9870], in: office, at: 0)
        #expect(try act(exchange(9875, 0, at: 0.01), in: office, at: 0.01).isDone)
        try read([3, 20, 33], in: office, at: 0.02)
        try expect(events(office), ["exchange confirmed 8"])
        try expect(days(office, at: 1), ["108"])
        office.close()
    }

    @Test("An exchange that is entered too early waits for the reading that shows it; nothing jumps meanwhile")
    func exchangeTooEarly() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([9800, 9868], in: office, at: 0)
        #expect(try act(exchange(9875, 3, at: 0.01), in: office, at: 0.01).isDone)
        try read([9869, 9870], in: office, at: 0.02)
        try expect(events(office), [])
        try read([5, 20], in: office, at: 0.1)
        try expect(events(office), ["exchange confirmed 7"])
        try expect(days(office, at: 1), ["92"])
        office.close()
    }

    @Test("A figure read by hand is no amount, whatever the device sends")
    func handReadingOfDeltas() throws {
        let office = try Office.open(site: site, now: time(0))
        let reading = Reading(
            stream: StreamKey(device: "meter"), channel: "energy_total", quantity: "energy", kind: .delta,
            value: DecimalValue(2), unit: GatewayModel.Unit("kWh"), time: ReadingTime(time(0), source: .received))
        _ = office.pipeline.add(reading, now: time(0))
        try settle(office, at: 0)
        let reply = try act(
            .addReadings([HandReading(sensor: Self.meter, value: DecimalValue(1234), unit: nil, time: time(0.1))]),
            in: office, at: 0.2)
        #expect(!reply.isDone)
        #expect(reply.lines.joined().contains("sends amounts and no meter reading"))
        try expect(days(office, at: 1), ["2"])
        office.close()
    }

    @Test("Figures of an exchange that do not fit the readings are refused with both")
    func exchangeThatDoesNotFit() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([9800, 9870, 3], in: office, at: 0)
        let reply = try act(exchange(9000, 0, at: 0.01), in: office, at: 0.1)
        #expect(!reply.isDone && reply.lines.joined().contains("9870") && reply.lines.joined().contains("3 "))
        #expect(try office.store.meterDecisions().isEmpty)
        office.close()
    }

    @Test("Case 2: a false zero that lasts over midnight counts nothing on either day, whatever is restarted")
    func falseZeroOverMidnight() throws {
        var office = try Office.open(site: site, now: time(0))
        try read([14_000, 14_010, 0], in: office, at: 0)
        office.close()
        office = try Office.open(site: site, now: time(1))
        try read([0, 0], in: office, at: 1)
        office.close()
        office = try Office.open(site: site, now: time(2))
        try read([14_030, 14_031], in: office, at: 2)
        try expect(days(office, at: 3), ["10", "0", "21"])
        try expect(events(office), ["exchange reverted ?", "false_reading applied 0"])
        var batch = Batch(committedAt: time(3))
        // Computed once more from the first day on, it is the same.
        batch.dirtyUse = [DirtyUse(sensor: Self.meter, date: site.zone.date(at: begin))]
        try office.store.commit(batch)
        try expect(days(office, at: 3), ["10", "0", "21"])
        try expect(events(office), ["exchange reverted ?", "false_reading applied 0"])
        // What the third day said of the first is taken back with it, and said again.
        let aside = Command.setAside(sensor: Self.meter, from: time(2), until: time(3), why: "wrong")
        #expect(try act(aside, in: office, at: 3).isDone)
        try expect(events(office), ["exchange proposed ?"])
        #expect(try days(office, at: 3).first == "~10")
        #expect(try act(.liftSetAside(1), in: office, at: 3.1).isDone)
        try expect(days(office, at: 3.1), ["10", "0", "21"])
        try expect(events(office), ["exchange reverted ?", "false_reading applied 0"])
        office.close()
    }

    @Test("A false zero during a gap, a rollover after an exchange, an exchange confirmed late: to the last digit")
    func combinations() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([99_900.5], in: office, at: 0)
        // A week of nothing, then a false zero, then the true figure.
        try read([0, 99_950.7], in: office, at: 7)
        try expect(days(office, at: 8), ["0", "50.2"])
        // Another meter that was used before; nobody says so for two weeks.
        try read([99_990, 99_999.9, 0.4], in: office, at: 10)
        try read([12.5], in: office, at: 12)
        #expect(try events(office).contains("rollover applied 0.5"))
        let total = try days(office, at: 13)
        #expect(total == ["0", "50.2", "49.7", "12.1"])
        // It is no question any more, so its time must be said.
        let decided = MeterAnswer(sensor: Self.meter, at: nil, kind: .rollover, isConfirmed: true)
        #expect(try !act(.decideMeter(decided), in: office, at: 13).isDone)
        office.close()
    }

    @Test("A device that takes another's place is a question where its total is another's")
    func reboundToUsedMeter() throws {
        var office = try Office.open(site: site, now: time(0))
        try read([9800, 9870], in: office, at: 0)
        #expect(try act(.rebind(old: "meter", new: "spare"), in: office, at: 0.1).isDone)
        try read([95_000, 95_010], in: office, at: 0.2, device: "spare")
        try expect(events(office), ["exchange proposed ?"])
        try expect(days(office, at: 1), ["~80"])
        #expect(try act(exchange(9875, 94_990, at: 0.15), in: office, at: 1).isDone)
        try expect(days(office, at: 1), ["95"])
        office.close()
        office = try Office.open(site: site, now: time(1.1))
        try expect(days(office, at: 1.1), ["95"])
        office.close()
    }

    @Test("Readings set aside are kept and do not count; undone, they count again")
    func setAside() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([100, 110], in: office, at: 0)
        try read([500, 120], in: office, at: 0.2)
        #expect(try days(office, at: 1).first?.hasSuffix("400") == true)
        let reply = try act(
            .setAside(sensor: Self.meter, from: time(0.2), until: time(0.2003), why: "the plug was swapped"),
            in: office, at: 1)
        #expect(reply.isDone)
        try expect(days(office, at: 1), ["~20"])
        try expect(events(office), [])
        #expect(try office.store.readings(ReadingQuery(.sensors([Self.meter]))).count == 4)
        #expect(try act(.liftSetAside(1), in: office, at: 1.1).isDone)
        #expect(try days(office, at: 1.1).first?.hasSuffix("400") == true)
        #expect(try act(.liftSetAside(1), in: office, at: 1.2).isDone == false)
        office.close()
    }

    @Test("People's own readings are equals: mixed with those of devices, in another unit, late, once")
    func byHand() throws {
        let office = try Office.open(site: site, now: time(0))
        try read([100], in: office, at: 0)
        func add(_ value: Int64, _ unit: String?, at days: Double) throws -> String {
            try act(
                .addReadings([
                    HandReading(
                        sensor: Self.meter, value: DecimalValue(value), unit: unit.map { GatewayModel.Unit($0) },
                        time: time(days))
                ]), in: office, at: 3
            ).lines.joined()
        }
        try read([130], in: office, at: 3)
        try expect(days(office, at: 4), ["0", "30"])
        #expect(try add(110, nil, at: 1).contains("is stored"))
        #expect(try add(120_000, "Wh", at: 2).contains("is stored"))
        #expect(try add(110, nil, at: 1).contains("was there already"))
        #expect(try add(111, nil, at: 1).contains("another figure stands there"))
        try expect(days(office, at: 4), ["0", "10", "10", "10"])
        #expect(try add(1, "m3", at: 2.5).contains("cannot be converted"))
        #expect(try add(1, nil, at: 9).contains("in the future"))
        let sources = try office.store.readings(ReadingQuery(.sensors([Self.meter]))).map(\.time.source)
        #expect(sources == [.received, .manual, .manual, .received])
        office.close()
    }

    @Test("A unit that changes within its dimension goes on; another dimension is told once and does not count")
    func units() throws {
        let office = try Office.open(site: site, now: time(0))
        func send(_ value: String, unit: String, at days: Double) throws {
            let reading = Reading(
                stream: StreamKey(device: "meter"), channel: "energy_total", quantity: "energy", kind: .register,
                value: try #require(DecimalValue(value)), unit: GatewayModel.Unit(unit),
                time: ReadingTime(time(days), source: .received))
            _ = office.pipeline.add(reading, now: time(days))
            try settle(office, at: days)
        }
        try send("10", unit: "kWh", at: 0)
        try send("10500", unit: "Wh", at: 0.1)
        try expect(days(office, at: 1), ["0.5"])
        try send("12", unit: "m3", at: 0.2)
        try send("13", unit: "m3", at: 0.3)
        #expect(try office.store.alerts(openOnly: true).map(\.cause) == [.box(.unitChanged)])
        try expect(days(office, at: 1), ["0.5"])
        try send("11", unit: "kWh", at: 0.4)
        #expect(try office.store.alerts(openOnly: true).isEmpty)
        try expect(days(office, at: 1), ["1"])
        #expect(try office.store.series().map(\.unit.code) == ["kWh", "Wh", "m3"])
        office.close()
    }
}
