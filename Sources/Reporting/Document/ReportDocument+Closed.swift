import GatewayModel

extension Document {
    /// That the report is closed, under which number, and what is known better since.
    static func errata(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        guard let closed = model.facts.closed else { return [] }
        let head = DocumentBlock.paragraph(words.closed(closed, after: model.facts.earlierEditions))
        let errata = model.errata
        guard !errata.isEmpty else { return [head] }
        return [
            head, .heading(level: 2, words.text("report.closed.heading")),
            .table(
                DocumentTable(
                    caption: words.text("report.closed.caption"),
                    columns: ["resource", "before", "after"].enumerated().map { index, column in
                        .init(title: words.text("report.closed.\(column)"), isNumber: index > 0)
                    },
                    rows: errata.map { erratum in
                        [
                            .init(words.resource(erratum.resource)),
                            .init(words.total(erratum.before, erratum.unit, in: erratum.number)),
                            .init(words.total(erratum.after, erratum.unit, in: erratum.newer)),
                        ]
                    })),
        ]
    }
}

extension ReportWords {
    /// Under which number a report was closed and when, and after which others.
    fileprivate func closed(_ closed: ClosedReport, after earlier: [ClosedReport]) -> String {
        guard let number = closed.number else {
            return text("report.closed.on", ["moment": moment(closed.closedAt)])
        }
        let values = [
            "moment": moment(closed.closedAt), "number": String(number),
            "before": list(earlier.compactMap { $0.number.map { String($0) } }),
        ]
        return text(earlier.isEmpty ? "report.closed.number" : "report.closed.again", values)
    }

    /// A total as the closed report with a number said it, or as it is now.
    func total(_ amount: DecimalValue?, _ unit: Unit, in number: Int64?) -> String {
        let shown = amount.map { self.amount($0, unit) } ?? text("report.closed.unknown")
        return number.map { text("report.closed.in", ["amount": shown, "number": String($0)]) } ?? shown
    }
}
