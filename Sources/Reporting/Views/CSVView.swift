import GatewayModel

/// The report's figures as CSV (RFC 4180): one figure a line, with unit, day and measured part, for spreadsheets.
///
/// Numbers are written with a point in every language and are never rounded; names cannot become formulas.
struct CSVView {
    private let model: ReportModel
    private let words: ReportWords

    init(_ model: ReportModel, words: ReportWords) {
        self.model = model
        self.words = words
    }

    func text() -> String {
        var lines = [
            ["section", "name", "figure", "date", "value", "unit", "measured", "expected", "certainty", "disputed"]
        ]
        for resource in model.resources { lines += rows(of: resource) }
        for report in model.limits {
            for state in LimitDayState.allCases {
                lines.append([
                    "limit", words.title(of: report.facts), "days_\(state.rawValue)", model.facts.month.description,
                    String(report.counts[state] ?? 0), "d", "", String(model.dates.count), "",
                ])
            }
        }
        for row in model.alerts.rows {
            lines.append([
                "alert", words.cause(row.cause, limits: model.limits), "lasted", row.onset.description,
                row.lasted.map(String.init) ?? "", "s", "", "", row.state.rawValue,
                CSVView.mark(model.disputes.mark(ofAlert: row.number)),
            ])
        }
        for week in model.load.weeks {
            // One line per steward, the most called one first: no line is always the same person's.
            for (number, calls) in week.calls.enumerated() {
                lines.append([
                    "load", "steward_\(number + 1)", "calls_per_week", week.monday.description, String(calls), "", "",
                    String(model.load.budget.nowPerWeek), "",
                ])
            }
        }
        for cause in model.load.causes {
            lines.append([
                "load", words.cause(cause.cause, limits: model.limits), "false_readings",
                model.facts.month.description, String(cause.wrong), "", String(cause.explained), String(cause.count),
                "",
            ])
        }
        for row in model.rests.rows {
            lines.append([
                "rest", words.rested(row.subject, limits: model.limits), row.why, row.from.description,
                row.until.description, "", "", "", row.protects?.rawValue ?? "",
            ])
        }
        for gap in model.gaps.rows {
            lines.append([
                "gap", words.name(gap.sensor), "missing_days", model.facts.month.description, String(gap.missingDays),
                "d", "", String(model.dates.count), "",
            ])
        }
        if let number = model.facts.closed?.number {
            lines.append([
                "closed", "", "number", model.facts.month.description, String(number), "", "", "", "",
            ])
        }
        for erratum in model.errata {
            lines.append([
                "erratum", words.resource(erratum.resource),
                erratum.number.map { "closed_\($0)" } ?? "closed", model.facts.month.description,
                erratum.before?.description ?? "", erratum.unit.code, "", "", "",
            ])
        }
        for aside in model.gaps.asides {
            lines.append([
                "set_aside", words.name(aside.sensor), aside.facts.why, aside.facts.from.description,
                aside.facts.until.description, "", "", "", "",
            ])
        }
        for dispute in model.disputes.rows {
            lines.append([
                "dispute", words.about(dispute, model), dispute.why, dispute.openedAt.description,
                String(dispute.number), "", "", "", dispute.state.rawValue,
            ])
        }
        let width = lines[0].count
        return lines.map { line in
            // What nobody disputes has nothing to say of it.
            (line + Array(repeating: "", count: max(0, width - line.count))).map(CSVView.cell).joined(separator: ",")
                + "\r\n"
        }.joined()
    }

    private func rows(of resource: ResourceReport) -> [[String]] {
        let name = resource.resource.rawValue
        let unit = resource.unit?.code ?? ""
        let month = model.facts.month.description
        var rows: [[String]] = []
        func add(_ figure: String, _ total: MonthTotal, _ mark: DisputeReport.Mark) {
            rows.append([
                "resource", name, figure, month, total.amount?.description ?? "", unit, String(total.meters.measured),
                String(total.meters.expected), total.certainty.rawValue, CSVView.mark(mark),
            ])
        }
        if let total = resource.total { add("used", total, resource.mark) }
        for role in resource.roles { add(role.role.rawValue, role.total, role.mark) }
        for day in resource.days {
            rows.append([
                "resource", name, "used_per_day", day.date.description, day.amount?.description ?? "", unit,
                String(day.meters.measured), String(day.meters.expected), day.isWhole ? "measured" : "at_least",
                CSVView.mark(resource.mark),
            ])
        }
        for gauge in resource.gauges {
            let mark = CSVView.mark(model.disputes.mark(of: gauge.sensor.id))
            for day in gauge.days {
                for (figure, value) in [("lowest", day.minimum), ("highest", day.maximum), ("mean", day.mean)] {
                    rows.append([
                        "gauge", words.name(gauge.sensor), figure, day.date.description, value.description,
                        gauge.sensor.unit.code, String(day.coverage.measured), String(day.coverage.expected), "",
                        mark,
                    ])
                }
            }
        }
        return rows
    }

    /// The numbers of disputes about a figure; `set_aside:` before those that the assembly has upheld.
    private static func mark(_ mark: DisputeReport.Mark) -> String {
        (mark.open.map(String.init) + mark.upheld.map { "set_aside:\($0)" }).joined(separator: " ")
    }

    /// A negative number stays a number; every other text goes through the formula guard.
    private static func cell(_ text: String) -> String {
        DecimalValue(text) != nil ? text : Escaping.csvCell(text)
    }
}
