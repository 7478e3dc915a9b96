import GatewayModel

extension Document {
    /// A resource's section: the key figures, one chart, and the chart's days as a calendar.
    static func section(of resource: ResourceReport, _ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let name = words.resource(resource.resource)
        var blocks: [DocumentBlock] = [.heading(level: 2, name)]
        guard resource.total != nil || !resource.gauges.isEmpty else {
            return blocks + [.paragraph(words.text("report.sentence.nothing", ["resource": name]))]
        }
        let series = ChartSeries(resource, model, words)
        let rows = keyRows(resource, words) + (series?.rows(words) ?? [])
        if !rows.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text(
                            "report.figures.caption", ["resource": name, "month": words.month(model.facts.month)]),
                        columns: ["figure", "value", "sure"].map { .init(title: words.text("report.figures.\($0)")) },
                        rows: rows)))
        }
        if let series {
            blocks.append(.chart(series.chart(words)))
            blocks.append(.table(series.calendar(words)))
        }
        if !resource.gauges.isEmpty { blocks.append(.table(gaugeTable(resource, model, words))) }
        return blocks
    }

    private static func keyRows(_ resource: ResourceReport, _ words: ReportWords) -> [[DocumentTable.Cell]] {
        guard let total = resource.total, let unit = resource.unit else { return gardenRows(resource, words) }
        func row(_ key: String, _ value: String, _ sure: String, isStruck: Bool = false) -> [DocumentTable.Cell] {
            [.init(words.text("report.figures.\(key)")), .init(text: value, isStruck: isStruck), .init(sure)]
        }
        func marked(_ sure: String, _ mark: DisputeReport.Mark) -> String {
            [sure, words.mark(mark) ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        }
        let sure = marked(words.sureness(total), resource.mark)
        let isStruck = total.isIncomplete || !resource.mark.upheld.isEmpty
        var rows = [row("used", words.total(total, unit), sure, isStruck: isStruck && total.amount != nil)]
        for part in resource.roles {
            rows.append(
                row(
                    "role.\(part.role.rawValue)", words.total(part.total, unit),
                    marked(words.sureness(part.total), part.mark),
                    isStruck: (part.total.isIncomplete || !part.mark.upheld.isEmpty) && part.total.amount != nil))
        }
        for (key, comparison) in [("before", resource.monthBefore), ("year", resource.yearBefore)] {
            guard let comparison else { continue }
            let then = comparison.perDay.map {
                words.text(
                    "report.figures.then", ["amount": words.amount($0, unit), "month": words.month(comparison.month)])
            }
            rows.append(row(key, words.comparison(comparison), marked(then ?? "", resource.mark)))
        }
        // What is worked out from a figure is as doubtful as the figure.
        func follows(_ key: String, _ value: String, _ sure: String) {
            rows.append(row(key, value, marked(words.text("report.figures.\(sure)"), resource.mark)))
        }
        if let value = resource.perPersonAndDay { follows("per_person", words.amount(value, Unit("L")), "declared") }
        if let value = resource.notAccountedPerDay {
            follows("not_accounted", words.amount(value, Unit("L")), "not_accounted_note")
        }
        if let leak = resource.possibleLeak {
            let text =
                leak > .zero
                ? words.text(
                    "report.figures.leak_about",
                    ["amount": words.amount(leak.rounded(significantDigits: 2), Unit("L/h"))])
                : words.text("report.figures.leak_none")
            follows("leak", text, "estimate")
        }
        if let left = resource.daysLeft {
            let key = left.atMost == left.atMean ? "days_left_about" : "days_left_range"
            let text = words.text(
                "report.figures.\(key)", ["least": String(left.atMost), "usual": String(left.atMean)])
            follows("days_left", text, "estimate")
        }
        if let balance = resource.energyBalance { rows += energyRows(balance, words.mark(resource.mark), words) }
        return rows + gardenRows(resource, words)
    }

    private static func energyRows(
        _ balance: EnergyBalance, _ mark: String?, _ words: ReportWords
    ) -> [[DocumentTable.Cell]] {
        var rows: [[DocumentTable.Cell]] = []
        func marked(_ text: String) -> String { [text, mark].compactMap { $0 }.joined(separator: " ") }
        let note = marked(words.text("report.figures.from_intervals"))
        if let percent = balance.selfSufficiencyPercent {
            rows.append([
                .init(words.text("report.figures.self_sufficiency")), .init(words.percent(percent)), .init(note),
            ])
        }
        if let percent = balance.selfConsumptionPercent {
            rows.append([
                .init(words.text("report.figures.self_consumption")), .init(words.percent(percent)), .init(note),
            ])
        }
        rows.append([
            .init(words.text("report.figures.peak")), .init(words.amount(balance.peak, Unit("kW"))),
            .init(marked(words.moment(balance.peakAt))),
        ])
        return rows
    }

    private static func gardenRows(_ resource: ResourceReport, _ words: ReportWords) -> [[DocumentTable.Cell]] {
        guard let need = resource.gardenNeed else { return [] }
        let sure = words.text("report.figures.estimate") + "; " + words.coverage(need.days)
        var rows: [[DocumentTable.Cell]] = [
            [
                .init(words.text("report.figures.garden_need")),
                .init(words.text("report.figures.per_week", ["count": String(need.needed)])), .init(sure),
            ]
        ]
        if let rain = need.rain {
            rows.append([
                .init(words.text("report.figures.rain")),
                .init(words.text("report.figures.per_week", ["count": String(rain)])), .init(words.coverage(need.days)),
            ])
        }
        return rows
    }

    private static func gaugeTable(
        _ resource: ResourceReport, _ model: ReportModel, _ words: ReportWords
    ) -> DocumentTable {
        let columns = ["point", "lowest", "highest", "mean", "measured"]
        return DocumentTable(
            caption: words.text("report.gauges.caption", ["resource": words.resource(resource.resource)]),
            columns: columns.enumerated().map { index, column in
                .init(title: words.text("report.gauges.\(column)"), isNumber: (1...3).contains(index))
            },
            rows: resource.gauges.map { gauge in
                let mark = words.mark(model.disputes.mark(of: gauge.sensor.id))
                return [
                    .init([words.name(gauge.sensor), mark].compactMap { $0 }.joined(separator: " ")),
                    .init(words.amount(gauge.lowest, gauge.sensor.unit)),
                    .init(words.amount(gauge.highest, gauge.sensor.unit)),
                    .init(words.amount(gauge.mean, gauge.sensor.unit)), .init(words.coverage(gauge.coverage)),
                ]
            })
    }
}
