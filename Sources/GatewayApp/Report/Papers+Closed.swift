import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// What reports said when they were closed, and what is known better since.
extension Papers {
    /// How many closed months an agenda looks back at.
    private static let mostClosed = 13

    /// The closed editions of a month's report, the oldest first.
    static func editions(_ month: CalendarMonth, in store: Store) throws -> [ClosedReport] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try store.closedReports(month).map { number, body in
            var report = try decoder.decode(ClosedReport.self, from: Data(body.utf8))
            report.number = number
            return report
        }
    }

    /// What the closed reports said of months of which a household's days were deleted since.
    static func fixed(_ months: [CalendarMonth], in store: Store) throws -> [CalendarMonth: ClosedReport] {
        let forgotten = try store.forgottenDays()
        let touched = months.filter { month in
            forgotten.contains { $0.first <= month.lastDay && $0.last >= month.firstDay }
        }
        return try Dictionary(
            uniqueKeysWithValues: Set(touched).compactMap { month in
                try editions(month, in: store).last.map { (month, $0) }
            })
    }

    /// Errata of the closed reports of other months. Only what their totals rest on is gathered.
    static func errata(
        besides told: [CalendarMonth], site: Site, store: Store, like known: ReportFacts, now: Instant
    ) throws -> [CalendarMonth: [Erratum]] {
        let closed = try store.closedMonths().filter { !told.contains($0) }.suffix(mostClosed)
        guard !closed.isEmpty else { return [:] }
        let figures = try MonthFigures(store: store, zone: site.zone, now: now)
        let decided = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        var errata: [CalendarMonth: [Erratum]] = [:]
        for month in closed {
            let editions = try Papers.editions(month, in: store)
            var facts = ReportFacts(
                communityID: known.communityID, communityName: known.communityName, zone: known.zone, month: month,
                generatedAt: now, sensors: try figures.meterMonths(month), gateway: known.gateway,
                closed: editions.last, fixed: try fixed([month], in: store),
                disclosureRules: decided.disclosureRules(on: month.lastDay))
            facts.earlierEditions = editions.dropLast()
            let found = ReportModel.make(from: facts).errata
            if !found.isEmpty { errata[month] = found }
        }
        return errata
    }
}
