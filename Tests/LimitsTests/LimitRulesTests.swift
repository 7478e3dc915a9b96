import GatewayModel
import Testing

@testable import Limits

/// What a decision may not say, and what it would otherwise be taken for.
@Suite("What a decision as a whole must respect")
struct LimitRulesTests {
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

    private func problems(_ limit: String, _ more: String = "", floor: String = LimitRulesTests.floor) -> [String] {
        let text = """
            ---
            number: 1
            community: vall-clara
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2027-05-02
            persons_served: {all: 40}
            areas: {beds: 350 m2}
            \(more)
            limits:
            \(floor)  - id: cap
                title: Cap
                protects: resource
                resource: water
                sensors: [taps/water, garden/water]
                floor: people
                priority: today
                \(limit)
            ---
            x

            """
        let problems = ResolutionFile.parse(Array(text.utf8), fileName: "x.md").problems
        #expect(problems.allSatisfy { $0.line > 0 && !$0.remedy.isEmpty }, "\(problems)")
        return problems.map(\.message)
    }

    @Test(
        "A ceiling is compared with people's minimum in whole amounts a day, months by their days",
        arguments: [
            ("rule: not more than 40 L per person per day", false), ("rule: not more than 100 L per day", false),
            ("rule: not more than 1.999 m3 per day", false), ("rule: not more than 2 m3 per day", true),
            ("rule: not more than 13.9 m3 per week", false), ("rule: not more than 14 m3 per week", true),
            // 31 days need 62 m3.
            ("rule: not more than 61 m3 per month", false), ("rule: not more than 62 m3 per month", true),
            ("bound: at_most\n    rolling: {amount: 59 m3, days: 30}", false),
            ("bound: at_most\n    rolling: {amount: 60 m3, days: 30}", true),
            ("rule: not more than 39 L per m2 of beds a week", false),
            ("rule: not more than 40 L per m2 of beds a week", true),
            (
                "bound: at_most\n    season: from May to June\n    budget: {amount: 700 m3, per: season, part: 40 of 230}\n    shared: {by: persons, adds_up: C, decision: {by: C, number: 1, date: 2026-03-08}}",
                false
            ),
            (
                "bound: at_most\n    season: from May to June\n    budget: {amount: 702 m3, per: season, part: 40 of 230}\n    shared: {by: persons, adds_up: C, decision: {by: C, number: 1, date: 2026-03-08}}",
                true
            ),
        ])
    func belowTheFloor(rule: String, isGood: Bool) {
        #expect(problems(rule) == (isGood ? [] : ["'cap' allows less than 'people' guarantees"]))
    }

