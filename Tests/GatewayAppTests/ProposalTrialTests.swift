import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@testable import GatewayApp

/// What the agenda says of proposals without limits: levels, a measure, and what readings cannot show.
@Suite("Proposals tried for the agenda", .serialized)
struct ProposalTrialTests {
    private static func stages(_ sensor: String, declared: String = "in_advance") -> String {
        """
        stages:
          - id: drought
            title: {en: Drought, es: Sequía}
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
    private func village(isMeasured: Bool = true) throws -> TrialVillage {
        let village = try TrialVillage(homes: 1, languages: "[en, es]")
        guard isMeasured else { return village }
        var well = 1000
        for day in 0..<12 {
            well += (3...6).contains(day) ? 6 : 4
            village.read("well/water", day, well)
            village.read("house-01/water", day, well)
            village.read("tank/level", day, 90)
        }
        try village.live(until: 13)
        return village
    }

    /// The items about the proposals, tried on day 13, by their numbers.
    private func items(_ village: TrialVillage, _ language: String = "en") throws -> [Int: AgendaItem] {
        let now = village.time(13)
        let trials = try AgendaDesk(site: village.site).trials(village.office.store, now: now) { _ in }
        let month = CalendarMonth(of: village.site.zone.date(at: now)).previous
        let items = try Papers(
            site: village.site, store: village.office.store, month: month, now: now, trials: trials
        ).items(language: language).filter { $0.kind == .proposal }
        let numbered = items.compactMap { item in
            item.attachments.first.flatMap { Int($0.name.dropLast(3)) }.map { ($0, item) }
        }
        return Dictionary(numbered, uniquingKeysWith: { first, _ in first })
    }

    @Test("Levels and a measure have a table, with the days on which each would have counted")
    func tables() throws {
        let village = try village()
        let water = TrialVillage.limit("water", ["well/water"], "budget: {amount: 5 m3, per: day}")
            .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank")
        try village.adopt(
            "allows_emergency: [{limit: water, tightest: 2 m3}]\nlimits:\n" + TrialVillage.level() + water, on: 12)
        try village.propose(Self.stages("well/water") + "limits: []", number: 21)
        try village.propose(Self.stages("well/water", declared: "by_assembly") + "limits: []", number: 22)
        try village.propose("emergency: {limit: 1/water, amount: 3 m3, until: 2026-09-20}\nlimits: []", number: 23)
        try village.propose(
            Self.stages("well/water") + "limits:\n"
                + TrialVillage.limit("dry", ["well/water"], TrialVillage.daily, "at_stage: drought 1"), number: 24)
        try village.propose(Self.stages("house-01/water") + "limits: []", number: 25)
        let items = try items(village)
        #expect(items[21]?.table?.rows == [["Drought: “save” counts", "3"], ["Drought: “spare” counts", "0"]])
        #expect(items[21]?.table?.columns.count == 2 && items[21]?.title == "Proposed decision 21: Drought")
        let declared = try #require(items[22]?.table?.rows.first)
        #expect(declared[0].contains("had the assembly declared it") && declared[1] == "3")
        let measure = try #require(items[23]?.table?.rows.first)
        #expect(measure[1] == "11" && measure.last?.hasSuffix("4 days") == true, "\(measure)")
        #expect(items[23]?.title == "Proposed decision 23: 1/water")
        // With limits the levels stand below them.
        let both = try #require(items[24]?.table)
        #expect(both.rows.map { $0[1] } == ["3", "3", "0"] && both.rows.allSatisfy { $0.count == both.columns.count })
        // When a level would have been entered by the use of one home is told to nobody.
        #expect(items[25]?.table?.rows == [["Drought", "too few homes to show"]])
        for item in items.values {
            #expect(item.summary.contains("The table says") && !item.facts.contains { $0.contains("tried") })
        }
    }

    @Test("What cannot be tried says so plainly, and why, in the language of the agenda", arguments: ["en", "es"])
    func untried(language: String) throws {
        let isEnglish = language == "en"
        func said(_ reason: String) -> String {
            (isEnglish
                ? "It could not be tried on our own readings: " : "No se pudo probar con nuestras propias lecturas: ")
                + reason + "."
        }
        let village = try village()
        try village.propose("emergency: {limit: 7/water, amount: 3 m3, until: 2026-09-20}\nlimits: []", number: 31)
        try village.propose(Self.stages("brook/water") + "limits: []", number: 32)
        try village.propose("recalls: [Quimeta]\nlimits: []", number: 33)
        let items = try items(village, language)
        let reasons = [
            31: isEnglish
                ? "7/water, which it would tighten, is not in force today"
                : "7/water, que haría más estricto, no está vigente hoy",
            32: isEnglish
                ? "there is no measuring point brook/water here" : "aquí no hay ningún punto de medida brook/water",
            33: isEnglish
                ? "it sets nothing that readings could show" : "no fija nada que las lecturas puedan mostrar",
        ]
        for (number, reason) in reasons {
            let item = try #require(items[number])
            #expect(item.facts.last == said(reason) && item.table == nil, "\(item.facts)")
            #expect(!item.summary.contains(isEnglish ? "table" : "tabla"))
        }
        #expect(items[33]?.title == (isEnglish ? "Proposed decision 33" : "Decisión propuesta 33"))
        let empty = try self.village(isMeasured: false)
        try empty.propose(Self.stages("well/water") + "limits: []", number: 34)
        #expect(
            try self.items(empty, language)[34]?.facts.last
                == said(isEnglish ? "nothing was measured yet" : "aún no se ha medido nada"))
    }
}
