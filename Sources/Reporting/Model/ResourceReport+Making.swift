import GatewayModel

extension ResourceReport {
    /// Makes a resource's report; `show` decides for each figure whether it may be shown.
    static func make(
        _ resource: Resource, from facts: ReportFacts, dates: [CalendarDate], limits: [LimitReport],
        show: (FigureOrigin) -> Bool
    ) -> ResourceReport {
        var report = ResourceReport(resource: resource)
        let months = facts.sensors.filter { $0.sensor.resource == resource }.sorted { $0.sensor.id < $1.sensor.id }
        report.gauges = months.compactMap { GaugeReport($0, dates: dates) }
        let own = limits.filter { $0.facts.limit.resource == resource && !$0.isShownOnly }
        report.state = own.map(\.state).max { $0.severity < $1.severity }
        guard let meter = months.first(where: \.isMeter), let unit = meter.sensor.unit.canonical else {
            return report.addingNeeds(facts, dates: dates)
        }
        report.unit = unit
        let parts = used(months)
        let sum = MonthTotal.adding(parts, over: dates, in: unit, show: show, resource: resource)
        // What the days and roles of a month say without a household would tell its part.
        let isFixed = facts.fixed[facts.month] != nil
        report.days = isFixed ? [] : sum.days
        let total = facts.fixed[facts.month]?.fixing(sum.total, of: resource, in: unit) ?? sum.total
        report.total = total
        func compared(_ sensors: [SensorMonth], _ month: CalendarMonth) -> Comparison {
            comparison(of: total, with: sensors, month: month, fixed: facts.fixed[month], resource, unit, show)
        }
        report.monthBefore = compared(facts.monthBefore, facts.month.previous)
        report.yearBefore = compared(facts.yearBefore, facts.month.yearBefore)
        let roles: [SensorRole] = [.input, .production, .output, .consumption]
        let byRole = roles.map { role in
            months.filter { $0.isMeter && $0.sensor.computed == nil && $0.sensor.role == role }
        }
        if !isFixed, byRole.count(where: { !$0.isEmpty }) > 1 {
            report.roles = zip(roles, byRole).filter { !$1.isEmpty }.map { role, months in
                let parts = months.map { MonthTotal.Part(month: $0) }
                return RoleTotal(
                    role: role,
                    total: MonthTotal.adding(parts, over: dates, in: unit, show: show, resource: resource).total)
            }
        }
        report.dailyLimit = dailyLimit(
            own.filter { !$0.facts.isLapsed }, unit: unit, persons: facts.personsServed, through: dates.last)
        return report.addingWater(facts, dates: dates).addingEnergy(facts).addingNeeds(facts, dates: dates)
    }

    /// The meters that say what was used: what came in and was made, less what was given away; else the taps.
    private static func used(_ months: [SensorMonth]) -> [MonthTotal.Part] {
        // A virtual sensor's parts are counted themselves.
        let meters = months.filter { $0.isMeter && $0.sensor.computed == nil }
        let hasSource = meters.contains { $0.sensor.role == .input || $0.sensor.role == .production }
        return meters.filter { ($0.sensor.role != .consumption) == hasSource }
            .map { MonthTotal.Part(month: $0, isSubtracted: $0.sensor.role == .output) }
    }

    private static func comparison(
        of total: MonthTotal, with sensors: [SensorMonth], month: CalendarMonth, fixed: ClosedReport?,
        _ resource: Resource, _ unit: Unit, _ show: (FigureOrigin) -> Bool
    ) -> Comparison {
        let months = sensors.filter { $0.sensor.resource == resource }
        guard months.contains(where: { $0.isMeter && !$0.uses.isEmpty }) else {
            return Comparison(of: total, with: nil, month: month)
        }
        let other = MonthTotal.adding(used(months), over: month.days, in: unit, show: show, resource: resource).total
        return Comparison(of: total, with: fixed?.fixing(other, of: resource, in: unit) ?? other, month: month)
    }

