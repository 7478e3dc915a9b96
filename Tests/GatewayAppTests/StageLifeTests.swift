import Alerting
import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Stages, rules on days, emergencies and changes of what is measured, on a real store; time is a parameter.
@Suite("What the assembly decided in advance", .serialized)
struct StageLifeTests {
    private let folder: TemporaryFolder
    private let site: Site
    /// The first day, 8 June 2026.
    private static let first = CalendarDate(year: 2026, month: 6, day: 8)
    private static let main = SensorID(rawValue: "main/water")

    init() throws {
        folder = try TemporaryFolder("stages")
        try """
        community: {id: vall-clara, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: all, kind: files, audience: members, folder: \(folder.path)/out}
          - {name: own, kind: files, audience: stewards, folder: \(folder.path)/own}
        sensors:
          - {id: main/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}, device: main, channel: volume}
          - {id: village/taps, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    private func time(_ day: Int, _ hour: Int = 12) -> Instant {
        site.zone.start(of: Self.first.adding(days: day)).advanced(bySeconds: Int64(hour) * 3600)
    }

    private func adopt(_ name: String, _ number: Int? = nil, in office: Office, at now: Instant) throws -> CommandReply
    {
        let path = GatewayUnderTest.root + "/config/resolutions/examples/\(name).md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let reply = office.perform(
            .adopt(fileName: "\(name).md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"), now: now
        )
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
        return reply
    }

    /// Reads the registers by hand at noon of a day and lets the night after it pass.
    private func live(_ day: Int, main: Int64, taps: Int64, in office: Office) throws {
        let readings = [(Self.main, main), (SensorID(rawValue: "village/taps"), taps)].map {
            HandReading(sensor: $0, value: DecimalValue($1), unit: nil, time: time(day))
        }
        #expect(office.perform(.addReadings(readings), by: Actor(account: "test"), now: time(day)).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: time(day))
        try office.makeUpIfDue(now: time(day))
        try office.housekeep(now: time(day + 1, 1))
        try office.pipeline.commit(packets: [], session: 0, now: time(day + 1, 1))
    }

    private func limits(_ office: Office) -> [String] {
        ["normal", "dry"].filter {
            office.pipeline.state.limits.limit(LimitReference(resolution: 7, limit: $0)) != nil
        }
    }

    @Test(
        "Three days above 450,000 gallons bring the drought's limits into force, tell everybody once, and it ends itself"
    )
    func drought() throws {
        var office = try Office.open(site: site, now: time(0, 0))
        #expect(try adopt("drought-ferris", in: office, at: time(0, 1)).isDone)
        #expect(limits(office) == ["normal"])
        // 450,000 gallons are 1,703 m3; the register begins at a million.
        var register: Int64 = 1_000_000
        var found: [String] = []
        for (day, use) in [0, 1800, 1800, 1800, 1600, 1600, 1600, 1600].enumerated() {
            register += Int64(use)
            try live(day, main: register, taps: 1000 + Int64(day) * 3, in: office)
            found.append(limits(office).joined())
            if day == 4 {
                // A restart in the middle of it changes nothing and tells nothing anew.
                office.close()
                office = try Office.open(site: site, now: time(5, 2))
            }
        }
        #expect(found == ["normal", "normal", "normal", "dry", "dry", "dry", "normal", "normal"])
        let told = try office.store.outboxEntries().filter { $0.item.type == "stage.changed" }
        #expect(told.map(\.item.destination).sorted() == ["all", "all", "own", "own"])
        #expect(told.contains { $0.item.body.contains("level 1 (save) counts since 2026-06-12") })
        let records = try office.store.recordEntries().map(\.entry).filter { $0.kind == "stage.changed" }
        #expect(records.map { $0.facts["level"] } == ["1", "0"])
        let agenda = try Papers(
            site: site, store: office.store, month: CalendarMonth(year: 2026, month: 6), now: time(5, 3)
        ).questions(language: "en")
        #expect(agenda.contains("Drought: level 1 counts"), "\(agenda)")
        office.close()
    }

    @Test(
        "A day on which people got too little is an alert that wakes; with a drought at the same time people come first"
    )
    func peopleFirst() throws {
        let office = try Office.open(site: site, now: time(0, 0))
        #expect(try adopt("drought-ferris", in: office, at: time(0, 1)).isDone)
        var register: Int64 = 1_000_000
        for day in 0..<4 {
            register += day == 0 ? 0 : 1800
            // Forty people need two cubic metres a day; on the last day they get one.
            try live(day, main: register, taps: 1000 + Int64(day) * 3 - (day == 3 ? 2 : 0), in: office)
        }
        let open = office.pipeline.state.alerts.open
        #expect(open.contains { $0.cause == .limit(LimitReference(resolution: 7, limit: "water-for-everyone")) })
        let risk = try #require(open.first { $0.cause == .box(.peopleAtRisk) })
        #expect(risk.subject == "water" && risk.priority == .now)
        // A late reading shows that they had enough: the figure is corrected, and what people were told stays.
        let late = HandReading(
            sensor: SensorID(rawValue: "village/taps"), value: DecimalValue(1009), unit: nil, time: time(3, 22))
        #expect(office.perform(.addReadings([late]), by: Actor(account: "test"), now: time(4, 8)).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: time(4, 8))
        office.needsMakeUp = true
        try office.makeUpIfDue(now: time(4, 8))
        try office.pipeline.commit(packets: [], session: 0, now: time(4, 8))
        let alerts = try office.store.alerts(openOnly: false)
        let floor = try #require(
            alerts.first { $0.cause == .limit(LimitReference(resolution: 7, limit: "water-for-everyone")) })
        #expect(floor.returnedAt != nil)
        #expect(floor.transition?.value == DecimalValue(1000))
        #expect(alerts.first { $0.cause == .box(.peopleAtRisk) }?.returnedAt != nil)
        office.close()
    }

    @Test(
        "An emergency only in the form that was decided: tighter, not too tight, never against people, until the assembly"
    )
    func emergency() throws {
        let office = try Office.open(site: site, now: time(0, 0))
        func decide(_ number: Int, _ text: String, at now: Instant) throws -> CommandReply {
            let file = """
                ---
                number: \(number)
                community: vall-clara
                assembly: 2026-06-01
                decided: by consent
                in_force_from: 2026-06-08
                review_by: 2027-06-01
                persons_served: {all: 40}
                \(text)
                ---
                As minuted.

                """
            return office.perform(
                .adopt(fileName: "\(number).md", bytes: Data(file.utf8), signatures: []), by: Actor(account: "test"),
                now: now)
        }
        let limits = """
            limits:
              - id: floor
                title: Minimum
                bound: at_least
                protects: people
                resource: water
                sensors: [village/taps]
                delivered: {amount: 50 L, per_person: true}
                priority: now
              - id: water
                title: Water
                protects: resource
                resource: water
                sensors: [main/water]
                floor: floor
                rule: not more than 100 L per person per day
                priority: today
            allows_emergency: [{limit: water, tightest: 60 L}]
            """
        #expect(try decide(1, limits, at: time(0, 1)).isDone)
        func measure(_ limit: String, _ amount: String, _ until: String) -> String {
            "limits: []\nemergency: {limit: \(limit), amount: \(amount), until: \(until)}"
        }
        let refusals = try [
            measure("1/floor", "40 L", "2026-06-20"), measure("1/water", "110 L", "2026-06-20"),
            measure("1/water", "55 L", "2026-06-20"), measure("1/water", "80 L", "2026-07-06"),
            measure("9/water", "80 L", "2026-06-20"),
        ].map { try decide(2, $0, at: time(0, 2)).lines.joined() }
        #expect(
            refusals.map { $0.split(separator: ".").first.map(String.init) ?? "" } == [
                "No decision allows to tighten the limit 1/floor in an emergency",
                "110 L is not tighter than what counts now for 1/water",
                "1/water may be tightened to 60 L at the tightest, not to 55 L", "A measure ends at the next assembly",
                "The limit 9/water is not in force, so that it cannot be tightened",
            ])
        #expect(try decide(2, measure("1/water", "80 L", "2026-07-05"), at: time(0, 2)).isDone)
        func amount(on day: Int) throws -> String? {
            let adopted = try LimitRegister(site: site).adopted(in: office.store)
            return try StageKeeper(office.store).limits(on: Self.first.adding(days: day), LimitsInForce(adopted))
                .first { $0.reference.limit == "water" }?.limit.amount?.description
        }
        #expect(try [0, 27, 28].map(amount) == ["80", "80", "100"])
        let items = try Papers(
            site: site, store: office.store, month: CalendarMonth(year: 2026, month: 6), now: time(10)
        ).questions(language: "en")
        #expect(items.first == "Emergency measure 2 to ratify: Water")
        office.close()
    }

    @Test("What a limit measures changes in the open: old, new, who, last month's figure, every steward, the agenda")
    func measured() throws {
        var office = try Office.open(site: site, now: time(0, 0))
        #expect(try adopt("drought-ferris", in: office, at: time(0, 1)).isDone)
        try live(0, main: 1_000_000, taps: 1000, in: office)
        try live(1, main: 1_000_010, taps: 1003, in: office)
        office.close()
        let file = folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("device: main,", with: "device: other,").replacing("Europe/Madrid", with: "Europe/Lisbon")
            .replacing(
                "role: input, visibility: community, unit: m3, meter: {digits: 9}",
                with: "role: input, visibility: community, unit: m3, meter: {digits: 6}"
            ).write(toFile: file, atomically: true, encoding: .utf8)
        let changed = try Site.load(configFile: file)
        office = try Office.open(site: changed, now: time(25))
        let told = try office.store.outboxEntries().filter { $0.item.type == "steward.measure_changed" }
        #expect(told.map(\.item.destination) == ["own", "own", "own"])
        #expect(told.contains { $0.item.body.contains("the time zone: before Europe/Madrid, now Europe/Lisbon") })
        #expect(told.contains { $0.item.body.contains("what measures it: before volume of main, now volume of other") })
        #expect(
            told.contains { $0.item.body.contains("digits of the meter: before 9, now 6") }, "\(told)")
        let july = try Papers(
            site: changed, store: office.store, month: CalendarMonth(year: 2026, month: 7), now: time(26)
        ).questions(language: "en")
        #expect(july.contains("What our limits measure was changed: 3"), "\(july)")
        // The same file again changes nothing and tells nothing.
        office.close()
        office = try Office.open(site: changed, now: time(27))
        #expect(try office.store.outboxEntries().count { $0.item.type == "steward.measure_changed" } == 3)
        let reply = office.perform(
            .rebind(old: "other", new: "third"), by: Actor(account: "ona"), now: time(27))
        #expect(reply.isDone)
        #expect(
            try office.store.outboxEntries().contains {
                $0.item.body.contains("ona changed")
                    && $0.item.body.contains("before volume of other, now volume of third")
            })
        office.close()
    }
}