    @Test("What people have beside the ceiling's sensors is unknown to the file: it is not compared there")
    func otherSensors() {
        #expect(
            problems("rule: not more than 100 L per day", floor: Self.floor.replacing("taps/water", with: "x/y")) == [])
        let summer = "delivered: {amount: 50 L, per_person: true}\n    season: from June to August"
        let floor = Self.floor.replacing("delivered: {amount: 50 L, per_person: true}", with: summer)
        let rule = "rule: not more than 100 L per day, from"
        #expect(problems("\(rule) December to March", floor: floor) == [])
        #expect(problems("\(rule) July to March", floor: floor).count == 1)
    }

    @Test(
        "An emergency measure decides nothing else, whatever a decision can hold",
        arguments: [
            "supersedes: [1]", "areas: {beds: 350 m2}", "protected_supply: [clinic/water]", "sirens: [yard]",
            "retention: {households: 70 d}", "box_alerts: {sensor_silent: {priority: assembly}}",
            "declares: [{stages: 1/drought, level: 1}]",
            "stages:\n  - {id: d, title: D, resource: water, declared: in_advance, levels: [{title: a, enter: {use: [a/b], more_than: 9 m3}, leave: by_assembly}]}",
        ])
    func emergencyAlone(more: String) {
        func file(_ more: String) -> [UInt8] {
            Array(
                """
                ---
                number: 3
                community: test
                assembly: 2026-11-01
                decided: by the stewards
                in_force_from: 2026-11-10
                review_by: 2027-11-01
                limits: []
                emergency: {limit: 2/water, amount: 80 L, until: 2026-12-01}
                \(more)---
                x

                """.utf8)
        }
        #expect(ResolutionFile.parse(file(""), fileName: "3.md").problems.isEmpty)
        let problems = ResolutionFile.parse(file(more + "\n"), fileName: "3.md").problems.map(\.description)
        #expect(problems.contains { $0.contains("decides nothing else") }, "\(problems)")
    }

    @Test("A ceiling on what people use needs a floor, for whomever it is; a level kept low for their sake needs none")
    func ceilingForPeople() {
        func problems(_ rule: String) -> [String] {
            let text = """
                ---
                number: 3
                community: test
                assembly: 2026-11-01
                decided: by consent
                in_force_from: 2026-11-10
                review_by: 2027-11-01
                persons_served: {all: 10}
                limits:
                  - {id: a, title: A, bound: at_most, protects: people, resource: water, sensors: [a/b], priority: today, \(rule)}
                ---
                x

                """
            return ResolutionFile.parse(Array(text.utf8), fileName: "3.md").problems.map(\.message)
        }
        #expect(problems("rule: not more than 1 L per person per day").contains { $0.contains("names no floor") })
        #expect(problems("instant: {value: 5 Cel, for: 10 min}").isEmpty)
    }

    @Test("An emergency goes no further than people's minimum, and never to protected supply")
    func emergencyForms() {
        let rule = "rule: not more than 90 L per person per day"
        #expect(problems(rule, "allows_emergency: [{limit: cap, tightest: 50 L}]") == [])
        let tooFar = ["'cap' may be tightened below what 'people' guarantees"]
        #expect(problems(rule, "allows_emergency: [{limit: cap, tightest: 1 L}]") == tooFar)
        #expect(
            problems("rule: not more than 90 m3 per month", "allows_emergency: [{limit: cap, tightest: 61 m3}]")
                == tooFar)
        #expect(
            problems(rule, "protected_supply: [garden/water]\nallows_emergency: [{limit: cap, tightest: 60 L}]")
                == ["'garden/water' is protected supply, which no emergency reduces"])
        #expect(problems(rule, "protected_supply: [garden/water]") == [])
    }

    @Test(
        "Hours beside an amount per time are refused with closed_hours, and hours beside a rule's own",
        arguments: [
            ("rule: not more than 5000 L per day between 01:00 and 03:00", "cannot have hours"),
            ("hours: between 01:00 and 03:00\n    rule: not more than 5000 L per day", "cannot have hours"),
            ("hours: between 01:00 and 03:00\n    rule: not more than 500 m3 per month", "cannot have hours"),
            (
                "bound: at_most\n    hours: between 01:00 and 03:00\n    closed_hours: {hours: between 02:00 and 04:00, amount: 5 L}",
                "names hours beside those of its rule"
            ),
        ])
    func hours(rule: String, expected: String) {
        let found = problems(rule)
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test("A rule in plain words that is tried alone refuses hours and other periods, with what to write")
    func plainAlone() {
        let hours = ResolutionFile.problem(withRule: "not more than 500 L per day between 01:00 and 03:00")
        #expect(hours?.remedy.contains("closed_hours:") == true)
        let month = ResolutionFile.problem(withRule: "not more than 10 m3 per day, counted over the month")
        #expect(month?.remedy.contains("per month") == true)
        #expect(
            ResolutionFile.problem(withRule: "not more than 90 L per person per day, counted over the month") == nil)
    }

    @Test(
        "Only an amount per person and day is counted over a longer time",
        arguments: [
            "rule: not more than 10 m3 per day, counted over the month",
            "rule: not more than 25 L per m2 of beds a week, counted over the month",
            "rule: not more than 900 m3 per month, counted over the week",
        ])
    func countedOver(rule: String) {
        #expect(problems(rule) == ["only an amount per person and day is counted over a longer time"])
    }

    @Test(
        "What stands beside a rule that says it already is a problem and not left aside",
        arguments: [
            (
                "season: from May to June\n    rule: not more than 90 m3 per day, from July to August",
                "the rule says its season already"
            ),
            (
                "hours: between 01:00 and 02:00\n    rule: not more than 9 cm between 03:00 and 04:00",
                "the rule says its hours already"
            ),
            (
                "budget: {amount: 1 L, per: day}\n    rule: not more than 90 m3 per day",
                "a limit needs exactly one rule"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, per_person: true, per_m2_of: beds}",
                "an amount is multiplied once, not by per_m2_of and per_person"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, per_m2_of: beds, part: 40 of 230}",
                "an amount is multiplied once, not by per_m2_of and part"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, per_person: true, part: 40 of 230}",
                "an amount is multiplied once, not by part and per_person"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, part: 40 of 230}",
                "'cap' is a part of what several communities share, and does not say who adds up and where that was decided"
            ),
            (
                "rule: not more than 90 m3 per day\n    shared: {by: persons, adds_up: C, decision: {by: C, number: 1, date: 2026-03-08}}",
                "'cap' is no part of a shared amount"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, part: 40 of 230}\n    shared: {by: persons, decision: {by: C, number: 1, date: 2026-03-08}}",
                "'limits[1].shared.adds_up' is missing"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, part: 40 of 230}\n    shared: {by: persons, adds_up: C}",
                "'limits[1].shared.decision' is missing"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, part: 40 of 230}\n    shared: {by: person, adds_up: C, decision: {by: C, number: 1, date: 2026-03-08}}",
                "'limits[1].shared.by' must be one of persons, need, equal, not 'person'"
            ),
            (
                "bound: at_most\n    budget: {amount: 90 m3, per: day, part: 40 of 230}\n    shared: {by: need, adds_up: C, decision: {by: C, number: 1, date: 2026-03-08, sha256: ab}}",
                "this is no SHA-256"
            ),
            (
                "bound: at_least\n    sites: {value: 3 m, at: a thirt of the wells}",
                "'a thirt of the wells' does not say at how many places"
            ),
            (
                "bound: at_least\n    sites: {value: 3 m, at: 120 % of the sites}",
                "'120 % of the sites' does not say at how many places"
            ),
            ("bound: at_least\n    sites: {value: 3 m, at: 0}", "'0' does not say at how many places"),
            (
                "bound: at_least\n    sites: {value: 3 m, at: half of wells}",
                "'half of wells' does not say at how many places"
            ),
            ("rule: not more than 9.000 m3 per day", "'9.000' may be 9000 or 9"),
            ("rule: not more than 9,000 m3 per day", "'9,000' may be 9000 or 9"),
            ("bound: at_most\n    budget: {amount: 90.000 L, per: day}", "'90.000' may be 90000 or 90"),
        ])
    func beside(rule: String, expected: String) {
        #expect(problems(rule).contains(expected), "\(problems(rule))")
    }

    @Test("Three digits that are not three zeros are read as they stand")
    func decimals() {
        #expect(problems("rule: not more than 9.125 m3 per day") == [])
        #expect(problems("rule: not more than 9.00 m3 per day, from May to June") == [])
    }
}
