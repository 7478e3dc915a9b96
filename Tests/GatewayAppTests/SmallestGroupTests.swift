import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import Testing

@testable import GatewayApp

/// Of how many homes something is told is the assembly's to decide, and nobody else's (P3, P9).
@Suite("The smallest group of homes, as the assembly decides it", .serialized)
struct SmallestGroupTests {
    private static let limits =
        "limits:\n" + TrialVillage.level()
        + TrialVillage.ofWater("every", (1...8).map(TrialVillage.house), "budget: {amount: 7 m3, per: day}")
        .replacing("priority: assembly", with: "priority: today")

    /// Eight homes that use eight cubic metres a day, of which they may use seven.
    private func village() throws -> TrialVillage {
        let village = try TrialVillage(homes: 8)
        try village.adopt(Self.limits, on: 0)
        return village
    }

    /// Nobody draws water on the fifth and the sixth of September.
    private func live(_ village: TrialVillage, _ days: Range<Int>) throws {
        for day in days {
            let used = day <= 4 ? day : max(4, day - 2)
            for house in 1...8 { village.read(TrialVillage.house(house), day, 100 + used) }
            try village.liveDay(day)
        }
    }

    private func board(_ village: TrialVillage) throws -> [String] {
        try village.office.store.outboxEntries().map(\.item).filter { $0.destination == "board" }.map(\.title)
    }

    private func report(_ village: TrialVillage, _ day: Int) throws -> String {
        try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(of: TrialVillage.first),
            now: village.time(day)
        ).report(.markdown, language: "en")
    }

    private func tried(_ village: TrialVillage, _ more: String = "") throws -> Any? {
        try village.figures(more + Self.limits, through: 3)[1]["days_passed"]
    }

    @Test("A smaller group is told of from the decision on that says so; neither a proposal nor a reading changes that")
    func decided() throws {
        let village = try village()
        try live(village, 0..<4)
        #expect(try !report(village, 4).contains("T-every"))
        #expect(try board(village).isEmpty)
        #expect(try tried(village, "smallest_group: 5\n") is NSNull?)
        try village.adopt("smallest_group: 8\nlimits: []", from: "2026-09-05", on: 4, number: 2)
        try live(village, 4..<10)
        #expect(try report(village, 10).contains("T-every"))
        let days = try tried(village)
        #expect(days as? Int == 3, "\(days ?? "")")
        let told = try board(village)
        #expect(told.contains { $0.contains("T-every") }, "\(told)")
        // Another assembly takes it back.
        try village.adopt("supersedes: [2]\nlimits: []", from: "2026-09-11", on: 10, number: 3)
        try live(village, 10..<11)
        #expect(try !report(village, 11).contains("T-every"))
        #expect(try tried(village) is NSNull?)
    }

    @Test("Fewer than five no assembly may choose, and what a decision says of it stands in plain words")
    func words() throws {
        let village = try village()
        let desk = LimitDesk(site: village.site)
        func explain(_ count: Int) throws -> [String] {
            let file = NSTemporaryDirectory() + "smallest-\(UUID().uuidString).md"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try village.text(2, "smallest_group: \(count)\n" + Self.limits).write(
                toFile: file, atomically: true, encoding: .utf8)
            return try desk.explain(file: file).lines
        }
        #expect(
            try explain(8).contains {
                $0.contains(
                    "Groups of 8 homes and more may be told of; of fewer nothing is told that would tell of single homes."
                )
            })
        #expect(try !explain(8).contains { $0.contains("nobody is told") })
        #expect(try explain(9).contains { $0.contains("fewer than 9") && $0.contains("smallest_group: 8") })
        // It rides on no measure of the days between two assemblies.
        let measure = ResolutionFile.parse(
            [UInt8](
                village.text(
                    3, "smallest_group: 5\nlimits: []\nemergency: {limit: 1/every, amount: 6 m3, until: 2026-09-06}"
                ).utf8), fileName: "3.md"
        ).problems
        #expect(measure.contains { $0.message.contains("tightens one limit and decides nothing else") }, "\(measure)")
        // What is in force is said with the limits, where it is not the usual.
        func listed() throws -> Bool {
            try desk.lines(on: nil, json: false, language: "en").contains { $0.hasPrefix("Groups of 8") }
        }
        #expect(try !listed())
        try village.adopt("smallest_group: 8\nlimits: []", on: 1, number: 2)
        #expect(try listed())
        #expect(try explain(4)[0].contains("'smallest_group' must be a whole number from 5 to 1000, not '4'"))
    }
}
