import GatewayModel

/// Turns values into the words and figures of one language; every text comes from the phrasebook.
struct ReportWords: Sendable {
    let phrases: Phrasebook
    let zone: Zone

    var language: String { phrases.language }

    func text(_ key: String, _ values: [String: String] = [:]) -> String {
        phrases.text(key, values)
    }

    /// A number as people need it: about three digits, none behind the point from 100 on.
    func number(_ value: DecimalValue) -> String {
        let magnitude = value.doubleValue.magnitude
        return grouped(phrases.number(value, places: magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2))
    }

    func amount(_ value: DecimalValue, _ unit: Unit) -> String {
        text("format.amount", ["value": number(value), "unit": symbol(unit)])
    }

    /// A limit's own figure, never rounded.
    func exactAmount(_ value: DecimalValue, _ unit: Unit) -> String {
        text("format.amount", ["value": grouped(phrases.number(value)), "unit": symbol(unit)])
    }

    /// A number that the assembly decided or may decide, with its unit: an amount, a share, minutes of a turn or days.
    func exactAmount(_ value: DecimalValue, of limit: Limit) -> String {
        limit.amountUnit == limit.unit
            ? exactAmount(value, limit.unit) : phrases.amount(value, limit.amountUnit)
    }

    func percent(_ value: Int) -> String {
        text("format.percent", ["value": String(value)])
    }

    /// Thousands set apart from five digits on.
    private func grouped(_ number: String) -> String {
        let start = number.firstIndex { $0.isNumber } ?? number.startIndex
        let end = number[start...].firstIndex { !$0.isNumber } ?? number.endIndex
        let digits = Array(number[start..<end])
        guard digits.count >= 5 else { return number }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += text("format.group_separator") }
            result.append(digit)
        }
        return number[..<start] + result + number[end...]
    }

    /// A unit as people write it; codes without a usual sign stay as they are.
    func symbol(_ unit: Unit) -> String {
        let symbols = [
            "m3": "m³", "m2": "m²", "m3/h": "m³/h", "Cel": "°C", "[degF]": "°F", "kW.h": "kWh", "W.h": "Wh", "1": "",
            "[pH]": "pH", "uS/cm": "µS/cm", "[ppm]": "ppm", "W/m2": "W/m²", "deg": "°", "Ohm": "Ω",
        ]
        return symbols[unit.code] ?? unit.code
    }

    func month(_ month: CalendarMonth) -> String {
        text("format.month_year", ["month": text("format.month.\(month.month)"), "year": String(month.year)])
    }

    func date(_ date: CalendarDate) -> String {
        text(
            "format.date",
            ["day": String(date.day), "month": text("format.month.\(date.month)"), "year": String(date.year)])
    }

    func day(_ date: CalendarDate) -> String {
        text("format.day", ["day": String(date.day), "month": text("format.month.\(date.month)")])
    }

    func weekday(_ date: CalendarDate) -> String {
        text("format.weekday.\(date.weekday)")
    }

    func timeOfDay(_ instant: Instant) -> String {
        String(instant.rfc3339(offsetSeconds: zone.offsetSeconds(at: instant)).dropFirst(11).prefix(5))
    }

    func moment(_ instant: Instant) -> String {
        text("format.moment", ["date": date(zone.date(at: instant)), "time": timeOfDay(instant)])
    }

    /// The two largest parts of a duration in seconds: `3 h 20 min`.
    func duration(_ seconds: Int64) -> String {
        let minutes = max(0, seconds) / 60
        let parts: [(Int64, String)] = [
            (minutes / 1440, "days"), (minutes / 60 % 24, "hours"), (minutes % 60, "minutes"),
        ]
        let shown = Array(parts.drop { $0.0 == 0 }.prefix(2)).filter { $0.0 > 0 }
        if shown.isEmpty { return text("format.duration.under_a_minute") }
        return shown.map { text("format.duration.\($0.1)", ["count": String($0.0)]) }.joined(separator: " ")
    }

    func resource(_ resource: Resource) -> String {
        let key = "report.resource.\(resource.rawValue)"
        return phrases.phrases[key] == nil ? Escaping.singleLine(resource.rawValue, limit: 60) : text(key)
    }

    /// A resource's name in the middle of a sentence: a first letter that is large alone becomes small.
    func resourceWithin(_ resource: Resource) -> String {
        let name = self.resource(resource)
        guard let first = name.first, name.dropFirst().first?.isUppercase != true else { return name }
        return first.lowercased() + name.dropFirst()
    }

    func name(_ sensor: Sensor) -> String {
        Escaping.singleLine(sensor.name(in: language), limit: 80)
    }

    func title(_ limit: Limit) -> String {
        Escaping.singleLine(limit.titles.text(in: language) ?? limit.id, limit: 100)
    }

    /// A limit's title, and how long it counted where another decision replaced its own.
    func title(of facts: LimitFacts) -> String {
        guard let replaced = facts.replaced else { return title(facts.limit) }
        return text("report.limits.until", ["limit": title(facts.limit), "date": date(replaced.lastDay)])
    }

    /// `ok ✓` with a word and a shape, so that colour is never needed.
    func state(_ state: LimitDayState) -> String { text("report.state.\(state.rawValue)") }

    func shape(_ state: LimitDayState) -> String {
        switch state {
        case .within: "✓"
        case .near: "▲"
        case .past: "■"
        case .unknown: "?"
        }
    }

    /// A list in words: `a, b and c`.
    func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return text("format.list", ["items": items.dropLast().joined(separator: ", "), "last": last])
    }
}
