import GatewayModel

extension Limit {
    /// The same limit with another number, in `amountUnit`; nil where it does not fit the rule, such as half a minute of a turn.
    public func with(amount: DecimalValue) -> Limit? {
        var limit = self
        func whole(_ scale: Int64) -> Int? {
            amount.multiplied(byRatio: scale, 1).flatMap { Int(exactly: $0.doubleValue) }
        }
        switch rule {
        case .instant(_, let deadband, let on, let off):
            limit.rule = .instant(value: amount, deadband: deadband, onDelay: on, offDelay: off)
        case .sites(_, let deadband, let at, let on):
            limit.rule = .sites(value: amount, deadband: deadband, at: at, onDelay: on)
        case .rate(_, let within, let direction):
            limit.rule = .rate(change: amount, within: within, direction: direction)
        case .budget(_, let period, let basis, let warnAt):
            limit.rule = .budget(amount: amount, period: period, basis: basis, warnAt: warnAt)
        case .rolling(_, let days, let basis): limit.rule = .rolling(amount: amount, days: days, basis: basis)
        case .drift(_, let expected, let days):
            limit.rule = .drift(amount: amount, expected: expected, days: days)
        case .continuousFlow(_, let every, let count):
            limit.rule = .continuousFlow(amount: amount, every: every, intervals: count)
        case .closedHours(_, let window): limit.rule = .closedHours(amount: amount, window: window)
        case .delivered(_, let basis, let flow, let unit, let at):
            limit.rule = .delivered(amount: amount, basis: basis, flow: flow, flowUnit: unit, at: at)
        case .nightFlow(_, let window, let nights, let statistic, let usual):
            limit.rule = .nightFlow(
                perHour: amount, window: window, nights: nights, statistic: statistic, usualNights: usual)
        case .turn(_, let perHour):
            guard let minutes = whole(1) else { return nil }
            limit.rule = .turn(minutes: minutes, perHour: perHour)
        case .useDays(let used, _, let span):
            guard let most = whole(1) else { return nil }
            limit.rule = .useDays(amount: used, most: most, span: span)
        case .turns(_, let order, let lasts, let from):
            limit.rule = .turns(amount: amount, order: order, lasts: lasts, from: from)
        case .silence, .flatline:
            guard let seconds = whole(1) else { return nil }
            if case .silence = rule {
                limit.rule = .silence(after: Int64(seconds))
            } else {
                limit.rule = .flatline(after: Int64(seconds))
            }
        case .measured:
            guard let permille = whole(10) else { return nil }
            limit.rule = .measured(permille: permille)
        case .share(let others, _):
            guard let permille = whole(10) else { return nil }
            limit.rule = .share(of: others, permille: permille)
        case .comparison(let with, _):
            guard let permille = whole(10) else { return nil }
            limit.rule = .comparison(with: with, permille: permille)
        case .balance(let minus, let old, _, let period):
            guard let permille = old == nil ? whole(10) : 0 else { return nil }
            limit.rule = .balance(
                minus: minus, amount: old == nil ? nil : amount, permille: permille, period: period)
        }
        return limit
    }

    /// True where a smaller number allows less of what the limit measures; false for what a sensor owes us and for an order.
    public var isCeilingOnAmount: Bool {
        switch rule {
        case .silence, .flatline, .measured, .turns: false
        default: bound == .atMost
        }
    }

    /// The limit as an emergency measure tightens it; unchanged where the units do not fit.
    public func tightened(by measure: EmergencyMeasure) -> Limit {
        let amount = measure.amount.converted(from: measure.unit, to: amountUnit)
        return amount.flatMap { with(amount: $0) } ?? self
    }
}
