import GatewayModel

/// The monthly report as values, the same in every language and form.
public struct ReportModel: Sendable {
    /// What it was made from; views take names, zone and dates from here.
    public var facts: ReportFacts
    /// The days that are over, of the month.
    public var dates: [CalendarDate]
    /// The resources: water, energy, garden, then others by name.
    public var resources: [ResourceReport]
    /// The limits, by resolution and name.
    public var limits: [LimitReport]
    /// Limits of which nothing may be told, since they count too few homes; the assembly looks at them again all the same.
    public var limitsOnHomes: [LimitReport] = []
    /// The limits that the next assembly has to look at again, those on homes included, by resolution and name.
    public var reviews: [LimitReport] = []
    /// The alerts.
    public var alerts: AlertReport
    /// How much the stewards were called.
    public var load: LoadReport
    /// What was paused or switched off.
    public var rests: RestReport
    /// What people say is wrong.
    public var disputes: DisputeReport
    /// Where figures are missing.
    public var gaps: GapReport
    /// The figures over households that this report shows; keep them and hand them in as
    /// ``ReportFacts/alreadyShown`` when the same month is reported again.
    public var shownFigures: [FigureOrigin]

    /// Makes the model; a day counts once it is over in the community's time zone.
    public static func make(from facts: ReportFacts) -> ReportModel {
        let today = facts.zone.date(at: facts.generatedAt)
        let dates = facts.month.days.filter { $0 < today }
        func reports(of limits: [LimitFacts]) -> [LimitReport] {
            limits.sorted { $0.reference < $1.reference }
                .map { LimitReport($0, dates: dates, reviewHorizon: facts.reviewHorizon) }
        }
        let reviews = reports(of: facts.reviewable ?? facts.limits).filter(\.isUpForReview)
        let due = Set(reviews.map(\.facts.reference))
        let all = reports(of: facts.limits).map { report in
            var report = report
            report.isUpForReview = due.contains(report.facts.reference)
            return report
        }
        let limits = all.filter { !$0.facts.isOnHomes }
        var shown: [FigureOrigin] = []
        let show: (FigureOrigin) -> Bool = { figure in
            let decision = mayShow(
                figure, to: .members, alreadyShown: facts.alreadyShown, rules: facts.disclosureRules)
            guard decision.isShown else { return false }
            if !figure.households.isEmpty, !shown.contains(figure) { shown.append(figure) }
            return true
        }
        let first: [Resource] = ["water", "energy", "garden"]
        let others = Set(facts.sensors.map(\.sensor.resource)).subtracting(first).sorted()
        let disputes = DisputeReport(facts)
        let resources = (first + others).map { resource in
            var report = ResourceReport.make(resource, from: facts, dates: dates, limits: limits, show: show)
            report.mark = disputes.mark(of: resource, points: facts.sensors)
            for index in report.roles.indices {
                let role = report.roles[index].role
                report.roles[index].mark = disputes.mark(of: resource, role: role, points: facts.sensors)
            }
            return report
        }
        let alerts = AlertReport(facts)
        var model = ReportModel(
            facts: facts, dates: dates, resources: resources, limits: limits, alerts: alerts,
            load: LoadReport(facts, days: dates.count),
            rests: RestReport(facts, alerts: alerts, limits: limits), disputes: disputes,
            gaps: GapReport(facts, dates: dates), shownFigures: shown)
        model.limitsOnHomes = all.filter(\.facts.isOnHomes)
        model.reviews = reviews
        return model
    }
}