    /// The amount that counted on all days; none where another one followed it in the month.
    private static func dailyLimit(
        _ limits: [LimitReport], unit: Unit, persons: Int?, through last: CalendarDate?
    ) -> (limit: Limit, amount: DecimalValue)? {
        for report in limits where report.facts.limit.bound == .atMost {
            let limit = report.facts.limit
            guard case .budget(let amount, .day, let basis, _) = limit.rule,
                let converted = amount.converted(from: limit.unit, to: unit),
                let whole = Scale(persons: persons).whole(converted, basis, days: 1)
            else { continue }
            if let replaced = report.facts.replaced, let last, replaced.lastDay < last { return nil }
            return (limit, whole)
        }
        return nil
    }

    private func addingWater(_ facts: ReportFacts, dates: [CalendarDate]) -> ResourceReport {
        guard resource == "water", let total else { return self }
        var report = self
        if let persons = facts.personsServed, let perDay = total.perDay {
            report.perPersonAndDay = WaterFormulas.perPersonAndDay(cubicMetres: perDay, persons: persons, days: 1)
        }
        let input = roles.first { $0.role == .input }?.total
        let taps = roles.first { $0.role == .consumption }?.total
        if let input, let taps, input.certainty == .measured, taps.certainty == .measured, !dates.isEmpty,
            let came = input.amount, let used = taps.amount
        {
            report.notAccountedPerDay = came.subtracting(used)?.multiplied(byRatio: 1000, Int64(dates.count))
        }
        if let persons = facts.personsServed {
            report.possibleLeak = WaterFormulas.possibleLeak(
                nightlyMinima: facts.nightlyMinimumFlows, persons: persons)
        }
        if let usable = facts.usableStorage,
            let left = WaterFormulas.daysLeft(usable: usable, draws: days.suffix(7).compactMap(\.amount))
        {
            report.daysLeft = DaysLeft(atMean: left.atMean, atMost: left.atMost)
        }
        return report
    }

    private func addingEnergy(_ facts: ReportFacts) -> ResourceReport {
        guard resource == "energy" else { return self }
        var report = self
        report.energyBalance = EnergyBalance(facts.energyIntervals.sorted { $0.start < $1.start })
        return report
    }

    private func addingNeeds(_ facts: ReportFacts, dates: [CalendarDate]) -> ResourceReport {
        guard resource == "garden", let weather = facts.weather else { return self }
        let days = weather.days.filter { dates.contains($0.date) }
        // Below seven days a weekly figure would be guesswork.
        guard days.count >= 7 else { return self }
        let need = days.reduce(0.0) { sum, day in
            let start = CalendarDate(year: day.date.year, month: 1, day: 1)
            return sum
                + Evapotranspiration.reference(
                    latitude: weather.latitude, dayOfYear: Int(day.date.daysSinceEpoch - start.daysSinceEpoch) + 1,
                    minimum: day.minimum.doubleValue, maximum: day.maximum.doubleValue)
        }
        let rain = days.compactMap { $0.rain?.doubleValue }
        var report = self
        report.gardenNeed = GardenNeed(
            needed: Int((need * 7 / Double(days.count)).rounded()),
            rain: rain.count == days.count ? Int((rain.reduce(0, +) * 7 / Double(days.count)).rounded()) : nil,
            days: Coverage(measured: days.count, expected: dates.count))
        return report
    }
}

extension SensorMonth {
    /// True where the sensor counts an amount.
    public var isMeter: Bool {
        switch sensor.unit.definition?.dimension {
        case .volume, .energy, .mass: sensor.role != .storage && sensor.role != .condition
        default: false
        }
    }
}

extension GaugeReport {
    /// Summarizes a shared gauge; nil for household points and where nothing was measured.
    init?(_ month: SensorMonth, dates: [CalendarDate]) {
        guard month.sensor.visibility == .community, !month.isMeter else { return nil }
        let days = month.gauges.filter { dates.contains($0.date) }.sorted { $0.date < $1.date }
        guard let lowest = days.map(\.minimum).min(), let highest = days.map(\.maximum).max(),
            let sum = days.reduce(DecimalValue?.some(.zero), { sum, day in sum.flatMap { $0.adding(day.mean) } }),
            let mean = sum.multiplied(byRatio: 1, Int64(days.count))
        else { return nil }
        self.init(
            sensor: month.sensor, lowest: lowest, highest: highest, mean: mean, days: days,
            coverage: Coverage(measured: days.count, expected: dates.count))
    }
}
