import GatewayModel

extension Document {
    /// How much the stewards were called, against the budget, and how many of each limit's alerts were false.
    static func load(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let load = model.load
        var blocks: [DocumentBlock] = [
            .heading(level: 3, words.text("report.load.heading")),
            .list([
                words.budget(load.budget), words.load(load, stewards: model.facts.stewardCount),
                words.text(load.isTooMuch ? "report.load.too_much" : "report.load.bearable"),
            ]),
        ]
        if !load.weeks.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text("report.load.weeks_caption"),
                        columns: ["week", "calls", "most", "budget"].map {
                            .init(
                                title: words.text("report.load.column.\($0)"), isNumber: $0 == "most" || $0 == "budget")
                        },
                        rows: load.weeks.map { week in
                            [
                                .init(
                                    words.text(
                                        "report.load.week",
                                        ["from": words.day(week.monday), "until": words.day(week.end)])),
                                .init(week.calls.map(String.init).joined(separator: ", ")),
                                .init(String(week.calls.first ?? 0)), .init(String(load.budget.nowPerWeek)),
                            ]
                        })))
        }
        if !load.causes.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text("report.load.causes_caption"),
                        columns: ["what", "alerts", "explained", "false", "share"].map {
                            .init(title: words.text("report.load.column.\($0)"), isNumber: $0 != "what")
                        },
                        rows: load.causes.map { cause in
                            [
                                .init(words.cause(cause.cause, limits: model.limits)), .init(String(cause.count)),
                                .init(String(cause.explained)), .init(String(cause.wrong)),
                                .init(cause.wrongPercent.map(words.percent) ?? words.text("report.load.not_known")),
                            ]
                        })))
        }
        return blocks
    }
}

extension ReportWords {
    /// What the community said that its volunteers can bear.
    func budget(_ budget: LoadBudget) -> String {
        text("agenda.facts.budget", ["waking": String(budget.nowPerWeek), "daily": String(budget.todayPerDay)])
    }

    /// How many alerts there were, and for how many stewards.
    func load(_ load: LoadReport, stewards: Int) -> String {
        text(
            "agenda.facts.load",
            ["waking": String(load.waking), "daily": String(load.daily), "stewards": String(stewards)])
    }
}
