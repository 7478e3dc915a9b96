import GatewayModel

/// The figures of one resource's chart, from which the chart, its sentence, its table and its key rows are all made.
struct ChartSeries {
    private struct Day {
        var date: CalendarDate
        var value: DecimalValue?
        var isWhole: Bool
    }

    private let days: [Day]
    private let unit: Unit
    private let kind: Chart.Kind
    private let title: String
    private let name: String
    private let limit: (title: String, amount: DecimalValue)?

    /// The daily use where there are meters, else the daily mean of the first shared gauge; nil where nothing is known.
    init?(_ resource: ResourceReport, _ model: ReportModel, _ words: ReportWords) {
        let month = words.month(model.facts.month)
        name = "chart-" + resource.resource.rawValue.filter { $0.isLetter || $0.isNumber || $0 == "_" }
        if let unit = resource.unit, resource.days.contains(where: { $0.amount != nil }) {
            self.unit = unit
            kind = .bars
            days = resource.days.map { Day(date: $0.date, value: $0.amount, isWhole: $0.isWhole) }
            title = words.text("report.chart.used", ["resource": words.resource(resource.resource), "month": month])
            limit = resource.dailyLimit.map { (words.title($0.limit), $0.amount) }
        } else if let gauge = resource.gauges.first {
            unit = gauge.sensor.unit
            kind = .line
            let known = Dictionary(gauge.days.map { ($0.date, $0) }, uniquingKeysWith: { first, _ in first })
            days = model.dates.map { date in
                Day(date: date, value: known[date]?.mean, isWhole: known[date] != nil)
            }
            title = words.text("report.chart.gauge", ["point": words.name(gauge.sensor), "month": month])
            limit = nil
        } else {
            return nil
        }
    }

    /// The days whose figure says the whole truth; a day with missing parts is neither the least nor usual.
    private var whole: [Day] { days.filter { $0.value != nil && $0.isWhole } }

    private var highest: (index: Int, day: Day, value: DecimalValue)? {
        pick(from: { _ in true }) { $0 > $1 }
    }

    private var lowest: (index: Int, day: Day, value: DecimalValue)? {
        pick(from: \.isWhole) { $0 < $1 }
    }

    /// The first day whose value no other beats.
    private func pick(
        from isCandidate: (Day) -> Bool, _ beats: (DecimalValue, DecimalValue) -> Bool
    ) -> (index: Int, day: Day, value: DecimalValue)? {
        var best: (index: Int, day: Day, value: DecimalValue)?
        for (index, day) in days.enumerated() {
            guard let value = day.value, isCandidate(day) else { continue }
            if best.map({ beats(value, $0.value) }) ?? true { best = (index, day, value) }
        }
        return best
    }

    private var mean: DecimalValue? {
        guard !whole.isEmpty else { return nil }
        return whole.reduce(DecimalValue?.some(.zero)) { sum, day in
            sum.flatMap { sum in day.value.flatMap { sum.adding($0) } }
        }?.multiplied(byRatio: 1, Int64(whole.count))
    }

    /// The chart's printed figures as rows of the key table.
    func rows(_ words: ReportWords) -> [[DocumentTable.Cell]] {
        var rows: [[DocumentTable.Cell]] = []
        func add(_ key: String, _ value: DecimalValue, _ note: String) {
            rows.append([.init(words.text("report.figures.\(key)")), .init(words.amount(value, unit)), .init(note)])
        }
        if let highest { add("highest", highest.value, words.day(highest.day.date)) }
        if let lowest { add("lowest", lowest.value, words.day(lowest.day.date)) }
        if let mean {
            let coverage = Coverage(measured: whole.count, expected: days.count)
            add("mean", mean, words.coverage(coverage))
        }
        if let limit { add("limit", limit.amount, limit.title) }
        return rows
    }

    func chart(_ words: ReportWords) -> Chart {
        var lines: [Chart.Line] = []
        if let mean {
            let figure = words.amount(mean, unit)
            lines.append(
                Chart.Line(
                    value: mean.doubleValue, label: words.text("report.chart.mean_label"),
                    figure: figure, isLimit: false))
        }
        if let limit {
            let figure = words.amount(limit.amount, unit)
            lines.append(
                Chart.Line(
                    value: limit.amount.doubleValue,
                    label: words.text("report.chart.limit_label"), figure: figure, isLimit: true))
        }
        return Chart(
            kind: kind, title: title, sentence: sentence(words), unit: words.symbol(unit),
            points: days.map { day in
                let figure = day.value.map { words.amount($0, unit) } ?? words.text("report.chart.unknown")
                return Chart.Point(
                    label: String(day.date.day), value: day.value?.doubleValue,
                    text: words.text("report.chart.point", ["day": words.day(day.date), "amount": figure]),
                    isWhole: day.isWhole)
            },
            lines: lines, highest: highest.map { ($0.index, words.amount($0.value, unit)) }, name: name,
            tick: { value in
                DecimalValue("\(value)").map { words.number($0.rounded(places: 4)) } ?? ""
            })
    }

    private func sentence(_ words: ReportWords) -> String {
        var parts: [String] = []
        if let highest {
            parts.append(
                words.text(
                    "report.chart.highest",
                    ["day": words.day(highest.day.date), "amount": words.amount(highest.value, unit)]))
        }
        if let lowest {
            parts.append(
                words.text(
                    "report.chart.lowest",
                    ["day": words.day(lowest.day.date), "amount": words.amount(lowest.value, unit)]))
        }
        if let mean { parts.append(words.text("report.chart.mean", ["amount": words.amount(mean, unit)])) }
        if let limit {
            parts.append(
                words.text("report.chart.limit", ["limit": limit.title, "amount": words.amount(limit.amount, unit)]))
        }
        let partial = days.count { $0.value != nil && !$0.isWhole }
        let unknown = days.count { $0.value == nil }
        if partial > 0 { parts.append(words.text("report.chart.partial", ["count": String(partial)])) }
        if unknown > 0 { parts.append(words.text("report.chart.missing", ["count": String(unknown)])) }
        return parts.joined(separator: " ")
    }

    /// Every day of the chart, a week a row, Monday first.
    func calendar(_ words: ReportWords) -> DocumentTable {
        let columns =
            [DocumentTable.Column(title: words.text("report.calendar.week"))]
            + (1...7).map { .init(title: words.text("format.weekday.\($0)"), isNumber: true) }
        var rows: [[DocumentTable.Cell]] = []
        for day in days {
            if rows.isEmpty || day.date.weekday == 1 {
                let sunday = day.date.adding(days: 7 - day.date.weekday)
                let last = min(sunday, days.last?.date ?? sunday)
                let week =
                    last == day.date
                    ? words.day(day.date)
                    : words.text("report.calendar.span", ["from": words.day(day.date), "to": words.day(last)])
                rows.append([.init(week)] + Array(repeating: .init(""), count: 7))
            }
            let figure = day.value.map(words.number) ?? "?"
            let isPart = day.value != nil && !day.isWhole
            rows[rows.count - 1][day.date.weekday] =
                .init(isPart ? words.text("report.calendar.part", ["amount": figure]) : figure)
        }
        let key =
            days.contains { $0.value == nil || !$0.isWhole }
            ? "report.calendar.caption_gaps" : "report.calendar.caption"
        return DocumentTable(
            caption: words.text(key, ["title": title, "unit": words.symbol(unit)]), columns: columns, rows: rows)
    }
}
