import Foundation
import GatewayModel
import Limits
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Limits on what single homes use, on a real store: nothing that others read tells of them (P9).
@Suite("Limits on homes", .serialized)
struct HomeLimitTests {
    /// What would tell of house-07: its own limits, and one on all homes but it.
    private static let secrets = [
        "T-lonely", "T-monthly", "T-most", "T-pair", "lonely", "house-07", "1/most", "1/pair",
    ]

    private static func limit(_ id: String, _ houses: [Int], _ rule: String) -> String {
        TrialVillage.limit(id, houses.map(TrialVillage.house), rule)
            .replacing("resource: garden", with: "resource: water\n    floor: tank")
            .replacing("priority: assembly", with: "priority: today")
    }

    private static let limits =
        "limits:\n" + TrialVillage.level() + limit("every", Array(1...20), "budget: {amount: 20 m3, per: day}")
        + limit("most", Array(1...20).filter { $0 != 7 }, "budget: {amount: 18 m3, per: day}")
        + limit("lonely", [7], "budget: {amount: 3 m3, per: day}")
        + limit("monthly", [7], "budget: {amount: 60 m3, per: month, warn_at: [40], warn_on_course_for: 100 %}")
        + limit("pair", [6, 7], "budget: {amount: 4 m3, per: day}")

    private func village(review: String = "2099-01-01", adopting limits: String = Self.limits) throws -> TrialVillage {
        let village = try TrialVillage(homes: 20, reached: [6, 7])
        try village.adopt(limits, on: 0, review: review)
        for day in 0..<8 {
            for house in 1...20 {
                village.read(TrialVillage.house(house), day, 100 + day * (house == 7 ? 9 : 1))
            }
            try village.liveDay(day)
        }
        return village
    }

    private func papers(_ village: TrialVillage) throws -> [String] {
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 9),
            now: village.time(8))
        return ["en", "es"].flatMap { language in
            ReportWriter.Form.allCases.map { papers.report($0, language: language) }
                + AgendaWriter.Form.allCases.map { papers.agenda($0, language: language) }
        }
    }

    private func told(_ village: TrialVillage, _ destination: String) throws -> [OutboxItem] {
        try village.office.store.outboxEntries().map(\.item).filter { $0.destination == destination }
    }

    @Test("No report and no agenda, in no form, tells of a home's limit or of one on all homes but it")
    func papersAreSilent() throws {
        let village = try village()
        for text in try papers(village) {
            for secret in Self.secrets { #expect(!text.contains(secret), "\(secret): \(text.prefix(60))") }
        }
        let report = try papers(village)[0]
        // What all homes together used is told as before, and that something is left out.
        #expect(report.contains("T-every"))
        #expect(report.contains("Of 4 limits nothing is said here"), "\(report)")
    }

    @Test("The home hears of its own limit, warned of, passed and over; nobody else hears a word")
    func noticesGoHome() throws {
        let village = try village()
        let items = try told(village, "board") + told(village, "paper")
        #expect(items.contains { $0.title.contains("T-every") })
        for item in items {
            let text = item.title + item.body + item.dataJSON
            for secret in Self.secrets { #expect(!text.contains(secret), "\(text)") }
        }
        let home = try told(village, "home-7")
        #expect(home.contains { $0.type == "alert.raised" && $0.title.contains("T-lonely") })
        #expect(home.contains { $0.type == "alert.returned" && $0.title.contains("T-lonely") })
        #expect(home.contains { $0.type == "alert.warned" && $0.title.contains("T-monthly") })
        // What two homes use together would tell each of them what the other uses.
        #expect(home.allSatisfy { !$0.title.contains("T-pair") && !$0.title.contains("T-most") })
        #expect(try told(village, "home-6").isEmpty)
    }

    @Test("The record book keeps nothing of a home's limit that cannot be erased")
    func recordBookForgets() throws {
        let village = try village()
        let entries = try village.office.store.recordEntries().map(\.entry)
        let alerts = try village.office.store.alerts(openOnly: false)
        let homes = alerts.filter { ["1/lonely", "1/monthly", "1/most", "1/pair"].contains($0.cause.limitName) }
        #expect(homes.count > 8)
        for entry in entries where entry.kind.hasPrefix("alert") {
            for secret in Self.secrets { #expect(!"\(entry.facts)".contains(secret), "\(entry)") }
            for alert in homes { #expect(!"\(entry.facts)".contains(alert.id), "\(entry)") }
        }
        #expect(entries.contains { $0.kind == "alert.raised" && $0.erasable["cause"] == "limit 1/lonely" })
        #expect(entries.contains { $0.kind == "alert.raised" && $0.facts["cause"] == "limit 1/every" })
    }

    @Test(
        "Its review is on the agenda without the home; what a steward or the list shows has no figure without a reason")
    func reviewIsDue() throws {
        let village = try village(review: "2026-10-01")
        let agenda = try papers(village)[4...].joined()
        #expect(agenda.contains("T-every"))
        #expect(agenda.contains("Look at this limit again: a limit on homes in decision 1"))
        for secret in Self.secrets { #expect(!agenda.contains(secret), "\(secret)") }

        let alert = try #require(
            try village.office.store.alerts(openOnly: false).last { $0.cause.limitName == "1/lonely" })
        let desk = AlertDesk(site: village.site)
        let plain = try desk.explain(alert.number, json: true).joined() + desk.lines(all: true, json: true).joined()
        #expect(!plain.contains("\"value\":\"9\"") && !plain.contains("\"peak\":\"9\""), "\(plain)")
    }

    @Test("Where people are at risk the stewards hear of a home's limit without its name; the members never")
    func people() throws {
        let minimum = Self.limit("lonely", [7], "delivered: {amount: 20 m3, at: []}")
        let text =
            "limits:\n" + TrialVillage.level()
            + minimum.replacing("at_most", with: "at_least").replacing("protects: resource", with: "protects: people")
            .replacing("    floor: tank\n", with: "").replacing(", at: []", with: "")
        let village = try village(adopting: text)
        let stewards = try told(village, "paper")
        #expect(stewards.contains { $0.type == "alert.raised" && $0.title.contains("a home") }, "\(stewards)")
        for item in try stewards + told(village, "board") {
            for secret in Self.secrets { #expect(!(item.title + item.body + item.dataJSON).contains(secret)) }
        }
        #expect(try told(village, "home-7").contains { $0.title.contains("T-lonely") })
        #expect(try told(village, "board").isEmpty)
    }
}

extension AlertCause {
    /// The limit's name; nil for the box's own alerts.
    fileprivate var limitName: String? {
        if case .limit(let reference) = self { reference.description } else { nil }
    }
}
