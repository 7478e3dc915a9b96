import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Turns as they are lived with: what is raised, what the report and `commons limits explain` say ahead.
@Suite("Turns lived with", .serialized)
struct CalendarLifeTests {
    private static func turns(_ sensors: [String]) -> String {
        "limits:\n"
            + TrialVillage.limit(
                "turns", sensors, "turns: {amount: 3 m3, order: as_listed, from: 2026-09-02}"
            ).replacingOccurrences(
                of: "protects: resource\n    resource: garden",
                with: "protects: resource\n    resource: water\n    floor: tank")
            + "\n  - {id: tank, title: Tank, bound: at_least, protects: people, resource: water, sensors: [tank/level], instant: {value: 1 cm}, priority: assembly}"
    }

    /// The well has its turn on days 1, 4 and 5, the taps and a home on day 3.
    private func lived(_ sensors: [String], homes: Int = 0) throws -> TrialVillage {
        let village = try TrialVillage(homes: homes)
        try village.adopt(Self.turns(sensors), on: 0)
        var registers = ["well/water": 1000, "taps/water": 1000, "house-01/water": 100]
        for day in 0..<7 {
            if [1, 4, 5].contains(day) { registers["well/water", default: 0] += 4 }
            if day == 3 { for other in ["taps/water", "house-01/water"] { registers[other, default: 0] += 4 } }
            for sensor in sensors { village.read(sensor, day, registers[sensor] ?? 0) }
            try village.liveDay(day)
        }
        return village
    }

    @Test("A second turn in a row is raised and over the next day; what comes next is told where nobody's home shows")
    func lived() throws {
        let sensors = ["well/water", "taps/water"]
        let village = try lived(sensors)
        let (store, zone) = (village.office.store, village.site.zone)
        let told = try store.transitions(from: .min, until: village.time(8)).map {
            "\($0.change) \($0.sensor?.rawValue ?? "-") \(zone.date(at: $0.onset)) \($0.value?.description ?? "-")"
        }
        #expect(
            told == ["raised well/water 2026-09-06 3", "returned well/water 2026-09-08 3"])
        func explained(_ day: Int) throws -> [String] {
            try ExplainDesk(site: village.site).lines("1/turns", at: village.day(day).description, now: village.time(7))
                .lines.filter { $0.contains("next come") }
        }
        #expect(try explained(2) == ["T-turns: next come taps/water."])
        #expect(try explained(4) == ["T-turns: next come well/water."])
        #expect(try explained(6) == ["T-turns: next come taps/water."])
        let papers = try Papers(
            site: village.site, store: store, month: CalendarMonth(of: village.day(6)), now: village.time(7))
        let report = papers.report(.markdown, language: "en").filter { $0 != "\\" }
        #expect(report.contains("T-turns: next come taps/water."))
        #expect(report.contains("turns in this order: well/water, taps/water"))
        let cells = try #require(report.split(separator: "\n").first { $0.hasPrefix("| T-turns |") }).split(
            separator: "|"
        )
        .map { $0.trimmingCharacters(in: .whitespaces) }
        // Of six days, from the day after the adoption on, one was passed.
        #expect(cells[2...5] == ["5", "0", "1", "0"], "\(cells)")
        let found = try village.figures(Self.turns(sensors), through: 6)
        #expect(found[0]["days_passed"] as? Int == 1)
        #expect(found[0]["first_days"] as? [String] == ["2026-09-06"])
        #expect((found[0]["sentence"] as? String)?.contains("counted from 2 September 2026") == true)
    }

    @Test("Whose turn it is among homes stands in no report and no explanation")
    func homes() throws {
        let village = try lived(["well/water", "house-01/water"], homes: 1)
        let report = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: village.day(6)),
            now: village.time(7)
        ).report(.markdown, language: "en")
        let explained = try ExplainDesk(site: village.site).lines("1/turns", at: nil, now: village.time(7)).lines
        #expect(!report.contains("next come") && !explained.joined().contains("next come"))
        #expect(try village.tried(Self.turns(["well/water", "house-01/water"]), through: 6).contains("too few homes"))
    }
}
