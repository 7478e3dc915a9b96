extension Limit {
    /// The key of what a rule says (`limits.rule.KEY`) and, for the alert about it, of what happened.
    public var ruleKey: String {
        func on(_ basis: BudgetBasis, _ kind: String) -> String {
            switch basis {
            case .total: kind
            case .perPerson: kind + "_per_person"
            case .perSquareMetre: kind + "_per_m2"
            case .part: kind + "_part"
            }
        }
        switch rule {
        case .instant(_, _, let onDelay, _): return onDelay == 0 ? "instant" : "instant_for"
        case .rate(_, _, let direction): return "rate_" + direction.rawValue
        case .sites(_, _, let at, let onDelay):
            let kind = if case .share = at { "sites_share" } else { "sites" }
            return onDelay == 0 ? kind : kind + "_for"
        case .budget(_, _, let basis, _): return on(basis, "budget")
        case .nightFlow(_, _, let nights, _, let usual):
            return (usual == nil ? "night_flow" : "night_flow_usual") + (nights == 1 ? "_one" : "")
        case .continuousFlow: return "continuous_flow"
        case .closedHours: return "closed_hours"
        case .turn: return "turn"
        case .silence: return "silence"
        case .flatline: return "flatline"
        case .measured: return "measured"
        case .rolling(_, _, let basis): return on(basis, "rolling")
        case .delivered(_, let basis, let flow, _, _): return on(basis, "delivered") + (flow == nil ? "" : "_flow")
        case .balance(_, let amount, _, _): return amount == nil ? "balance_share" : "balance"
        case .share: return "share"
        case .comparison(let with, _): return "comparison_" + with.rawValue
        case .drift: return "drift"
        case .useDays(_, let most, let span):
            if case .calendar(let period) = span { return "use_days_" + period.word + (most == 1 ? "_one" : "") }
            return most == 1 ? "use_days_once" : "use_days_any"
        case .turns(_, let order, _, _): return "turns_" + order.rawValue
        }
    }

    /// The key of what an alert about it says (`alerts.raised.rule.KEY`); nil for the plain words of levels and amounts.
    public var alertKey: String? {
        switch rule {
        case .instant, .budget, .silence: nil
        case .rate: "rate"
        case .sites: "sites"
        case .nightFlow: "night_flow"
        case .continuousFlow: "continuous_flow"
        case .closedHours: "closed_hours"
        case .turn: "turn"
        case .flatline: "flatline"
        case .measured: "measured"
        case .rolling: "rolling"
        case .delivered: "delivered"
        case .balance(_, let amount, _, _): amount == nil ? "share" : "balance"
        case .share, .comparison: "share"
        case .drift: "drift"
        case .useDays: "use_days"
        case .turns: "turns"
        }
    }

    /// False for rules that do not look at what the sensors measure.
    public var needsUnit: Bool {
        switch rule {
        case .silence, .flatline, .measured: false
        default: true
        }
    }

    /// What the rule says, in the middle of a sentence: `not more than 90 L per person and day …, from May to September`.
    public func words(_ book: Phrasebook, _ scale: Scale) -> String {
        var values = ["unit": book.unit(unit), "value": amount.map { book.number($0) } ?? ""]
        values["persons"] = scale.persons.map(String.init) ?? "?"
        values["all"] = "\(sensors.count)"
        switch rule {
        case .instant(_, _, let onDelay, _): values["delay"] = book.duration(onDelay)
        case .rate(_, let within, _): values["delay"] = book.duration(within)
        case .sites(_, _, let at, let onDelay):
            values["count"] = "\(at.least(of: sensors.count))"
            if case .share(let part, let whole) = at {
                let percent = DecimalValue(Int64(part * 100)).multiplied(byRatio: 1, Int64(whole))
                let known = book.text("limits.fraction.\(part)/\(whole)")
                values["share"] =
                    known.hasPrefix("limits.") ? percent.map { "\(book.number($0)) %" } ?? "\(part)/\(whole)" : known
            }
            values["delay"] = book.duration(onDelay)
        case .budget(_, let period, let basis, _):
            values["period"] = book.text("limits.period.\(period.word)")
            add(basis, scale, book, to: &values)
        case .nightFlow(_, let window, let nights, _, let usual):
            values["usual"] = usual.map(String.init) ?? ""
            values["hours"] = book.hours(window)
            values["count"] = "\(nights)"
        case .continuousFlow(_, let every, let count):
            values["every"] = book.duration(every)
            values["delay"] = book.duration(every * Int64(count))
        case .closedHours(_, let window): values["hours"] = book.hours(window)
        case .silence(let after), .flatline(let after): values["delay"] = book.duration(after)
        case .rolling(_, let days, let basis):
            values["count"] = "\(days)"
            add(basis, scale, book, to: &values)
        case .delivered(_, let basis, let flow, let flowUnit, _):
            values["flow"] = flow.map { "\(book.number($0)) \(book.unit(flowUnit))" } ?? ""
            add(basis, scale, book, to: &values)
        case .balance(let minus, _, _, let period):
            values["others"] = minus.map(\.rawValue).joined(separator: ", ")
            values["period"] = book.text("limits.period.\(period.word)")
        case .share(let others, _): values["others"] = others.map(\.rawValue).joined(separator: ", ")
        case .drift(_, let expected, let days):
            values["expected"] = book.number(expected)
            values["count"] = "\(days)"
        case .turn(_, let perHour): values["flow"] = book.number(perHour)
        case .useDays(let amount, let most, let span):
            values["value"] = book.number(amount)
            values["most"] = "\(most)"
            values["count"] = "\(span.longest)"
        case .turns(_, _, let lasts, _):
            values["sensors"] = sensors.map(\.rawValue).joined(separator: ", ")
            values["delay"] = book.duration(Int64(lasts) * 86_400)
        case .measured, .comparison: break
        }
        return book.text("limits.rule.\(ruleKey).\(bound.rawValue)", values) + whenWords(book)
    }

    /// When it counts, to be set after what it says: `, on Monday, from 1 May to 30 September`; empty for all the time.
    public func whenWords(_ book: Phrasebook) -> String {
        var text = ""
        if case .turns(_, _, _, let from?) = rule {
            text += ", " + book.text("limits.turns_from", ["from": book.date(from)])
        }
        if let days { text += ", " + book.days(days) }
        if let season { text += ", " + book.season(season) }
        if let hours { text += ", " + book.hours(hours) }
        if let atStage {
            let levels = atStage.levels
            text +=
                ", "
                + book.text(
                    levels == 0...0 ? "limits.at_no_stage" : "limits.at_stage",
                    [
                        "stages": atStage.stages,
                        "levels": levels.count == 1
                            ? "\(levels.lowerBound)" : "\(levels.lowerBound)–\(levels.upperBound)",
                    ])
        }
        return text
    }

    /// The unit of `amount`: the limit's own but for shares (percent), turns (minutes), counted days and times without news
    /// (seconds).
    public var amountUnit: Unit {
        switch rule {
        case .turn: Unit("min")
        case .useDays: Unit("d")
        case .silence, .flatline: Unit("s")
        case .share, .comparison, .measured, .balance(_, nil, _, _): Unit("%")
        default: unit
        }
    }

    /// The number that the assembly decides about, in `amountUnit`.
    public var amount: DecimalValue? {
        switch rule {
        case .instant(let value, _, _, _), .sites(let value, _, _, _): value
        case .rate(let change, _, _): change
        case .budget(let amount, _, _, _), .rolling(let amount, _, _), .continuousFlow(let amount, _, _),
            .closedHours(let amount, _), .delivered(let amount, _, _, _, _), .drift(let amount, _, _):
            amount
        case .nightFlow(let perHour, _, _, _, _): perHour
        case .turn(let minutes, _): DecimalValue(Int64(minutes))
        case .useDays(_, let most, _): DecimalValue(Int64(most))
        case .turns(let amount, _, _, _): amount
        case .silence(let seconds), .flatline(let seconds): DecimalValue(seconds)
        case .measured(let permille), .share(_, let permille), .comparison(_, let permille):
            DecimalValue(mantissa: Int64(permille), scale: 1)
        case .balance(_, let amount, let permille, _): amount ?? DecimalValue(mantissa: Int64(permille), scale: 1)
        }
    }

    private func add(_ basis: BudgetBasis, _ scale: Scale, _ book: Phrasebook, to values: inout [String: String]) {
        switch basis {
        case .total, .perPerson: break
        case .perSquareMetre(let area):
            values["area"] = scale.areas[area].map { book.number($0) } ?? "?"
            values["place"] = area
        case .part(let ours, let all):
            values["ours"] = "\(ours)"
            values["of"] = "\(all)"
        }
    }
}

