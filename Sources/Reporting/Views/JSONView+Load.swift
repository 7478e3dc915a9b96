import GatewayModel

extension JSONView {
    /// The stewards' load: counts in the order of their size, and no names.
    static func load(_ load: LoadReport, _ words: ReportWords, limits: [LimitReport]) -> JSONNode {
        .object([
            ("waking", .integer(load.waking)), ("same_day", .integer(load.daily)),
            ("budget_waking_per_steward_and_week", .integer(load.budget.nowPerWeek)),
            ("budget_same_day_per_day", .integer(load.budget.todayPerDay)), ("too_much", .bool(load.isTooMuch)),
            (
                "weeks",
                .array(
                    load.weeks.map { week in
                        .object([
                            ("from", .string(week.monday.description)), ("until", .string(week.end.description)),
                            ("calls_by_steward", .array(week.calls.map { .integer($0) })),
                        ])
                    })
            ),
            (
                "causes",
                .array(
                    load.causes.map { cause in
                        .object([
                            ("what", .string(words.cause(cause.cause, limits: limits))),
                            ("alerts", .integer(cause.count)), ("explained", .integer(cause.explained)),
                            ("false_readings", .integer(cause.wrong)),
                            ("false_percent", .optional(cause.wrongPercent)),
                        ])
                    })
            ),
        ])
    }
}
