import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a decision was found to do while it was lived with is what trying it finds afterwards, and what the report says.
@Suite("What if equals what was", .serialized)
struct WhatIfWasTests {
    private static let season = "season: from 9 September to 24 September"

    private static func limits() -> String {
        func ceiling(_ id: String, _ sensors: [String], _ rule: String, _ more: String = "") -> String {
            TrialVillage.limit(id, sensors, rule, more)
                .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank")
        }
        func minimum(_ id: String, _ rule: String, _ more: String, _ sensor: String = "well/water") -> String {
            TrialVillage.limit(id, [sensor], rule, more)
                .replacingOccurrences(of: "resource: garden", with: "resource: water")
                .replacingOccurrences(of: "at_most", with: "at_least")
        }
        let homes = (1...15).map(TrialVillage.house)
        return "limits:\n" + TrialVillage.level()
            + ceiling("day", ["well/water"], "budget: {amount: 5 m3, per: day}")
            + ceiling("two", ["well/water", "taps/water"], "budget: {amount: 6 m3, per: day}")
            + ceiling("day-season", ["well/water"], "budget: {amount: 5 m3, per: day}", season)
            + ceiling("week-season", ["well/water"], "budget: {amount: 20 m3, per: week}", season)
            + ceiling("month-season", ["well/water"], "budget: {amount: 40 m3, per: month}", season)
            + minimum("week-least", "budget: {amount: 35 m3, per: week}", season)
            + minimum(
                "week-gap", "budget: {amount: 9 m3, per: week}", "season: from 7 September to 13 September",
                "taps/water")
            + ceiling("homes", homes, "budget: {amount: 20 m3, per: day}")
            + ceiling("rolling", ["well/water"], "rolling: {amount: 13 m3, days: 3}")
            + ceiling("weekends", ["well/water"], "budget: {amount: 5 m3, per: day}", "days: weekends and Monday")
            + ceiling("often", ["well/water"], "use_days: {amount: 3 m3, most: 4, per: week}")
            + ceiling("turns", ["well/water", "taps/water"], "turns: {amount: 2 m3, order: any, from: 2026-09-03}")
            + ceiling("falls", ["tank/level"], "rate: {change: 20 cm, within: 30 h, direction: falls}")
            + ceiling("silent", ["tank/level"], "silence: {after: 30 h}")
    }

    /// Registers that rise by four or six, a tank that falls and rises, homes; days without each of them.
    private func lived() throws -> TrialVillage {
        let village = try TrialVillage(homes: 15)
        try village.adopt(Self.limits(), on: 0)
        var (well, home) = (1000, 100)
        for day in 0..<29 {
            well += day % 3 == 0 ? 6 : 4
            home += day % 4 == 0 ? 2 : 1
            if ![4, 5, 20].contains(day) { village.read("well/water", day, well) }
            if ![8].contains(day) { village.read("taps/water", day, well / 4) }
            if ![7, 8, 9, 20].contains(day) {
                village.read("tank/level", day, (5...12).contains(day) || day > 22 ? 90 : 150)
            }
            for house in 1...15 where house != 3 || ![10, 11].contains(day) {
                village.read(TrialVillage.house(house), day, home)
            }
            try village.liveDay(day)
        }
        return village
    }

    @Test("With gaps, seasons and homes: the alarms, the trial and the report say the same")
    func same() throws {
        let village = try lived()
        let (zone, store) = (village.site.zone, village.office.store)
        let sensors = try SensorDirectory(store)
        let (first, last) = (village.day(1), village.day(28))
        let now = village.time(29, 2)
        let end = zone.start(of: last.adding(days: 1))
        let run = TrialRun(store: store, sensors: sensors, zone: zone, from: village.day(0), through: last)
        let entries = LimitsInForce(try LimitRegister(site: village.site).adopted(in: store)).inForce(on: last)
        #expect(entries.count == 15)
        let trials = try run.trials(of: entries.map { ($0.limit, $0.scale) })
        let told = try store.transitions(from: .min, until: now)
        let month = CalendarMonth(of: last)
        let counted = try CountedLimits(
            month, until: last, LimitsInForce(try LimitRegister(site: village.site).adopted(in: store)),
            try StageKeeper(store))
        let evaluation = try LimitEvaluation(
            of: counted, in: month, store: store, sensors: sensors, zone: zone, now: now)
        let report = LimitDays(
            month: month, zone: zone, now: now, evaluation: evaluation,
            figures: Dictionary(
                try MonthFigures(store: store, zone: zone, now: now).sensorMonths(month).map { ($0.sensor.id, $0) },
                uniquingKeysWith: { first, _ in first }),
            before: try DayTables(store: store, sensors: sensors).before(month.firstDay, for: entries.map(\.limit)))
        for (entry, trial) in zip(entries, trials) {
            let id = entry.limit.id
            let live = told.filter { $0.limit == entry.reference }
            let raised = live.filter { $0.change == .raised }.map(\.onset).sorted()
            let returned = live.filter { $0.change == .returned && $0.onset < end }.map(\.onset).sorted()
            if case .budget(_, let period, _, _) = entry.limit.rule {
                let days = trial.days(through: last, zone: zone)
                if entry.limit.bound == .atMost {
                    let periods = Set(days.compactMap { period.start(containing: $0) })
                    #expect(Set(raised) == Set(periods.map(zone.start)), "\(id)")
                    #expect(trial.times(through: last, zone: zone) == raised.count, "\(id)")
                } else {
                    #expect(raised.count == trial.episodes.count, "\(id)")
                }
            } else if DayRules.isOnDays(entry.limit.rule) {
                #expect(trial.episodes.map(\.from) == raised, "\(id)")
                let kept = trial.episodes.compactMap(\.until).map { zone.start(of: zone.date(at: $0).adding(days: 1)) }
                #expect(kept == returned, "\(id)")
            } else {
                #expect(trial.episodes.map(\.from) == raised, "\(id)")
                #expect(trial.episodes.compactMap(\.until) == returned, "\(id)")
            }
            #expect(!raised.isEmpty, "\(id)")
            let idle = counted.idleDays(of: entry, past: evaluation.pastDays(of: entry.reference), in: zone)
            let said = report.days(of: entry, in: counted.versions(of: entry)).filter {
                $0.key >= first && $0.key <= last && !idle.contains($0.key)
            }
            let past = Set(said.filter { $0.value == .past }.keys)
            #expect(past == trial.days(through: last, zone: zone).filter { $0 >= first }, "\(id)")
            // A sum over days is not known on the days after a gap either.
            let unknown = Set(said.filter { $0.value == .unknown }.keys)
            #expect(unknown == trial.unknownDays.filter { $0 >= first }, "\(id)")
        }
    }
}
