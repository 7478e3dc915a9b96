import Foundation
import GatewayModel
import Limits
import Testing

@testable import GatewayApp

extension AdoptionCheckTests {
    @Test(
        "An emergency never goes below people's minimum, neither in its form nor in the measure, whatever was allowed")
    func emergencies() throws {
        try adopt(1, "limits:\n" + Self.floor)
        let cap = self.cap("rule: not more than 90 L per person per day", floor: "1/people")
        func form(_ tightest: String) -> String {
            "allows_emergency: [{limit: cap, tightest: \(tightest)}]\nlimits:\n" + cap
        }
        #expect(try misfit(2, form("1 L"))?.contains("would allow 1 L a day") == true)
        #expect(try misfit(2, form("50 L")) == nil)
        // One that was adopted before: the floor rises afterwards under the same name.
        try adopt(2, form("50 L"))
        func measure(_ amount: String) throws -> String? {
            try misfit(3, "limits: []\nemergency: {limit: 2/cap, amount: \(amount), until: 2026-11-20}")
        }
        #expect(try measure("50 L") == nil)
        #expect(try measure("2 L")?.contains("at the tightest") == true)
        // A whole amount for forty people, allowed to fall to what they need on shorter months only.
        let total = self.cap("rule: not more than 90 m3 per month", floor: "1/people")
        let whole = "allows_emergency: [{limit: cap, tightest: 57 m3}]\nlimits:\n" + total
        #expect(try misfit(3, whole)?.contains("would allow 1.839 m3 a day") == true)
        office.close()
    }

    @Test(
        "An emergency tightens minutes, days and shares in the words of their own rule",
        arguments: [
            ("turn: {minutes: 15, flow: 1 L/min}", "10 min", "9 min", "15 min", "12.5 min", "10 min"),
            ("use_days: {amount: 20 L, most: 4, per: week}", "2 d", "24 h", "4 d", "60 h", "2 days"),
            ("share: {of: [well/water], share: 40 %, unit: m3}", "30 %", "20 %", "40 %", "35.15 %", "30 %"),
        ])
    func otherAmounts(
        _ rule: String, least: String, tooTight: String, same: String, odd: String, words: String
    ) throws {
        try adopt(1, "limits:\n" + Self.floor)
        let cap = self.cap("bound: at_most\n    " + rule, on: "garden/water", floor: "1/people")
        func parsed(_ tightest: String) -> (resolution: Resolution?, problems: [Diagnostic]) {
            let text = "allows_emergency: [{limit: cap, tightest: \(tightest)}]\nlimits:\n" + cap
            return ResolutionFile.parse(file(2, text), fileName: "x.md")
        }
        #expect(parsed("10 m3").problems.first?.message.hasPrefix("'m3' is no unit of the same kind as") == true)
        #expect(parsed(odd).problems.map(\.message) == ["'cap' cannot take this number"])
        #expect(parsed(same).problems.map(\.message) == ["'cap' could be tightened to no less than it is"])
        let decided = try #require(parsed(least).resolution)
        #expect(
            PlainSentence.all(of: decided, village.site.book("en")).contains {
                $0.hasPrefix("Cap: in an emergency it may be tightened, to \(words) at the tightest")
            })
        try adopt(2, "allows_emergency: [{limit: cap, tightest: \(least)}]\nlimits:\n" + cap)
        func measure(_ amount: String) throws -> String? {
            try misfit(3, "limits: []\nemergency: {limit: 2/cap, amount: \(amount), until: 2026-11-20}")
        }
        #expect(try measure(tooTight)?.contains("at the tightest") == true)
        #expect(try measure(same)?.contains("is not tighter") == true)
        #expect(try measure(odd)?.contains("is no number that the limit 2/cap can take") == true)
        #expect(try measure("1 m3")?.contains("No decision allows") == true)
        try adopt(3, "limits: []\nemergency: {limit: 2/cap, amount: \(least), until: 2026-11-20}")
        let inForce = LimitsInForce(try LimitRegister(site: village.site).adopted(in: office.store))
        let number = try #require(decided.emergencyForms.first).tightest
        let tightened = inForce.inForce(on: try #require(CalendarDate(text: "2026-11-10"))).first {
            $0.limit.id == "cap"
        }
        #expect(tightened?.limit.amount == number && tightened?.limit == decided.limits.first?.with(amount: number))
        office.close()
    }

    @Test(
        "A measure ends for supply that is protected since, also where it tightens a sum of it or a part of it",
        arguments: [
            ("public/water", "clinic/water", 90), ("clinic/water", "public/water", 90),
            ("public/water", "taps/water", 57),
        ])
    func protectedSince(_ measured: String, protected: String, amount: Int64) throws {
        try adopt(1, "limits:\n" + Self.floor)
        let cap = self.cap("rule: not more than 90 m3 per month", on: measured, floor: "1/people")
        try adopt(2, "allows_emergency: [{limit: cap, tightest: 57 m3}]\nlimits:\n" + cap)
        try adopt(3, "limits: []\nemergency: {limit: 2/cap, amount: 57 m3, until: 2026-11-20}")
        func counting() throws -> [DecimalValue?] {
            let inForce = LimitsInForce(try LimitRegister(site: village.site).adopted(in: office.store))
            return try StageKeeper(office.store).limits(on: #require(CalendarDate(text: "2026-11-10")), inForce)
                .filter { $0.limit.id == "cap" }.map(\.limit.amount)
        }
        #expect(try counting() == [DecimalValue(57)])
        try adopt(4, "protected_supply: [\(protected)]\nlimits: []")
        #expect(try counting() == [DecimalValue(amount)])
        office.close()
    }

    @Test("A measure under a form that was adopted without the comparison is compared all the same")
    func olderForms() throws {
        try adopt(1, "limits:\n" + Self.floor)
        let text =
            "allows_emergency: [{limit: cap, tightest: 1 L}]\nlimits:\n"
            + cap("rule: not more than 90 L per person per day", floor: "1/people")
        let (resolution, problems) = ResolutionFile.parse(file(2, text), fileName: "x.md")
        let older = AdoptedResolution(
            resolution: try #require(resolution, "\(problems)"), sha256: "", adoptedAt: village.time(0),
            adoptedBy: "Rosa")
        let measure = try #require(
            ResolutionFile.parse(
                file(3, "limits: []\nemergency: {limit: 2/cap, amount: 2 L, until: 2026-11-20}"), fileName: "x.md"
            ).resolution)
        let check = AdoptionCheck(
            site: village.site, sensors: office.pipeline.state.sensors, kinds: [:], now: village.time(0.3))
        let adopted = try LimitRegister(site: village.site).adopted(in: office.store) + [older]
        #expect(check.problem(with: measure, adopted: adopted)?.contains("would allow 2 L a day") == true)
        office.close()
    }
}
