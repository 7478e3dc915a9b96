import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@testable import GatewayApp

/// For how many people and how much ground a limit counts is said wherever the limit is read.
@Suite("A limit's scale in papers", .serialized)
struct LimitScaleTests {
    @Test("Report and agenda say for how many people and on how many square metres a limit counts")
    func scale() throws {
        let village = try TrialVillage()
        let people = TrialVillage.limit("people", ["taps/water"], "delivered: {amount: 100 L, per_person: true}")
            .replacing("resource: garden", with: "resource: water").replacing("at_most", with: "at_least")
            .replacing("protects: resource", with: "protects: people")
        let beds = TrialVillage.limit("beds", ["well/water"], "budget: {amount: 5 L, per: day, per_m2_of: beds}")
            .replacing("resource: garden", with: "resource: water\n    floor: people")
        try village.adopt("areas: {beds: 350 m2}\nlimits:\n" + people + beds, on: 0, review: "2026-10-01")
        for day in 0..<8 {
            village.read("well/water", day, 1000 + day * 4)
            village.read("taps/water", day, 1000 + day)
            try village.liveDay(day)
        }
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 9),
            now: village.time(8))
        for (language, persons, ground) in [("en", "for 10 people", "350"), ("es", "para 10 personas", "350")] {
            for text in [
                papers.report(.html, language: language), papers.agenda(.html, language: language),
                papers.report(.json, language: language),
            ] {
                #expect(text.contains(persons), "\(text)")
                #expect(text.contains(ground))
                #expect(!text.contains("? p") && !text.contains("? m"), "\(text)")
            }
        }
    }
}
