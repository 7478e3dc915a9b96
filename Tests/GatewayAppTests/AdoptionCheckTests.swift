import Foundation
import GatewayModel
import Limits
import Testing

@testable import GatewayApp

/// A decision is compared with the sensors that are here and with all that is in force: adopted ones on a real store.
@Suite("What a decision meets at its adoption", .serialized)
struct AdoptionCheckTests {
    let village: SigningVillage
    let office: Office

    init() throws {
        village = try SigningVillage(
            sensors: """
                sensors:
                  - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}}
                  - {id: taps/water, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
                  - {id: garden/water, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
                  - {id: clinic/water, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3, meter: {digits: 9}}
                  - {id: public/water, resource: water, quantity: volume, role: condition, visibility: community, unit: m3, compute: {sum: [garden/water, clinic/water]}}
                  - {id: tank/level, resource: water, quantity: level, role: storage, visibility: community, unit: m3}
                  - {id: grid/bought, resource: energy, quantity: energy, role: input, visibility: community, unit: kWh, meter: {digits: 9}}
                """)
        office = try village.office()
    }

    static let floor = """
          - id: people
            title: Water for everyone
            bound: at_least
            protects: people
            resource: water
            sensors: [taps/water]
            delivered: {amount: 50 L, per_person: true}
            priority: now
        """

    func cap(
        _ rule: String, on sensors: String = "well/water", floor: String = "people", more: String = ""
    ) -> String {
        """
          - id: cap
            title: Cap
            protects: resource
            resource: water
            sensors: [\(sensors)]
            floor: \(floor)
            priority: today
            \(rule)
        \(more)
        """
    }

    func file(_ number: Int, _ parts: String) -> [UInt8] {
        Array(
            """
            ---
            number: \(number)
            community: test
            assembly: 2026-11-01
            decided: by consent
            in_force_from: 2026-11-02
            review_by: 2099-05-02
            persons_served: {all: 40}
            \(parts)
            ---
            x

            """.utf8)
    }

    func adopt(_ number: Int, _ parts: String) throws {
        let bytes = file(number, parts)
        let reply = try village.perform(
            .adopt(fileName: "\(number).md", bytes: Data(bytes), signatures: []), in: office)
        #expect(reply.isDone, "\(reply.lines)")
    }

