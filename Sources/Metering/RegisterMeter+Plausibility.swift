import GatewayModel

extension RegisterMeter {
    /// The consumption between two register values, with the sheet's multiplier; nil where it exceeds the range.
    func amount(from lower: DecimalValue, to upper: DecimalValue) -> DecimalValue? {
        upper.subtracting(lower)?.multiplied(by: sheet.multiplier)
    }

    /// A figure in the register's own unit; nil where the units do not fit.
    func value(_ value: DecimalValue, in source: Unit) -> DecimalValue? {
        guard let unit, source != unit else { return value }
        return value.converted(from: source, to: unit)
    }

    /// True where the sheet's greatest rate allows that consumption in that time, or knows no greatest rate.
    ///
    /// Times are those of messages, so at least one minute is granted: two late readings may arrive within a second.
    func isPlausible(_ use: DecimalValue, from start: Instant, to end: Instant) -> Bool {
        guard let maximum = sheet.maximumPerHour else { return true }
        let milliseconds = max(60_000, end.milliseconds(since: start))
        guard let allowed = maximum.multiplied(byRatio: milliseconds, 3_600_000) else { return true }
        return use <= allowed
    }

    /// What a meter counted from one figure to another, also past its highest; nil where it cannot have gone that way.
    func counted(from last: Point, to next: Point) -> DecimalValue? {
        next.value >= last.value ? amount(from: last.value, to: next.value) : useAcrossRollover(from: last, to: next)
    }

    /// True where a reading is the new meter's rather than the old one's: it fell, or it is nearer to the new beginning.
    func showsNewMeter(_ next: Point, after last: Point, _ exchange: MeterVerdicts.Exchange) -> Bool {
        guard next.value >= last.value else { return true }
        guard let first = value(exchange.newFirst, in: exchange.unit), next.value >= first,
            let fromOld = next.value.subtracting(last.value), let fromNew = next.value.subtracting(first)
        else { return false }
        return fromNew <= fromOld
    }

    /// True where another device seems to read the same meter: no step back, and no further than the sheet allows.
    ///
    /// Without a greatest rate nobody can tell a used meter's total from consumption, so only the same figure goes on.
    func goesOn(from last: Point, to next: Point) -> Bool {
        guard next.value >= last.value else { return false }
        guard sheet.maximumPerHour != nil else { return next.value == last.value }
        return amount(from: last.value, to: next.value).map { isPlausible($0, from: last.time, to: next.time) } ?? false
    }

    /// The consumption if the counter passed its highest figure, where the sheet's digits or bits make that plausible.
    ///
    /// Without a greatest rate on the sheet, only a passage within a tenth of the whole range is believed.
    func useAcrossRollover(from last: Point, to next: Point) -> DecimalValue? {
        guard let range = sheet.range, last.value < range, next.value >= .zero,
            let rest = range.subtracting(last.value), let steps = rest.adding(next.value),
            let use = steps.multiplied(by: sheet.multiplier)
        else { return nil }
        if sheet.maximumPerHour != nil { return isPlausible(use, from: last.time, to: next.time) ? use : nil }
        return steps.multiplied(by: DecimalValue(10)).map { $0 <= range } ?? false ? use : nil
    }

    /// Reduces a consumption by what was booked too much before, never below zero.
    mutating func settingOffDeficit(_ use: DecimalValue) -> DecimalValue {
        guard deficit > .zero else { return use }
        if deficit >= use {
            deficit = deficit.subtracting(use) ?? deficit
            return .zero
        }
        let rest = use.subtracting(deficit) ?? use
        deficit = .zero
        return rest
    }
}
