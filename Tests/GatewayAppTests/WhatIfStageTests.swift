import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

/// `commons limits what-if` where levels of a stage or a measure between two assemblies decide what counts.
@Suite("A decision with stages tried", .serialized)
struct WhatIfStageTests {
    private static func stages(_ sensor: String = "well/water", declared: String = "in_advance") -> String {
        """
        stages:
          - id: drought
            title: {en: Drought}
            resource: water
            declared: \(declared)
            levels:
              - title: {en: save, es: ahorrar}
                enter: {use: [\(sensor)], more_than: 5 m3, days: 2}
                leave: {use: [\(sensor)], less_than: 5 m3, days: 1}
                stays: 1 d
              - title: {en: spare, es: cuidar}
                enter: {use: [\(sensor)], more_than: 50 m3, days: 1}
                leave: by_assembly

        """
    }

    /// Six a day on days 3 to 6, else four; the level counts from day 5 to day 7.
    private func village(house: Int = 6) throws -> TrialVillage {
        let village = try TrialVillage(homes: 1)
        var (well, home) = (1000, 100)
        for day in 0..<12 {
            well += (3...6).contains(day) ? 6 : 4
            home += (3...6).contains(day) ? house : 4
            village.read("well/water", day, well)
            village.read("house-01/water", day, home)
            village.read("tank/level", day, 90)
        }
        try village.live(until: 13)
        return village
    }

    @Test(
        "A limit of a level is tried on the days on which its level counted, on days and on levels",
        arguments: ["in_advance", "by_assembly"])
    func levels(declared: String) throws {
        let village = try village()
        let dry = "at_stage: drought 1-2"
        let limits =
            "limits:\n" + TrialVillage.limit("dry", ["well/water"], TrialVillage.daily, dry)
            + TrialVillage.limit("wet", ["well/water"], TrialVillage.daily, "at_stage: drought 0")
            + TrialVillage.limit("low", ["tank/level"], "instant: {value: 100 cm}", dry)
            .replacingOccurrences(of: "at_most", with: "at_least")
            + TrialVillage.limit("never", ["well/water"], TrialVillage.daily, "at_stage: drought 2")
        let parts = Self.stages(declared: declared) + limits
        let found = try village.figures(parts, through: 13)
        #expect(found.map { $0["days_passed"] as? Int } == [3, 8, 3, 0])
        #expect(found.map { $0["times"] as? Int } == [3, 8, 1, 0])
        #expect(found.map { $0["days_unknown"] as? Int } == [0, 2, 0, 0])
        #expect((found[0]["first_days"] as? [String])?.first == "2026-09-06")
        for (language, words) in [("en", "save 3 days, spare 0 days"), ("es", "ahorrar 3 días, cuidar 0 días")] {
            let text = try village.tried(parts, through: 13, language: language)
            #expect(text.contains(words), "\(text)")
        }
        #expect(
            try village.tried(parts, through: 13).contains("had the assembly declared") == (declared == "by_assembly"))
    }

    @Test("Stages without limits say when each level would have counted; single homes are not told by them")
    func stagesAlone() throws {
        let village = try village()
        for form in ["text", "markdown", "html"] {
            let text = try village.tried(Self.stages() + "limits: []", through: 13, form: form)
            #expect(text.contains("save 3 days"), "\(text)")
        }
        let json = try village.tried(Self.stages() + "limits: []", through: 13, form: "json")
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let stages = try #require(object?["stages"] as? [[String: Any]])
        #expect((stages.first?["levels"] as? [[String: Int]])?.map { $0["days"] } == [3, 0], "\(json)")
        let limit = TrialVillage.limit("dry", ["well/water"], TrialVillage.daily, "at_stage: drought 1")
        let other = try self.village(house: 1)
        for form in ["text", "json"] {
            let told = try [village, other].map {
                try $0.tried(Self.stages("house-01/water") + "limits:\n" + limit, through: 13, form: form)
            }
            #expect(told[0] == told[1] && !told[0].contains("save 3"))
        }
    }

    @Test("A measure between two assemblies is tried beside the limit that it tightens")
    func emergency() throws {
        let village = try village()
        let water = TrialVillage.limit("water", ["well/water"], "budget: {amount: 5 m3, per: day}")
            .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank")
        let measure = "emergency: {limit: 1/water, amount: 3 m3, until: 2026-09-20}\nlimits: []"
        let refusal = #expect(throws: AppError.self) { try village.tried(measure, through: 11) }
        #expect(refusal?.description.contains("1/water, which is not in force today") == true)
        try village.adopt(
            "allows_emergency: [{limit: water, tightest: 2 m3}]\nlimits:\n" + TrialVillage.level() + water, on: 13)
        let found = try #require(try village.figures(measure, through: 11).first)
        #expect(found["days_passed"] as? Int == 11 && found["days_passed_today"] as? Int == 4, "\(found)")
        let nothing = #expect(throws: AppError.self) { try village.tried("limits: []", through: 11) }
        #expect(nothing?.description.contains("no stages and no emergency measure") == true)
    }
}
