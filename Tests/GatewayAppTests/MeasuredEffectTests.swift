import Foundation
import GatewayModel
import MQTTIngest
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a change in what a limit measures means for last month's figure, on a real store; time is a parameter.
@Suite("Effect of a change in what a limit measures", .serialized)
struct MeasuredEffectTests {
    private let folder: TemporaryFolder
    private let site: Site

    private static let limits = """
        limits:
          - {id: roof, title: Roof, bound: at_most, protects: resource, resource: energy, sensors: [roof/energy], budget: {amount: 3 kWh, per: month, per_person: true}, priority: today}
          - {id: both, title: Both, bound: at_most, protects: resource, resource: energy, sensors: [both/energy], budget: {amount: 900 kWh, per: month}, priority: today}
          - {id: hall, title: Hall, bound: at_most, protects: equipment, resource: energy, sensors: [hall/power], instant: {value: 900 W}, priority: today}
          - {id: home, title: Home, bound: at_most, protects: equipment, resource: energy, sensors: [home/energy], budget: {amount: 900 kWh, per: month}, priority: today}
        """

    init() throws {
        folder = try TemporaryFolder("effect")
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
          - {id: roof/energy, name: Roof, resource: energy, quantity: energy, role: consumption, visibility: community, unit: kWh, meter: {digits: 6}, device: a, channel: energy_total}
          - {id: shop/energy, name: Shop, resource: energy, quantity: energy, role: consumption, visibility: community, unit: kWh, device: b, channel: energy_total}
          - {id: both/energy, name: Both, resource: energy, quantity: energy, role: condition, visibility: community, unit: kWh, compute: {sum: [roof/energy, shop/energy]}}
          - {id: hall/power, name: Hall, resource: energy, quantity: active_power, role: condition, visibility: community, unit: W, plausible: {from: 0, to: 200}, device: a, channel: power}
          - {id: home/energy, name: Home, resource: energy, quantity: energy, role: consumption, visibility: household, unit: kWh, device: h, channel: energy_total}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// An hour of a day in May 2026; day 32 is the first of June.
    private func may(_ day: Int, _ hour: Int = 12) -> Instant {
        site.zone.start(of: CalendarDate(year: 2026, month: 4, day: 30).adding(days: day))
            .advanced(bySeconds: Int64(hour) * 3600)
    }

    private func decide(_ number: Int, _ parts: String, in office: Office, at now: Instant) {
        let text = """
            ---
            number: \(number)
            community: test
            assembly: 2026-04-05
            decided: by consent
            in_force_from: 2026-04-06
            review_by: 2099-04-01
            \(parts)
            ---
            As minuted.

            """
        let reply = office.perform(
            .adopt(fileName: "\(number).md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"),
            now: now)
        #expect(reply.isDone, "\(reply.lines)")
    }

    /// A box that heard three devices each noon of May: the roof's register goes up by 1 kWh a day, the shop's by 2
    /// and on the last day by 10, the home's by 9; the hall draws 100 W, once 500 W, which its sheet does not believe.
    private func box() throws -> Office {
        let office = try Office.open(site: site, now: may(-3))
        decide(1, "persons_served: {all: 10}\n" + Self.limits, in: office, at: may(-3))
        for day in -1...32 {
            for (device, total) in [("a", 1000 + day), ("b", 10 + 2 * day + (day > 30 ? 8 : 0)), ("h", 100 + 9 * day)] {
                let power = device != "a" ? "" : ",\"Power\":\(day == 15 ? 500 : 100)"
                let payload = "{\"ENERGY\":{\"Total\":\(total)\(power)}}"
                let message = InboundMessage(
                    topic: "tele/\(device)/SENSOR", payload: Array(payload.utf8), receivedAt: may(day))
                _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
            }
            try office.pipeline.commit(packets: [], session: 1, now: may(day))
        }
        try office.housekeep(now: may(33))
        return office
    }

    /// The box after its file says something else.
    private func changed(_ old: String, to new: String) throws -> (office: Office, site: Site) {
        try box().close()
        let file = folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        let changed = try Site.load(configFile: file)
        return (try Office.open(site: changed, now: may(38)), changed)
    }

    private func told(_ office: Office) throws -> [String] {
        try office.store.outboxEntries().filter { $0.item.type == "steward.measure_changed" }.map(\.item.body)
    }

    /// What the next agenda says of changes.
    private func agenda(_ office: Office, _ site: Site) throws -> [String] {
        try Papers(site: site, store: office.store, month: CalendarMonth(year: 2026, month: 6), now: may(39))
            .items(language: "en").filter { $0.kind == .measureChanged }.flatMap(\.facts)
    }

    @Test(
        "A changed sheet tells what last month would have been with it: in the notice, the record book and on the agenda",
        arguments: [
            (
                "meter: {digits: 6}", "meter: {digits: 6, multiplier: 10}",
                "Last month it was 31 kWh; with the change it would have been 310 kWh."
            ),
            (
                "meter: {digits: 6}", "meter: {digits: 7}",
                "Last month it was 31 kWh; the change makes no difference to that."
            ),
            (
                "meter: {digits: 6}, device: a", "meter: {digits: 6}, rhythm: {interval: 12 h}, device: a",
                "Last month it was 31 kWh; with the change it would have been 31 kWh (measured part 50 %)."
            ),
            (
                "{from: 0, to: 200}", "{from: 0, to: 600}",
                "Last month it was 100 to 100 W, 100 W on average; with the change it would have been 100 to 500 W, 113 W on average."
            ),
            (
                "compute: {sum: [roof/energy, shop/energy]}", "compute: {difference: [shop/energy, roof/energy]}",
                "Last month it was 101 kWh; with the change it would have been 39 kWh."
            ),
        ])
    func sheet(old: String, new: String, effect: String) throws {
        let (office, site) = try changed(old, to: new)
        let told = try told(office)
        #expect(told.count == 1 && told.allSatisfy { $0.contains(effect) }, "\(told)")
        let entries = try office.store.recordEntries().map(\.entry).filter { $0.kind == "sensor.changed" }
        #expect(
            entries.flatMap { MeasuredNews.effects(in: $0.facts) }.map { $0.effect.text(site.book("en")) } == [effect])
        let facts = try agenda(office, site)
        #expect(
            facts.count == 1 && facts.allSatisfy { $0.hasSuffix(" Changed by: The settings of the box. " + effect) },
            "\(facts)")
        office.close()
    }

    @Test("Another device tells what it measured last month wherever it hung, or that nobody knows")
    func device() throws {
        let office = try box()
        #expect(office.perform(.rebind(old: "a", new: "b"), by: Actor(account: "ona"), now: may(38)).isDone)
        #expect(office.perform(.rebind(old: "b", new: "new"), by: Actor(account: "ona"), now: may(39)).isDone)
        let sentences = try told(office).compactMap { body in
            body.firstRange(of: "Last month").map { String(body[$0.lowerBound...]) }
        }
        #expect(
            sentences.map { $0.replacing(" It is on the next agenda.", with: "") } == [
                "Last month it was 100 to 100 W, 100 W on average; what it would have been with the change, nobody knows.",
                "Last month it was 31 kWh; with the change it would have been 70 kWh.",
                "Last month it was 70 kWh; from now on it is not measured any more.",
                "Last month it was 100 to 100 W, 100 W on average; what it would have been with the change, nobody knows.",
                "Last month it was 31 kWh; what it would have been with the change, nobody knows.",
            ])
        // On paper nobody is named; the record book says who, as long as that is not erased.
        let entries = try office.store.recordEntries().filter { $0.entry.kind == "sensor.bound" }.suffix(5)
        let named = try agenda(office, site).compactMap { fact in
            fact.firstMatch(of: /Changed by: a person at the console \(entry (\d+) of the record book\)\./).map { $0.1 }
        }
        #expect(named == entries.map { "\($0.number)" } && !named.isEmpty)
        #expect(entries.allSatisfy { $0.entry.erasable["person"] == "ona" })
        office.close()
    }

    @Test("What is not measured any more is said to end, and a home's figures stay with the home")
    func ends() throws {
        var (office, site) = try changed("unit: kWh, device: h,", to: "unit: Wh, device: h,")
        #expect(try told(office).count == 1)
        for text in try told(office) + agenda(office, site) {
            #expect(!text.contains("Last month") && !text.contains("279"), "\(text)")
        }
        let entry = try office.store.recordEntries().map(\.entry).last { $0.kind == "sensor.changed" }
        #expect(entry != nil && entry?.facts["effects"] == nil)
        office.close()
        let file = folder.file("gateway.yaml")
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        try lines.filter { !$0.contains("id: hall/power") }.joined(separator: "\n").appending("\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
        office = try Office.open(site: site, now: may(39))
        #expect(try told(office).count == 1)
        office.close()
    }

    @Test("That a home's point is elsewhere, or hangs on another device, is told without place and device")
    func home() throws {
        let (office, site) = try changed("unit: kWh, device: h,", to: "unit: kWh, place: house-09, device: h9,")
        let (told, facts) = (try told(office), try agenda(office, site))
        #expect(told.count == 2 && facts.count == 2)
        for texts in [told, facts] {
            #expect(
                texts.contains { $0.contains("the place: changed.") }
                    && texts.contains { $0.contains("what measures it: changed.") })
            #expect(texts.allSatisfy { !$0.contains("house-09") && !$0.contains("h9") && !$0.contains("h energy") })
        }
        office.close()
    }

    @Test("Another time zone tells the figures that begin and end at other hours")
    func zone() throws {
        let (office, site) = try changed("Europe/Madrid", to: "Pacific/Kiritimati")
        let told = try told(office)
        // There the noon of 31 May belongs to June, and that of 30 April to May.
        #expect(
            told == [
                "The settings of the box changed what a limit measures, since 2026-06-08 00:00: the time zone: before Europe/Madrid, now Pacific/Kiritimati. Shop: Last month it was 70 kWh; with the change it would have been 62 kWh. It is on the next agenda."
            ])
        let fact = try #require(agenda(office, site).first)
        #expect(fact.hasSuffix("Shop: Last month it was 70 kWh; with the change it would have been 62 kWh."))
        office.close()
    }

    @Test("A decision for more people or other sensors tells what last month's figure is when counted so")
    func decision() throws {
        let office = try box()
        let parts = Self.limits.replacing("sensors: [both/energy]", with: "sensors: [shop/energy]")
        decide(2, "persons_served: {all: 20}\nsupersedes: [1]\n" + parts, in: office, at: may(38))
        let told = try told(office)
        #expect(
            told == [
                "Decision 2 changed what a limit measures, since 2026-04-06: 2/roof: people it is counted for: before 10, now 20. Last month it was 0.1 kWh per person and day; with the change it would have been 0.05 kWh per person and day. It is on the next agenda.",
                "Decision 2 changed what a limit measures, since 2026-04-06: 2/both: what is counted: before Both, now Shop. Last month it was 101 kWh; with the change it would have been 70 kWh. It is on the next agenda.",
            ])
        let facts = try agenda(office, site)
        #expect(
            facts == [
                "Roof, 7 June 2026 at 12:00: people it is counted for: before 10, now 20. Changed by: Decision 2. Last month it was 0.1 kWh per person and day; with the change it would have been 0.05 kWh per person and day.",
                "Both, 7 June 2026 at 12:00: what is counted: before Both, now Shop. Changed by: Decision 2. Last month it was 101 kWh; with the change it would have been 70 kWh.",
            ])
        #expect(try office.store.verifyRecordBook().isIntact)
        // The same decision with a new number changes nothing that is measured.
        decide(3, "persons_served: {all: 20}\nsupersedes: [2]\n" + parts, in: office, at: may(38))
        #expect(try self.told(office).count == 2)
        office.close()
    }
}
