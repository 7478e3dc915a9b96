import GatewayModel

extension Document {
    /// What was paused or switched off: everybody may know what nobody was called for, and why.
    static func rests(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let report = model.rests
        var blocks: [DocumentBlock] = [.heading(level: 3, words.text("report.rests.heading"))]
        if report.rows.isEmpty, report.atHomes == 0 {
            return blocks + [.paragraph(words.text("report.rests.none"))]
        }
        if !report.rows.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text("report.rests.caption"),
                        columns: ["what", "protects", "from", "until", "why", "by"].map {
                            .init(title: words.text("report.rests.column.\($0)"))
                        },
                        rows: report.rows.map { row in
                            [
                                .init(words.rested(row.subject, limits: model.limits)),
                                .init(words.text("report.rests.protects.\(row.protects?.rawValue ?? "box")")),
                                .init(words.moment(row.from)), .init(words.moment(row.until)), .init(row.why),
                                .init(words.text("report.rests.by.\(row.role.rawValue)")),
                            ]
                        })))
        }
        if report.atHomes > 0 {
            blocks.append(.paragraph(words.text("report.rests.homes", ["count": String(report.atHomes)])))
        }
        return blocks
    }
}

extension ReportWords {
    /// What rested, with its kind.
    func rested(_ subject: RestReport.Subject, limits: [LimitReport]) -> String {
        switch subject {
        case .alert(let number, let cause, let sensor):
            let what = self.cause(cause, limits: limits)
            let place = sensor.map { text("report.alerts.at", ["what": what, "point": name($0)]) } ?? what
            return text("report.rests.alert", ["number": String(number), "what": place])
        case .limit(let reference):
            return text("report.rests.limit", ["what": cause(.limit(reference), limits: limits)])
        case .sensor(let sensor): return text("report.rests.sensor", ["what": name(sensor)])
        }
    }
}
