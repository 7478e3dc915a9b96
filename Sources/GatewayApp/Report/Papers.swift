import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// The monthly report and the agenda, made from one reading of the store.
struct Papers {
    private let site: Site
    private let model: ReportModel
    /// For the agenda: the months that none has spoken of yet, and the one that runs.
    private let others: [ReportModel]
    /// What is wrong with files that lie ready for the agenda.
    let problems: [Diagnostic]

    /// Gathers the facts of a month as they are known at `now`.
    ///
    /// `trials` are what proposals would have meant, by the SHA-256 of their files and the language: reckoning them takes
    /// longer than the writing process may.
    init(
        site: Site, store: Store, month: CalendarMonth, now: Instant,
        trials: [String: [String: ProposalTrial]] = [:]
    ) throws {
        self.site = site
        var facts = try Papers.facts(site: site, store: store, month: month, now: now)
        let inbox = AgendaInbox(site: site)
        let (proposals, problems) = inbox.proposals(
            adopted: Set(facts.decisions.adopted.map(\.number)), trials: trials)
        let (neighbours, others) = inbox.neighbours()
        facts.proposals = proposals
        facts.neighbours = neighbours
        facts.agendaPast = try store.agendaPast()
        let meetings = site.configuration.assembly.meetings
        let posted = Set(facts.agendaPast.values.joined().map(\.meeting))
        facts.cancelledMeetings = posted.filter(meetings.isCancelled)
        facts.heldOn = posted.reduce(into: [:]) { $0[$1] = site.assemblyDay(of: $1) }
        facts.nextMeetingDay = meetings.nextMeeting(after: now)?.day
        let budget = site.configuration.assembly.budget
        facts.agendaBudget = AgendaBudget(minutes: budget.minutes, items: budget.items)
        self.problems = problems + others
        let open = try Papers.openMonths(around: month, in: store, like: facts, now: now)
        facts.olderErrata =
            open.isEmpty
            ? [:] : try Papers.errata(besides: open + [month], site: site, store: store, like: facts, now: now)
        model = ReportModel.make(from: facts)
        self.others = try open.map {
            ReportModel.make(from: try Papers.facts(site: site, store: store, month: $0, now: now, like: facts))
        }
    }

    /// How many months before the last one an agenda goes back at most.
    private static let mostMonths = 6

    /// Months since the last posted agenda that it could not speak of, and the one that runs; none for a report of earlier.
    ///
    /// One whose meeting was cancelled spoke to nobody.
    private static func openMonths(
        around month: CalendarMonth, in store: Store, like facts: ReportFacts, now: Instant
    ) throws -> [CalendarMonth] {
        let running = CalendarMonth(of: facts.zone.date(at: now))
        guard month == running.previous else { return [] }
        let cancelled = Set(facts.cancelledMeetings.map(\.description))
        let posted = try store.recordEntries().map(\.entry).filter {
            $0.kind == "agenda.posted" && $0.facts["meeting"] != facts.nextMeetingDay?.description
        }
        func begin(_ entry: RecordEntry) -> CalendarMonth { CalendarMonth(of: facts.zone.date(at: entry.at)) }
        var months = [running]
        // What was posted in a month spoke of the one before it; where nobody met that one is still to be told.
        let heard = posted.last { !cancelled.contains($0.facts["meeting"] ?? "") }
        guard let oldest = heard.map(begin) ?? posted.first.map({ begin($0).previous }) else { return months }
        var open = month.previous
        while open >= oldest, months.count <= mostMonths {
            months.append(open)
            open = open.previous
        }
        return months
    }

    /// The report in one form and language.
    func report(_ form: ReportWriter.Form, language: String?) -> String {
        let book = site.book(language)
        return ReportWriter(model, agenda: items(language: language), phrases: book).text(form)
    }

    /// The agenda in one form and language.
    func agenda(_ form: AgendaWriter.Form, language: String?) -> String {
        agenda(items(language: language), form, language: language)
    }

    /// An agenda of these items, with lines to mark where it is a meeting's.
    func agenda(
        _ items: [AgendaItem], _ form: AgendaWriter.Form, language: String?, meeting: CalendarDate? = nil
    ) -> String {
        AgendaWriter(items, model: model, phrases: site.book(language), meeting: meeting).text(form)
    }

    /// An agenda that was posted, with what people reported of it.
    func agenda(
        reported: [(item: AgendaItem, past: AgendaPast)], _ form: AgendaWriter.Form, language: String?
    ) -> String {
        AgendaWriter(reported: reported, model: model, phrases: site.book(language)).text(form)
    }