    /// What does not fit, up to the first word of advice; nil where it may be adopted.
    func misfit(_ number: Int, _ parts: String) throws -> String? {
        let (resolution, problems) = ResolutionFile.parse(file(number, parts), fileName: "x.md")
        return try office.misfit(of: #require(resolution, "\(problems)"), now: village.time(0.3))
    }

    @Test(
        "A ceiling below a floor of another decision is refused, per person and as a whole where it measures all sources"
    )
    func floorsOfOthers() throws {
        try adopt(1, "limits:\n" + Self.floor)
        func cap(_ rule: String, on sensors: String = "well/water") throws -> String? {
            try misfit(2, "limits:\n" + self.cap(rule, on: sensors, floor: "1/people"))
        }
        #expect(try cap("rule: not more than 60 L per person per day") == nil)
        #expect(try cap("rule: not more than 2 m3 per day") == nil)
        #expect(
            try cap("rule: not more than 40 L per person per day")?.hasPrefix(
                "“cap” would allow 40 L a day, and “1/people” guarantees people 50 L.") == true)
        #expect(
            try cap("rule: not more than 100 L per day")?.hasPrefix(
                "“cap” would allow 100 L a day, and “1/people” guarantees people 2000 L.") == true)
        #expect(try cap("rule: not more than 61 m3 per month")?.contains("guarantees people 2 m3") == true)
        #expect(try cap("rule: not more than 100 L per day", on: "taps/water, garden/water") != nil)
        // The garden's own ceiling takes nothing from the taps.
        #expect(try cap("rule: not more than 100 L per day", on: "garden/water") == nil)
        // In the same decision the sources are known only here.
        let own = "limits:\n" + Self.floor + "\n" + self.cap("rule: not more than 100 L per day")
        #expect(try misfit(2, own)?.contains("“people” guarantees people 2000 L") == true)
        office.close()
    }

    @Test("What any decision in force protects is reduced by no stage and no emergency of another one")
    func protectedSupply() throws {
        try adopt(1, "protected_supply: [clinic/water]\nlimits:\n" + Self.floor)
        let stages = """
            stages:
              - id: drought
                title: Drought
                resource: water
                declared: in_advance
                levels: [{title: save, enter: {use: [well/water], more_than: 9 m3}, leave: by_assembly}]
            limits:

            """
        let rule = "rule: not more than 60 L per person per day"
        func staged(_ sensors: String) -> String {
            stages + cap(rule + "\n    at_stage: drought 1", on: sensors, floor: "1/people")
        }
        let stage = try misfit(2, staged("taps/water, clinic/water"))
        #expect(stage?.contains("“clinic/water”, which decision 1 protects: no stage") == true)
        #expect(try misfit(2, staged("taps/water")) == nil)
        let forms = "allows_emergency: [{limit: cap, tightest: 55 L}]\nlimits:\n"
        let form = try misfit(2, forms + cap(rule, on: "clinic/water", floor: "1/people"))
        #expect(form?.contains("“clinic/water”, which decision 1 protects: no emergency") == true)
        #expect(try misfit(2, "limits:\n" + cap(rule, on: "clinic/water", floor: "1/people")) == nil)
        // Protected later: the stage in force would reduce it, and so would a measure under an older form.
        try adopt(2, staged("taps/water, garden/water"))
        try adopt(3, forms + cap(rule, on: "garden/water", floor: "1/people"))
        let late = "protected_supply: [garden/water]\nlimits: []"
        #expect(try misfit(4, late)?.contains("“2/cap” counts at a level of a stage") == true)
        #expect(try misfit(4, "supersedes: [2]\n" + late) == nil)
        try adopt(4, "supersedes: [2]\n" + late)
        let measure = try misfit(5, "limits: []\nemergency: {limit: 3/cap, amount: 57 L, until: 2026-11-20}")
        #expect(measure?.contains("“garden/water”, which decision 4 protects: no emergency") == true)
        office.close()
    }

    @Test(
        "A limit that its sensors can never judge is refused: a level of a meter, a use of a level, units of others",
        arguments: [
            ("well/water", "rule: not more than 1 m3", "“well/water” counts what is used"),
            ("well/water", "bound: at_most\n    rate: {change: 1 m3, within: 1 h, direction: falls}", "counts what"),
            ("tank/level", "rule: not more than 90 m3 per day", "“tank/level” shows a level"),
            (
                "tank/level", "bound: at_most\n    closed_hours: {hours: between 01:00 and 02:00, amount: 1 L}",
                "shows a"
            ),
            (
                "well/water", "bound: at_most\n    share: {of: [grid/bought], share: 80 %, unit: m3}",
                "“grid/bought” measures in kWh"
            ),
            (
                "well/water", "bound: at_most\n    balance: {minus: [tank/level], share: 15 %, unit: m3, per: week}",
                "“tank/level” shows a level"
            ),
            ("tank/level", "rule: not more than 1 m3", nil), ("well/water", "rule: not more than 90 m3 per day", nil),
            ("well/water", "bound: at_most\n    share: {of: [taps/water], share: 80 %, unit: L}", nil),
        ] as [(String, String, String?)])
    func judgeable(sensor: String, rule: String, expected: String?) throws {
        let found = try misfit(1, "limits:\n" + Self.floor + "\n" + cap(rule, on: sensor))
        #expect(expected.map { found?.contains($0) == true } ?? (found == nil), "\(found ?? "-")")
        office.close()
    }

    @Test(
        "A stage whose condition can never be judged is refused",
        arguments: [
            ("{use: [well/water], more_than: 45 kWh}", "“drought” is in kWh, but “well/water” measures in m3"),
            ("{lowest: [well/water], less_than: 4 m3}", "“well/water” counts what is used"),
            ("{all: [{lowest: [tank/level], less_than: 4 m3}, {use: [tank/level], more_than: 1 m3}]}", "shows a level"),
            (
                "{use: [well/water], more_than: 80 %, of: {last_year: [grid/bought]}, unit: m3}",
                "“grid/bought” measures in kWh"
            ),
            ("{any: [{lowest: [tank/level], less_than: 4 m3}, {use: [well/water], more_than: 9 m3}]}", nil),
        ] as [(String, String?)])
    func stages(condition: String, expected: String?) throws {
        let found = try misfit(
            1,
            """
            limits: []
            stages:
              - id: drought
                title: Drought
                resource: water
                declared: in_advance
                levels: [{title: save, enter: \(condition), leave: by_assembly}]
            """)
        #expect(expected.map { found?.contains($0) == true } ?? (found == nil), "\(found ?? "-")")
        office.close()
    }

    @Test("What a device was heard to send counts more than what is declared")
    func heard() throws {
        let parts = "limits:\n" + Self.floor + "\n" + cap("rule: not more than 90 m3 per day", on: "tank/level")
        let resolution = try #require(ResolutionFile.parse(file(1, parts), fileName: "x.md").resolution)
        let sensor = SensorID(rawValue: "tank/level")
        for (kind, isGood) in [(ReadingKind.delta, true), (.register, true), (.gauge, false), (.state, false)] {
            let check = AdoptionCheck(
                site: village.site, sensors: office.pipeline.state.sensors, kinds: [sensor: kind],
                now: village.time(0.3))
            #expect((check.problem(with: resolution, adopted: []) == nil) == isGood, "\(kind)")
        }
        office.close()
    }
}
