import GatewayModel

/// The report as JSON: snake_case keys, RFC 3339 times in UTC, exact decimals.
struct JSONView {
    private let model: ReportModel
    private let words: ReportWords
    private let agenda: [AgendaItem]

    init(_ model: ReportModel, agenda: [AgendaItem], words: ReportWords) {
        self.model = model
        self.agenda = agenda
        self.words = words
    }

    func text() -> String {
        let facts = model.facts
        return JSONNode.object([
            ("community", .string(facts.communityID)), ("name", .string(facts.communityName)),
            ("demonstration", .bool(facts.isDemonstration)), ("month", .string(facts.month.description)),
            ("time_zone", .string(facts.zone.identifier)), ("generated_at", .time(facts.generatedAt)),
            ("days_over", .integer(model.dates.count)),
            ("persons_served", .optional(facts.personsServed)),
            ("sentences", .array(model.resources.prefix(3).map { .string(Document.sentence($0, words)) })),
            ("resources", .array(model.resources.map(resource))), ("limits", .array(model.limits.map(limit))),
            ("limits_on_homes", .integer(model.limitsOnHomes.count)),
            ("alerts", .array(model.alerts.rows.map(alert))), ("gaps", .array(model.gaps.rows.map(gap))),
            ("closed_at", facts.closed.map { .time($0.closedAt) } ?? .null),
            ("closed_number", .optional((facts.closed?.number).map { Int($0) })),
            (
                "errata",
                .array(
                    model.errata.map { erratum in
                        .object([
                            ("resource", .string(erratum.resource.rawValue)), ("unit", .string(erratum.unit.code)),
                            ("before", erratum.before.map { .decimal($0) } ?? .null),
                            ("after", erratum.after.map { .decimal($0) } ?? .null),
                            ("number", .optional(erratum.number.map { Int($0) })),
                            ("newer", .optional(erratum.newer.map { Int($0) })),
                        ])
                    })
            ),
            (
                "set_aside",
                .array(
                    model.gaps.asides.map { aside in
                        .object([
                            ("sensor", .string(aside.sensor.id.rawValue)), ("from", .time(aside.facts.from)),
                            ("until", .time(aside.facts.until)), ("why", .string(aside.facts.why)),
                        ])
                    })
            ),
            ("load", JSONView.load(model.load, words, limits: model.limits)),
            ("rests", .array(model.rests.rows.map(rest))), ("rests_at_homes", .integer(model.rests.atHomes)),
            ("disputes", .array(model.disputes.rows.map { JSONView.dispute($0, words.about($0, model)) })),
            ("household_points_with_gaps", .integer(model.gaps.householdPoints)),
            ("agenda", .array(agenda.map(JSONView.item))),
            ("gateway_version", .string(facts.gateway.version)), ("record_head", .string(facts.gateway.recordHead)),
            ("record_entries", .integer(facts.gateway.recordEntries)),
            ("decisions", decisions), ("has_delegates", .bool(facts.decisions.hasDelegates)),
            (
                "backup",
                .object([
                    ("state", .string(facts.gateway.backup.state.rawValue)),
                    ("last_good_at", facts.gateway.backup.lastGoodAt.map { .time($0) } ?? .null),
                ])
            ),
        ]).text() + "\n"
    }

    /// Every adopted decision with its check number and what stands behind it.
    private var decisions: JSONNode {
        .array(
            model.facts.decisions.adopted.map { decision in
                .object([
                    ("number", .integer(Int64(decision.number))),
                    ("assembly", .string(decision.assembly.description)), ("sha256", .string(decision.sha256)),
                    ("state", .string(decision.state.word)),
                ])
            })
    }

