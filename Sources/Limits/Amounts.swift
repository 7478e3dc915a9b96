import GatewayModel
import StrictYAML

extension Field {
    /// A number with its unit, such as `90 L` or `31.5 %`.
    func amount() -> (DecimalValue, Unit)? {
        guard let text = string() else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        if let number = parts.first, refusesGroups(number) { return nil }
        guard let number = parts.first.flatMap({ DecimalValue($0) }), parts.count == 2 else {
            report("'\(text)' is not an amount with its unit", remedy: "write for example `90 L` or `100 cm`")
            return nil
        }
        return unit(String(parts[1])).map { (number, $0) }
    }

    /// Reports a number such as `1.000`, which is a thousand to some people and one to others; true where it is one.
    func refusesGroups(_ number: Substring) -> Bool {
        let parts = number.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
        guard parts.count == 2, parts[1] == "000", let whole = Int(parts[0]), whole != 0 else { return false }
        report(
            "'\(number)' may be \(whole)000 or \(whole)",
            remedy: "write \(whole)000 or \(whole), without point and comma")
        return true
    }

    /// A unit by its UCUM code or an everyday name.
    func unit(_ name: String) -> Unit? {
        if let unit = Everyday.units[name] ?? Unit.parsing(name), unit.definition != nil { return unit }
        let nearest = Diagnostic.nearest(
            to: name, among: UnitDefinition.known.keys.sorted() + Everyday.units.keys.sorted())
        report(
            "the unit '\(name)' is not known",
            remedy: nearest.map { "did you mean '\($0)'?" } ?? "write its UCUM code, such as L, m3, kWh, Cel")
        return nil
    }

    /// An amount in another unit of the same kind; differences where zero points do not matter.
    func amount(in unit: Unit, isDifference: Bool = false) -> DecimalValue? {
        guard let (value, own) = amount() else { return nil }
        let converted =
            isDifference ? Everyday.difference(value, from: own, to: unit) : value.converted(from: own, to: unit)
        guard let converted else {
            report("'\(own.code)' is no unit of the same kind as '\(unit.code)'", remedy: "write both in one unit")
            return nil
        }
        return converted
    }

    /// A flow, such as `0.5 m3/h`, as the amount of an hour and that amount's unit.
    func flow() -> (perHour: DecimalValue, unit: Unit)? {
        guard let (value, unit) = amount() else { return nil }
        let parts = unit.code.split(separator: "/")
        let hours: [Substring: (Int64, Int64)] = ["h": (1, 1), "min": (60, 1), "s": (3600, 1), "d": (1, 24)]
        if parts.count == 2, let (up, down) = hours[parts[1]], let perHour = value.multiplied(byRatio: up, down) {
            return (perHour, Unit(String(parts[0])))
        }
        let powers = ["W": "Wh", "kW": "kWh", "MW": "MWh"]
        if let work = powers[unit.code] { return (value, Unit(work)) }
        report("'\(unit.code)' is no flow", remedy: "write for example `0.5 m3/h`, `10 L/min` or `2 kW`")
        return nil
    }

    /// A share, such as `15 %`, in thousandths.
    func permille(in range: ClosedRange<Int> = 1...10_000) -> Int? {
        guard let (value, unit) = amount() else { return nil }
        guard let share = value.converted(from: unit, to: .one)?.multiplied(byRatio: 1000, 1),
            share == share.rounded(places: 0), let permille = Int(exactly: share.doubleValue), range.contains(permille)
        else {
            report("this is no share in percent, with one decimal at most", remedy: "write for example `15 %`")
            return nil
        }
        return permille
    }
}

/// What people call things.
enum Everyday {
    /// Names beside the UCUM codes.
    static let units = [
        "gal": Unit("[gal_us]"), "ft": Unit("[ft_i]"), "in": Unit("[in_i]"), "litres": Unit("L"), "L/s": Unit("L/s"),
        "°C": Unit("Cel"), "degC": Unit("Cel"), "m³": Unit("m3"), "m²": Unit("m2"), "percent": Unit("%"),
        "gal/h": Unit("[gal_us]/h"),
    ]

    /// Months by their English names; three letters are enough.
    static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    static func month(_ word: Substring) -> Int? {
        let word = word.lowercased()
        return word.count >= 3 ? months.firstIndex { $0.hasPrefix(word) }.map { $0 + 1 } : nil
    }

    /// A difference in another unit of the dimension; zero points do not matter, so 1 K is 1 degree Celsius.
    static func difference(_ width: DecimalValue, from source: Unit, to target: Unit) -> DecimalValue? {
        guard let upper = width.converted(from: source, to: target),
            let zero = DecimalValue.zero.converted(from: source, to: target)
        else { return nil }
        return upper.subtracting(zero)
    }

    /// Minutes after midnight of `HH:MM`; 24:00 is the end of the day.
    static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...24).contains(hour), (0...59).contains(minute), hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }
}

extension YearSpan {
    /// `from May to September`, `from 15 May to 30 September`.
    static func read(_ field: Field) -> YearSpan? {
        guard let text = field.string() else { return nil }
        guard let span = YearSpan(words: text.split(separator: " ")) else {
            field.report(
                "'\(text)' is no part of the year", remedy: "write `from May to September` or `from 15 May to 30 June`")
            return nil
        }
        return span
    }

    init?(words: [Substring]) {
        guard words.first?.lowercased() == "from",
            let to = words.firstIndex(where: { ["to", "through"].contains($0.lowercased()) }),
            let first = YearSpan.day(words[1..<to], isEnd: false),
            let last = YearSpan.day(words[(to + 1)...], isEnd: true)
        else { return nil }
        self.init(from: first, through: last)
    }

    private static func day(_ words: ArraySlice<Substring>, isEnd: Bool) -> MonthDay? {
        guard let month = words.last.flatMap({ Everyday.month($0) }), words.count <= 2 else { return nil }
        guard words.count == 2 else { return MonthDay(month: month, day: isEnd ? 31 : 1) }
        guard let day = words.first.flatMap({ Int($0) }),
            (1...CalendarDate.days(inMonth: month, of: 2024)).contains(day)
        else { return nil }
        return MonthDay(month: month, day: day)
    }
}

extension DayWindow {
    /// `between 10:00 and 16:00`; the end may lie on the next day.
    static func read(_ field: Field) -> DayWindow? {
        guard let text = field.string() else { return nil }
        guard let window = DayWindow(words: text.split(separator: " ")) else {
            field.report("'\(text)' is no part of the day", remedy: "write `between 10:00 and 16:00`")
            return nil
        }
        return window
    }

    init?(words: [Substring]) {
        guard words.count == 4, words[0].lowercased() == "between", words[2].lowercased() == "and",
            let from = Everyday.minute(words[1]), let until = Everyday.minute(words[3]), from != until, from < 1440
        else { return nil }
        self.init(from: from, until: until)
    }
}