extension Phrasebook {
    /// A number with its unit, times in words: `60 L`, `15 %`, `10 minutes`, `1 day`.
    public func amount(_ value: DecimalValue, _ unit: Unit) -> String {
        if let seconds = value.converted(from: unit, to: Unit("s")) {
            return duration(Int64(seconds.doubleValue.rounded()))
        }
        return "\(number(value)) \(self.unit(unit))"
    }

    /// Seconds in words: the largest unit that divides them.
    public func duration(_ seconds: Int64) -> String {
        let units: [(name: String, seconds: Int64)] = [
            ("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1),
        ]
        let unit = units.first { seconds % $0.seconds == 0 && seconds >= $0.seconds } ?? ("seconds", 1)
        let isOneDay = seconds == 86_400
        return text("limits.duration.\(unit.name)\(isOneDay ? "_one" : "")", ["count": String(seconds / unit.seconds)])
    }

    /// `between 10:00 and 16:00`.
    public func hours(_ window: DayWindow) -> String {
        func clock(_ minute: Int) -> String {
            let (hour, rest) = (minute / 60, minute % 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
        }
        return text("limits.hours", ["from": clock(window.from), "until": clock(window.until)])
    }

    /// `from 1 May to 30 September`.
    public func season(_ span: YearSpan) -> String {
        func day(_ day: YearSpan.MonthDay) -> String {
            // No leap year: the last of February is the 28th to most people.
            let date = day.date(in: 2027)
            return text("limits.month_day", ["day": "\(date.day)", "month": text("format.month.\(date.month)")])
        }
        return text("limits.season", ["from": day(span.from), "through": day(span.through)])
    }
}