    /// What is new since an agenda was posted.
    func additions(
        _ items: [AgendaItem], to posted: [AgendaItem], language: String?, meeting: CalendarDate
    ) -> AgendaAdditions {
        AgendaWriter(items, model: model, phrases: site.book(language), meeting: meeting).additions(to: posted)
    }

    /// The next assembly as a calendar file.
    func calendar(language: String?) -> String {
        calendar(items(language: language), language: language)
    }

    /// The next assembly as a calendar file that names these items.
    func calendar(_ items: [AgendaItem], language: String?) -> String {
        CalendarFile(
            site.configuration.assembly.meetings, model: model, items: items, phrases: site.book(language)
        ).text()
    }

    /// The pages of the report as it is closed, by language.
    ///
    /// `number` is the one that it will have.
    func closedPages(_ number: Int64, at now: Instant) throws -> [String: String] {
        var facts = model.facts
        facts.earlierEditions += [facts.closed].compactMap { $0 }
        facts.closed = ClosedReport(of: model, at: now)
        facts.closed?.number = number
        let closed = ReportModel.make(from: facts)
        return Dictionary(
            site.configuration.community.languages.map { language in
                let book = site.book(language)
                let items = AgendaDraft.items(from: closed, others: others, phrases: book)
                return (language, ReportWriter(closed, agenda: items, phrases: book).text(.html))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What the assembly is asked, one title a line.
    func questions(language: String?) -> [String] {
        items(language: language).map(\.title)
    }

    /// The drafts for the agenda, in their order.
    func items(language: String?) -> [AgendaItem] {
        AgendaDraft.items(from: model, others: others, phrases: site.book(language))
    }

    /// What the report says, as it is kept when it is closed.
    func closing(at now: Instant) throws -> String {
        try JSONLine.text(ClosedReport(of: model, at: now))
    }

    private static func gateway(_ site: Site, _ store: Store, now: Instant) throws -> GatewayFacts {
        let record = try store.verifyRecordBook()
        return GatewayFacts(
            version: ProgramVersion.current, recordHead: record.count == 0 ? "" : record.head,
            recordEntries: record.count, backup: BackupStanding(site, store: store, record: nil, now: now).facts)
    }

    /// The facts of a month; what is no month's own, and goes through the whole record book and all signatures, is taken
    /// from `known` where it was gathered for another.
    private static func facts(
        site: Site, store: Store, month: CalendarMonth, now: Instant, like known: ReportFacts? = nil
    ) throws -> ReportFacts {
        let figures = try MonthFigures(store: store, zone: site.zone, now: now)
        let editions = try Papers.editions(month, in: store)
        let months = try figures.sensorMonths(month)
        let from = site.zone.start(of: month.firstDay)
        let until = min(now, site.zone.start(of: month.next.firstDay))
        let raised = try store.alerts(openOnly: false)
        let before = raised.filter { $0.onset < until }
        let alerts = before.filter { alert in alert.closedAt.map { $0 >= from } ?? true }
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let lastDay = site.zone.date(at: until.advanced(byMilliseconds: -1))
        let decided = LimitsInForce(adopted)
        let counted = try CountedLimits(month, until: lastDay, decided, try StageKeeper(store))
        let inForce = counted.limits.filter { decided.isStanding($0.reference.resolution, on: lastDay) }
        let persons = inForce.compactMap(\.scale.persons).max()
        let sensors = try SensorDirectory(store)
        let evaluation = try LimitEvaluation(
            of: counted, in: month, store: store, sensors: sensors, zone: site.zone, now: now)
        let days = LimitDays(
            month: month, zone: site.zone, now: now, evaluation: evaluation,
            figures: Dictionary(months.map { ($0.sensor.id, $0) }, uniquingKeysWith: { first, _ in first }),
            before: try DayTables(store: store, sensors: sensors).before(
                month.firstDay, for: counted.limits.map(\.limit)))
        let disclosure = decided.disclosureRules(on: lastDay)
        func privacy(_ rules: DisclosureRules) -> LimitPrivacy {
            LimitPrivacy(
                inForce.map { ($0.reference, $0.limit) },
                stages: decided.stages(on: lastDay).map { ($0.reference, $0.stages) }, earlier: adopted,
                sensors, rules)
        }
        // What the assembly is asked now goes by what counts now; the month's figures, by what counted then.
        let privacyNow = privacy(decided.disclosureRules(on: site.zone.date(at: now)))
        let privacy = privacy(disclosure)
        let outlooks = LimitOutlooks(store: store, sensors: sensors, privacy: privacy)
        let community = site.configuration.community
        let meetings = site.configuration.assembly.meetings.meetings(3, after: now)
        let today = site.zone.date(at: now)
        let assembly = meetings.first.map { site.zone.date(at: $0) } ?? today
        var facts = ReportFacts(
            communityID: community.id, communityName: community.name, isDemonstration: community.isDemonstration,
            zone: site.zone, month: month, generatedAt: now, sensors: months,
            monthBefore: try figures.sensorMonths(month.previous),
            yearBefore: try figures.sensorMonths(month.yearBefore),
            limits: try counted.limits.map { entry in
                let replaced = decided.replacement(of: entry.reference.resolution).flatMap { newer in
                    newer.from <= assembly ? Replaced(by: newer.number, lastDay: newer.from.adding(days: -1)) : nil
                }
                let isOver = replaced.map { $0.lastDay < lastDay } ?? false
                let states = days.days(of: entry, in: counted.versions(of: entry))
                var facts = LimitFacts(
                    entry, in: site.zone, days: states,
                    idleDays: counted.idleDays(
                        of: entry, past: evaluation.pastDays(of: entry.reference), in: site.zone
                    ).union(days.unexpectedDays(of: entry)),
                    budgetUse: days.budgetUse(
                        of: entry, through: replaced?.lastDay ?? month.lastDay, states: states),
                    outlook: isOver
                        ? nil
                        : try outlooks.outlook(
                            entry.reference, entry.limit, entry.scale, on: min(today, month.next.firstDay)))
                facts.replaced = replaced
                return privacy.mayShow(entry.reference) ? facts : facts.onHomes()
            }, alerts: alerts.filter(privacy.mayShow),
            openMeterEvents: try store.meterEvents().filter { $0.state == .proposed },
            setAside: try store.setAsides().filter { $0.from < until && $0.until > site.zone.start(of: month.firstDay) }
                .map { SetAsideFacts(sensor: $0.sensor, from: $0.from, until: $0.until, why: $0.why) },
            personsServed: persons, energyIntervals: try figures.energyIntervals(month),
            nightlyMinimumFlows: try figures.nightlyFlows(month),
            gateway: try known?.gateway ?? gateway(site, store, now: now),
            nextAssemblies: meetings,
            agendaClosesAt: meetings.first.map {
                site.agendaCloses(before: $0)
            }, stewardCount: site.configuration.stewards.count, closed: editions.last,
            fixed: try Papers.fixed([month, month.previous, month.yearBefore], in: store),
            decisions: try known?.decisions ?? DecisionWatch(site: site).facts(in: store, now: now),
            limitNews: try LimitNewsDesk(site: site, store: store).news(since: from, now: now, privacyNow))
        facts.reviewable = decided.reviewable(at: assembly, today: today).map { entry in
            let kept = facts.limits.first { $0.reference == entry.reference }
            let limit = LimitFacts(
                entry, in: site.zone, days: kept?.days ?? [:], idleDays: kept?.idleDays ?? Set(month.days))
            return privacy.mayShow(entry.reference) ? limit : limit.onHomes()
        }
        facts.earlierEditions = editions.dropLast()
        facts.disclosureRules = disclosure
        facts.stewardNames = Set(site.configuration.stewards.map(\.name))
        facts.switchOffs = SwitchOffDesk.facts(of: try store.recordEntries().map(\.entry)).map { off in
            var off = off
            off.isHousehold = off.isHousehold || !privacy.mayShow(subject: off.subject)
            return off
        }
        facts.quorum = site.configuration.assembly.quorum.map { QuorumFacts(words: $0.words, needed: $0.needed) }
        // A point may have become a household's since.
        let homes = Set(try store.sensors().filter { $0.visibility == .household }.map(\.id))
        let concealed = raised.filter { !privacy.mayShow($0) }
        facts.disputes = try store.disputes().filter { dispute in
            !dispute.isHousehold && !(dispute.sensor.map(homes.contains) ?? false)
                && !concealed.contains(where: dispute.isAbout)
        }
        facts.disputedAlerts = raised.filter { alert in facts.disputes.contains { $0.isAbout(alert) } }
        let early = from.advanced(bySeconds: -ReportFacts.daysBefore * 86_400)
        facts.earlierAlerts = before.filter(privacy.mayShow).filter { alert in
            alert.closedAt.map { $0 >= early && $0 < from } ?? false
        }
        facts.loadBudget = site.configuration.duty?.budget ?? LoadBudget()
        return facts
    }
}
