import GatewayModel
import Testing

@testable import Limits

/// What several decisions leave in force together.
@Suite("What stands after several decisions")
struct StandingTests {
    private static let drought = """
        limits:
          - {id: water, title: W, bound: at_most, protects: resource, resource: garden, sensors: [a/b], budget: {amount: 100 L, per: day}, priority: today}
        stages:
          - {id: drought, title: D, resource: garden, declared: by_assembly, levels: [{title: one, enter: {use: [a/b], more_than: 9 m3}, leave: by_assembly}, {title: two, enter: {use: [a/b], more_than: 12 m3}, leave: by_assembly}]}
        """

    private func day(_ day: Int) -> CalendarDate { CalendarDate(year: 2026, month: 11, day: day) }

    private func decision(_ number: Int, from: Int, _ parts: String) throws -> AdoptedResolution {
        let text = """
            ---
            number: \(number)
            community: test
            assembly: 2026-11-01
            decided: by consent
            in_force_from: 2026-11-\(from < 10 ? "0" : "")\(from)
            review_by: 2027-11-01
            \(parts)
            ---
            x

            """
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "\(number).md")
        return AdoptedResolution(
            resolution: try #require(resolution, "\(problems)"), sha256: "", adoptedAt: Instant(milliseconds: 0),
            adoptedBy: "Rosa")
    }

    @Test("A declared level ends with the decision that replaces its declaration, and not with another one")
    func declarations() throws {
        let chain = [
            try decision(1, from: 1, Self.drought),
            try decision(2, from: 3, "limits: []\ndeclares: [{stages: 1/drought, level: 2}]"),
            try decision(3, from: 5, "limits: []\ndeclares: [{stages: 1/drought, level: 1}]"),
            try decision(4, from: 7, "limits: []\nsupersedes: [2]"),
            try decision(5, from: 9, "limits: []\nsupersedes: [3]"),
        ]
        let declared = try #require(LimitsInForce(chain).stages(on: day(20)).first).declared
        #expect(declared == [day(3): 2, day(5): 1, day(9): 0])
        // A decision that replaces a declaration by its own level begins with that.
        let again = try decision(5, from: 9, "limits: []\nsupersedes: [3]\ndeclares: [{stages: 1/drought, level: 2}]")
        let renewed = try #require(LimitsInForce(chain.dropLast() + [again]).stages(on: day(20)).first).declared
        #expect(renewed == [day(3): 2, day(5): 1, day(9): 2])
    }

    @Test("A decision that is replaced before its first day never counts, and what it was to replace goes on")
    func neverBegun() throws {
        func limit(_ id: String) -> String {
            "limits:\n  - {id: \(id), title: W, bound: at_most, protects: resource, resource: garden, sensors: [a/b], budget: {amount: 100 L, per: day}, priority: today}"
        }
        var chain = [
            try decision(1, from: 1, limit("old")), try decision(2, from: 20, limit("new") + "\nsupersedes: [1]"),
        ]
        func names(_ date: Int) -> [String] {
            LimitsInForce(chain).inForce(on: day(date)).map(\.reference.description)
        }
        #expect(names(19) == ["1/old"] && names(20) == ["2/new"])
        let withdrawal = try decision(3, from: 7, "limits: []\nsupersedes: [2]")
        let notes = AdoptionRules.judge(
            [], withdrawal.resolution, signatures: [], after: chain, community: "test", today: day(7)
        ).notes
        #expect(notes == [SigningProblem(.goesOn, ["number": "1", "instead": "2"])])
        chain.append(withdrawal)
        #expect(names(19) == ["1/old"] && names(20) == ["1/old"])
        // A withdrawal that never begins withdraws nothing.
        chain[2] = try decision(3, from: 15, "limits: []\nsupersedes: [2]")
        chain.append(try decision(4, from: 8, "limits: []\nsupersedes: [3]"))
        #expect(names(19) == ["1/old"] && names(20) == ["2/new"])
        // One that begins on the same day corrects it, and replaces what it replaced.
        chain = chain.prefix(2) + [try decision(3, from: 20, limit("right") + "\nsupersedes: [2]")]
        #expect(names(20) == ["3/right"])
    }

    @Test("Of two measures on one limit the tighter one counts, whichever came later, each until its own end")
    func measures() throws {
        func measure(_ number: Int, from: Int, _ amount: Int, until: Int) throws -> AdoptedResolution {
            try decision(
                number, from: from,
                "limits: []\nemergency: {limit: 1/water, amount: \(amount) L, until: 2026-11-\(until)}")
        }
        let chain = LimitsInForce([
            try decision(1, from: 1, Self.drought), try measure(2, from: 3, 70, until: 20),
            try measure(3, from: 5, 90, until: 25),
        ])
        let amounts = [2, 4, 6, 20, 21, 26].map { day -> String in
            let entry = chain.inForce(on: self.day(day)).first { $0.limit.id == "water" }
            return "\(entry?.limit.amount?.description ?? "-") \(entry?.tightenedBy.map(String.init) ?? "-")"
        }
        #expect(amounts == ["100 -", "70 2", "70 2", "70 2", "90 3", "100 -"])
    }

    @Test("A measure ends for supply that is protected since")
    func protectedSince() throws {
        let chain = LimitsInForce([
            try decision(1, from: 1, Self.drought),
            try decision(
                2, from: 3, "limits: []\nemergency: {limit: 1/water, amount: 70 L, until: 2026-11-20}"),
            try decision(3, from: 8, "limits: []\nprotected_supply: [a/b]"),
        ])
        let amounts = [5, 8].map { day in
            chain.inForce(on: self.day(day)).first { $0.limit.id == "water" }?.limit.amount?.description
        }
        #expect(amounts == ["70", "100"])
    }

    @Test("A floor that another decision names goes on in the limit of the same name that replaces it")
    func successor() throws {
        let floor =
            "limits: [{id: people, title: P, bound: at_least, protects: people, resource: garden, sensors: [a/b], budget: {amount: 1 L, per: day}, priority: now}]"
        let chain = [
            try decision(1, from: 1, floor), try decision(2, from: 5, floor + "\nsupersedes: [1]"),
            try decision(3, from: 9, "limits: []\nsupersedes: [2]"),
        ]
        let found = [2, 6, 10].map {
            LimitsInForce(chain).successor(of: "1/people", on: day($0))?.reference.description
        }
        #expect(found == ["1/people", "2/people", nil])
        #expect(LimitsInForce(chain).successor(of: "1/other", on: day(2)) == nil)
    }

    @Test("What an assembly looks at again is what nothing replaces before its review, at whatever level it counts")
    func reviewable() throws {
        let staged = Self.drought.replacing(
            "priority: today}", with: "priority: today, at_stage: drought 1}")
        let chain = [
            try decision(1, from: 1, staged), try decision(2, from: 2, Self.drought),
            try decision(3, from: 20, Self.drought + "\nsupersedes: [2]"),
        ]
        func names(_ decisions: [AdoptedResolution], at assembly: CalendarDate) -> [String] {
            LimitsInForce(decisions).reviewable(at: assembly, today: day(3)).map(\.reference.description)
        }
        #expect(LimitsInForce(chain).inForce(on: day(3)).map(\.reference.description) == ["2/water"])
        // The second is replaced before its date, also where the assembly comes first; alone it would be looked at.
        #expect(
            names(chain, at: day(25)) == ["1/water", "3/water"] && names(chain, at: day(4)) == ["1/water", "3/water"])
        #expect(names(Array(chain.prefix(2)), at: day(25)) == ["1/water", "2/water"])
        let review = CalendarDate(year: 2027, month: 11, day: 1)
        func replaced(on date: CalendarDate, at assembly: CalendarDate) throws -> [String] {
            var last = chain[2]
            last.resolution.inForceFrom = date
            return names([chain[1], last], at: assembly)
        }
        // Replaced on the very day of its review it is not looked at; a day later it is, until it is replaced.
        #expect(try replaced(on: review, at: day(25)) == ["3/water"])
        #expect(try replaced(on: review.adding(days: 1), at: day(25)) == ["2/water", "3/water"])
        #expect(try replaced(on: review.adding(days: 1), at: review.adding(days: 1)) == ["3/water"])
        let later = LimitsInForce(chain).reviewable(at: day(25), today: review)
        #expect(later.map(\.standing) == [.lapsed, .lapsed])
    }
}
