import GatewayModel

extension Document {
    static func limits(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.limits.heading"))]
        let onHomes = model.limitsOnHomes.count
        let leftOut: [DocumentBlock] =
            onHomes == 0 ? [] : [.paragraph(words.text("report.limits.homes", ["count": String(onHomes)]))]
        guard !model.limits.isEmpty else {
            return blocks + (leftOut.isEmpty ? [.paragraph(words.text("report.limits.none"))] : leftOut)
        }
        let columns = ["limit", "rule", "within", "near", "past", "unknown", "decided", "review"]
        let rows = model.limits.map { report -> [DocumentTable.Cell] in
            let facts = report.facts
            let review: String =
                if facts.isLapsed {
                    words.text("report.limits.lapsed", ["date": words.date(facts.reviewBy)])
                } else if let replaced = facts.replaced {
                    words.text(
                        "report.limits.replaced",
                        ["number": String(replaced.by), "date": words.date(replaced.lastDay.adding(days: 1))])
                } else if report.isUpForReview {
                    words.text("report.limits.up_for_review", ["date": words.date(facts.reviewBy)])
                } else {
                    words.date(facts.reviewBy)
                }
            return [
                .init(words.title(of: facts)), .init(words.rule(facts.limit, facts.scale)),
                .init(String(report.counts[.within] ?? 0)), .init(String(report.counts[.near] ?? 0)),
                .init(String(report.counts[.past] ?? 0)), .init(String(report.counts[.unknown] ?? 0)),
                .init(
                    words.text(
                        facts.adoptedOn > facts.inForceFrom ? "report.limits.adopted_late" : "report.limits.decision",
                        [
                            "number": String(facts.reference.resolution), "date": words.date(facts.decidedOn),
                            "from": words.date(facts.inForceFrom), "adopted": words.date(facts.adoptedOn),
                        ])),
                .init(review),
            ]
        }
        blocks.append(.paragraph(words.text("report.limits.intro")))
        blocks.append(
            .table(
                DocumentTable(
                    caption: words.text("report.limits.caption", ["days": String(model.dates.count)]),
                    columns: columns.enumerated().map { index, column in
                        .init(title: words.text("report.limits.column.\(column)"), isNumber: (2...5).contains(index))
                    }, rows: rows)))
        let besides = model.limits.filter { !$0.facts.isLapsed }.flatMap { report in
            (words.shared(report.facts.limit).map { [$0] } ?? []) + words.outlook(report.facts, model)
        }
        if !besides.isEmpty { blocks.append(.list(besides)) }
        return blocks + leftOut
    }

    static func floors(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let floors = model.limits.filter { $0.isFloor && !$0.facts.isLapsed }
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.floors.heading"))]
        let isLeftOut = model.limitsOnHomes.contains { $0.isFloor && !$0.facts.isLapsed }
        if isLeftOut {
            blocks.append(.paragraph(words.text("report.floors.homes")))
        } else if floors.isEmpty {
            blocks.append(.paragraph(words.text("report.floors.none")))
        }
        for floor in floors {
            let answer: String =
                switch floor.state {
                case .within, .near: "yes"
                case .unknown: "not_known"
                case .past: "no"
                }
            let isJudged = floor.counts.contains { $0.key != .unknown && $0.value > 0 }
            var text = words.text(
                "report.floors.\(answer == "not_known" && !isJudged ? "not_judged" : answer)",
                [
                    "limit": words.title(of: floor.facts), "rule": words.rule(floor.facts.limit, floor.facts.scale),
                    "past": String(floor.counts[.past] ?? 0), "unknown": String(floor.counts[.unknown] ?? 0),
                ])
            if let points = floor.facts.pointsBelow, points > 0 {
                text += " " + words.text("report.floors.points", ["count": String(points)])
            }
            blocks.append(
                .statement(
                    shape: words.shape(floor.state), word: words.text("report.floors.word.\(answer)"), text: text))
        }
        return blocks
    }

    static func alerts(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let report = model.alerts
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.alerts.heading"))]
        guard !report.rows.isEmpty else { return blocks + [.paragraph(words.text("report.alerts.none"))] }
        let counts = Priority.allCases.map { priority in
            words.text(
                "report.alerts.count",
                [
                    "priority": words.text("report.priority.\(priority.rawValue)"),
                    "count": String(report.counts[priority] ?? 0),
                ])
        }
        var lines = [words.text("report.alerts.counts", ["counts": counts.joined(separator: ", ")])]
        if let longest = report.longest, let lasted = longest.lasted {
            lines.append(
                words.text(
                    "report.alerts.longest",
                    ["number": String(longest.number), "duration": words.duration(lasted)]))
        }
        lines.append(
            report.medianResponse.map {
                words.text(
                    "report.alerts.response",
                    [
                        "answered": String(report.answered), "all": String(report.rows.count),
                        "duration": words.duration($0),
                    ])
            } ?? words.text("report.alerts.no_response"))
        lines.append(words.text("report.alerts.open", ["count": String(report.open)]))
        blocks.append(.list(lines))
        let columns = ["number", "what", "priority", "since", "lasted", "response", "state"]
        blocks.append(
            .table(
                DocumentTable(
                    caption: words.text("report.alerts.caption"),
                    columns: columns.map { .init(title: words.text("report.alerts.column.\($0)")) },
                    rows: report.rows.map { row($0, model, words) })))
        return blocks
    }

    private static func row(_ row: AlertRow, _ model: ReportModel, _ words: ReportWords) -> [DocumentTable.Cell] {
        let cause = words.cause(row.cause, limits: model.limits)
        let point = row.sensor.map(words.name) ?? (row.isHousehold ? words.text("report.alerts.household") : nil)
        let ended =
            row.outcome.map { words.text("report.outcome.\($0.rawValue)") }
            ?? words.text("report.alert_state.\(row.state.rawValue)")
        let state = [ended, words.mark(model.disputes.mark(ofAlert: row.number))].compactMap { $0 }
            .joined(separator: " ")
        return [
            .init(String(row.number)),
            .init(point.map { words.text("report.alerts.at", ["what": cause, "point": $0]) } ?? cause),
            .init(words.text("report.priority.\(row.priority.rawValue)")), .init(words.moment(row.onset)),
            .init(row.lasted.map(words.duration) ?? words.text("report.alerts.still")),
            .init(row.response.map(words.duration) ?? words.text("report.alerts.nobody")), .init(state),
        ]
    }
}
