import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// The monthly report and the agenda, made from one reading of the store.
struct Papers {
    private let site: Site
    private let model: ReportModel
    private let rule: MeetingRule

    /// Gathers the facts of a month as they are known at `now`.
    init(site: Site, store: Store, month: CalendarMonth, now: Instant) throws {
        self.site = site
        guard let rule = MeetingRule.parse(site.configuration.assembly.meets) else {
            throw AppError(
                "the meeting rule '\(site.configuration.assembly.meets)' is not understood",
                remedy: "write for example `\(MeetingRule.example)`")
        }
        self.rule = rule
        model = ReportModel.make(from: try Papers.facts(site: site, store: store, month: month, rule: rule, now: now))
    }

    /// The report in one form and language.
    func report(_ form: ReportWriter.Form, language: String?) -> String {
        let book = site.book(language)
        return ReportWriter(model, agenda: AgendaDraft.items(from: model, phrases: book), phrases: book).text(form)
    }

    /// The agenda in one form and language.
    func agenda(_ form: AgendaWriter.Form, language: String?) -> String {
        let book = site.book(language)
        return AgendaWriter(AgendaDraft.items(from: model, phrases: book), model: model, phrases: book).text(form)
    }

    /// The next assembly as a calendar file.
    func calendar(language: String?) -> String {
        let book = site.book(language)
        let items = AgendaDraft.items(from: model, phrases: book)
        return CalendarFile(rule: rule, model: model, items: items, phrases: book).text()
    }

    /// What the assembly is asked, one title a line.
    func questions(language: String?) -> [String] {
        items(language: language).map(\.title)
    }

    /// The drafts for the agenda, in their order.
    func items(language: String?) -> [AgendaItem] {
        AgendaDraft.items(from: model, phrases: site.book(language))
    }

    /// What the report says, as it is kept when it is closed.
    func closing(at now: Instant) throws -> String {
        try JSONLine.text(ClosedReport(of: model, at: now))
    }

    private static func closed(_ month: CalendarMonth, in store: Store) throws -> ClosedReport? {
        try store.closedReport(month).flatMap { body in
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(ClosedReport.self, from: Data(body.utf8))
        }
    }

    /// What the closed reports said of months of which a household's days were deleted since.
    private static func fixed(
        _ months: [CalendarMonth], in store: Store
    ) throws -> [CalendarMonth: ClosedReport] {
        let forgotten = try store.forgottenDays()
        let touched = months.filter { month in
            forgotten.contains { $0.first <= month.lastDay && $0.last >= month.firstDay }
        }
        return try Dictionary(
            uniqueKeysWithValues: Set(touched).compactMap { month in
                try closed(month, in: store).map { (month, $0) }
            })
    }

    private static func facts(
        site: Site, store: Store, month: CalendarMonth, rule: MeetingRule, now: Instant
    ) throws -> ReportFacts {
        let figures = try MonthFigures(store: store, zone: site.zone, now: now)
        let months = try figures.sensorMonths(month)
        let record = try store.verifyRecordBook()
        let from = site.zone.start(of: month.firstDay)
        let until = min(now, site.zone.start(of: month.next.firstDay))
        let alerts = try store.alerts(openOnly: false).filter { alert in
            alert.onset < until && (alert.closedAt.map { $0 >= from } ?? true)
        }
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let lastDay = site.zone.date(at: until.advanced(byMilliseconds: -1))
        let counted = try CountedLimits(month, until: lastDay, LimitsInForce(adopted), try StageKeeper(store))
        let inForce = counted.limits
        let persons = inForce.compactMap(\.scale.persons).max()
        let days = LimitDays(
            month: month, zone: site.zone, now: now,
            transitions: try store.transitions(from: Instant(milliseconds: .min), until: until),
            figures: Dictionary(months.map { ($0.sensor.id, $0) }, uniquingKeysWith: { first, _ in first }))
        let community = site.configuration.community
        let meetings = rule.meetings(3, after: now, in: site.zone)
        var facts = ReportFacts(
            communityID: community.id, communityName: community.name, isDemonstration: community.isDemonstration,
            zone: site.zone, month: month, generatedAt: now, sensors: months,
            monthBefore: try figures.sensorMonths(month.previous),
            yearBefore: try figures.sensorMonths(month.yearBefore),
            limits: inForce.map { entry in
                LimitFacts(
                    reference: entry.reference, limit: entry.limit, decidedOn: entry.decidedOn,
                    inForceFrom: entry.inForceFrom, adoptedOn: site.zone.date(at: entry.adoptedAt),
                    reviewBy: entry.reviewBy,
                    days: days.days(of: entry), idleDays: counted.idleDays(of: entry, in: site.zone),
                    budgetUse: days.budgetUse(of: entry.limit),
                    isLapsed: entry.standing == .lapsed)
            }, alerts: alerts, openMeterEvents: try store.meterEvents().filter { $0.state == .proposed },
            setAside: try store.setAsides().filter { $0.from < until && $0.until > site.zone.start(of: month.firstDay) }
                .map { SetAsideFacts(sensor: $0.sensor, from: $0.from, until: $0.until, why: $0.why) },
            personsServed: persons, energyIntervals: try figures.energyIntervals(month),
            nightlyMinimumFlows: try figures.nightlyFlows(month),
            gateway: GatewayFacts(
                version: ProgramVersion.current, recordHead: record.count == 0 ? "" : record.head,
                recordEntries: record.count,
                backup: BackupStanding(site, store: store, record: nil, now: now).facts),
            nextAssemblies: meetings,
            agendaClosesAt: meetings.first.map {
                rule.agendaCloses(before: $0, days: site.configuration.assembly.agendaClosesDaysBefore, in: site.zone)
            }, stewardCount: site.configuration.stewards.count, closed: try Papers.closed(month, in: store),
            fixed: try Papers.fixed([month, month.previous, month.yearBefore], in: store),
            decisions: try DecisionWatch(site: site).facts(in: store, now: now),
            limitNews: try LimitNewsDesk(site: site, store: store).news(since: from, now: now))
        // A point may have become a household's since.
        let homes = Set(try store.sensors().filter { $0.visibility == .household }.map(\.id))
        facts.disputes = try store.disputes().filter { dispute in
            !dispute.isHousehold && !(dispute.sensor.map(homes.contains) ?? false)
        }
        facts.loadBudget = site.configuration.duty?.budget ?? LoadBudget()
        return facts
    }
}