    private func resource(_ report: ResourceReport) -> JSONNode {
        var members: [(String, JSONNode)] = [
            ("resource", .string(report.resource.rawValue)),
            ("state", report.state.map { .string($0.rawValue) } ?? .null),
            ("unit", report.unit.map { .string($0.code) } ?? .null),
            ("used", report.total.map { total($0, report.mark) } ?? .null),
            (
                "by_role",
                .object(report.roles.map { ($0.role.rawValue, total($0.total, $0.mark)) })
            ),
            ("month_before", report.monthBefore.map(comparison) ?? .null),
            ("year_before", report.yearBefore.map(comparison) ?? .null),
            ("days", .array(report.days.map(day))), ("gauges", .array(report.gauges.map(gauge))),
        ]
        members += JSONView.marks(report.mark)
        if let value = report.perPersonAndDay { members.append(("litres_per_person_and_day", .decimal(value))) }
        if let value = report.notAccountedPerDay { members.append(("not_accounted_litres_per_day", .decimal(value))) }
        if let value = report.possibleLeak { members.append(("possible_leak_litres_per_hour", .decimal(value))) }
        if let balance = report.energyBalance {
            members.append(("self_sufficiency_percent", .optional(balance.selfSufficiencyPercent)))
            members.append(("self_consumption_percent", .optional(balance.selfConsumptionPercent)))
            members.append(("peak_kw", .decimal(balance.peak)))
            members.append(("peak_at", .time(balance.peakAt)))
        }
        if let need = report.gardenNeed {
            members.append(("needed_mm_per_week", .integer(need.needed)))
            members.append(("rain_mm_per_week", .optional(need.rain)))
        }
        return .object(members)
    }

    private func total(_ total: MonthTotal, _ mark: DisputeReport.Mark) -> JSONNode {
        .object(
            [
                ("value", .decimal(total.amount)), ("certainty", .string(total.certainty.rawValue)),
                ("meters_measured", .integer(total.meters.measured)),
                ("meters_expected", .integer(total.meters.expected)),
                ("measured_percent", .integer(total.measuredPercent)), ("days_measured", .integer(total.days.measured)),
                ("incomplete", .bool(total.isIncomplete)), ("per_day", .decimal(total.perDay)),
            ] + JSONView.marks(mark))
    }

    private func comparison(_ comparison: Comparison) -> JSONNode {
        .object([
            ("month", .string(comparison.month.description)), ("per_day", .decimal(comparison.perDay)),
            ("percent", .optional(comparison.percent)), ("verdict", .string(comparison.verdict.rawValue)),
        ])
    }

    private func day(_ day: DayTotal) -> JSONNode {
        .object([
            ("date", .string(day.date.description)), ("value", .decimal(day.amount)),
            ("meters_measured", .integer(day.meters.measured)), ("whole", .bool(day.isWhole)),
        ])
    }

    private func gauge(_ gauge: GaugeReport) -> JSONNode {
        .object(
            [
                ("sensor", .string(gauge.sensor.id.rawValue)), ("unit", .string(gauge.sensor.unit.code)),
                ("lowest", .decimal(gauge.lowest)), ("highest", .decimal(gauge.highest)),
                ("mean", .decimal(gauge.mean)),
                ("days_measured", .integer(gauge.coverage.measured)),
            ] + JSONView.marks(model.disputes.mark(of: gauge.sensor.id)))
    }

    private func limit(_ report: LimitReport) -> JSONNode {
        let ahead = words.outlook(report.facts, model)
        return .object(
            [
                ("limit", .string(report.facts.reference.description)),
                ("title", .string(words.title(report.facts.limit))),
                ("rule", .string(words.rule(report.facts.limit, report.facts.scale))),
                ("state", .string(report.state.rawValue)),
                ("days", .object(LimitDayState.allCases.map { ($0.rawValue, .integer(report.counts[$0] ?? 0)) })),
                ("decided_on", .string(report.facts.decidedOn.description)),
                ("in_force_from", .string(report.facts.inForceFrom.description)),
                ("adopted_on", .string(report.facts.adoptedOn.description)),
                ("review_by", .string(report.facts.reviewBy.description)), ("lapsed", .bool(report.facts.isLapsed)),
                ("up_for_review", .bool(report.isUpForReview)),
            ] + (report.facts.replaced.map(JSONView.replaced) ?? [])
                + (words.shared(report.facts.limit).map { [("shared", .string($0))] } ?? [])
                + (ahead.isEmpty ? [] : [("outlook", .array(ahead.map { .string($0) }))]))
    }

    private static func replaced(_ replaced: Replaced) -> [(String, JSONNode)] {
        [("replaced_by", .integer(replaced.by)), ("last_day", .string(replaced.lastDay.description))]
    }

    private func alert(_ row: AlertRow) -> JSONNode {
        .object(
            [
                ("number", .integer(row.number)), ("what", .string(words.cause(row.cause, limits: model.limits))),
                ("sensor", row.sensor.map { .string($0.id.rawValue) } ?? .null),
                ("priority", .string(row.priority.rawValue)), ("since", .time(row.onset)),
                ("lasted_seconds", .optional(row.lasted)), ("response_seconds", .optional(row.response)),
                ("state", .string(row.state.rawValue)), ("outcome", row.outcome.map { .string($0.rawValue) } ?? .null),
            ] + JSONView.marks(model.disputes.mark(ofAlert: row.number)))
    }

    private func rest(_ row: RestReport.Row) -> JSONNode {
        .object([
            ("what", .string(words.rested(row.subject, limits: model.limits))),
            ("protects", row.protects.map { .string($0.rawValue) } ?? .null), ("from", .time(row.from)),
            ("until", .time(row.until)), ("why", .string(row.why)), ("by", .string(row.role.rawValue)),
        ])
    }

    private func gap(_ row: GapReport.Row) -> JSONNode {
        .object([
            ("sensor", .string(row.sensor.id.rawValue)), ("missing_days", .integer(row.missingDays)),
            ("longest_gap_days", .integer(row.longestGap)),
        ])
    }

    /// An agenda item with all its fields.
    static func item(_ item: AgendaItem) -> JSONNode {
        .object([
            ("id", .string(item.id)), ("assembly_id", .string((item.meeting ?? item.assembly).description)),
            ("assembly", .string(item.assembly.description)),
            ("kind", .string(item.kind.rawValue)), ("proposed_by", .string(item.proposedBy.rawValue)),
            ("ask", .string(item.ask.rawValue)),
            ("title", .string(item.title)), ("summary", .string(item.summary)),
            ("facts", .array(item.facts.map { .string($0) })),
            (
                "evidence",
                .array(
                    item.evidence.map { evidence in
                        .object([
                            ("text", .string(evidence.text)), ("sha256", evidence.sha256.map { .string($0) } ?? .null),
                        ])
                    })
            ), ("table", item.table.map(table) ?? .null),
            (
                "options",
                .array(
                    item.options.map { option in
                        .object([
                            ("text", .string(option.text)), ("consequence", .string(option.consequence)),
                            ("do_nothing", .bool(option.isDoNothing)),
                        ])
                    })
            ),
            ("who_is_affected", .string(item.whoIsAffected)),
            ("essential_supply_touched", .bool(item.touchesEssentialSupply)),
            ("requested_minutes", .integer(item.requestedMinutes)),
            ("related", .array(item.related.map { .string($0) })),
            (
                "attachments",
                .array(
                    item.attachments.map {
                        .object([("name", .string($0.name)), ("sha256", .string($0.sha256))])
                    })
            ), ("public", .bool(item.isPublic)), ("since", item.since.map { .string($0.description) } ?? .null),
            ("history", .array(item.history.map { .string($0) })), ("for_information", .bool(item.isForInformation)),
            ("status", .string(item.status.rawValue)),
            ("adopted_text", item.adoptedText.map { .string($0) } ?? .null),
            ("decision_id", item.decisionID.map { .integer($0) } ?? .null),
        ])
    }

    private static func table(_ table: AgendaItem.Table) -> JSONNode {
        .object([
            ("caption", .string(table.caption)), ("columns", .array(table.columns.map { .string($0) })),
            ("rows", .array(table.rows.map { .array($0.map { .string($0) }) })),
        ])
    }
}
