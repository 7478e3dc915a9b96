import GRDB
import GatewayModel

/// What a day of a series comes to, built up reading by reading in time order.
struct DayFigures {
    let series: SeriesID
    let date: CalendarDate
    let from: Instant
    let until: Instant
    let zone: String
    /// Of a register the ends of an hour count, of everything else its extremes and its sum.
    let isRegister: Bool
    /// Times that people set aside.
    let asides: [Range<Int64>]
    private(set) var day: DayStats?
    private(set) var hours: [HourStats] = []

    init(
        series: SeriesID, date: CalendarDate, zone: Zone, isRegister: Bool, asides: [Range<Int64>]
    ) {
        self.series = series
        self.date = date
        from = zone.start(of: date)
        until = zone.start(of: date.adding(days: 1))
        self.zone = zone.identifier
        self.isRegister = isRegister
        self.asides = asides
    }

    /// Counts a reading of the day, unless its device or people said not to trust it.
    mutating func add(_ reading: StoredReading) {
        let time = reading.time.instant
        guard reading.isTrusted, !asides.contains(where: { $0.contains(time.milliseconds) }) else { return }
        if day == nil {
            day = DayStats(series: series, date: date, from: from, until: until, zone: zone, first: reading.value)
        } else {
            day?.add(reading.value)
        }
        // An hour of the clock, also on days of 23 and 25 hours and in zones that are half an hour off.
        let start = from.advanced(byMilliseconds: time.milliseconds(since: from) / 3_600_000 * 3_600_000)
        if hours.last?.from != start {
            hours.append(HourStats(series: series, from: start, first: reading.value, isRegister: isRegister))
        } else {
            hours[hours.count - 1].add(reading.value)
        }
    }
}

extension DayStats {
    fileprivate init(
        series: SeriesID, date: CalendarDate, from: Instant, until: Instant, zone: String, first: DecimalValue
    ) {
        self.init(
            series: series, date: date, from: from, until: until, zone: zone, count: 1, minimum: first, maximum: first,
            sum: first, first: first, last: first)
    }

    fileprivate mutating func add(_ value: DecimalValue) {
        count += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        sum = sum?.adding(value)
        last = value
    }
}

extension Store {
    /// A day of a series from its readings, as they are stored now.
    func figures(of series: SeriesID, on date: CalendarDate, zone: Zone) throws -> DayFigures {
        var figures = try read("days") { db in try Store.emptyFigures(of: series, on: date, zone: zone, db) }
        try readings(ReadingQuery(.series([series]), from: figures.from, until: figures.until), strictly: true) {
            figures.add($0)
        }
        return figures
    }

    static func emptyFigures(
        of series: SeriesID, on date: CalendarDate, zone: Zone, _ db: Database
    ) throws -> DayFigures {
        let kind = try String.fetchOne(
            db.cachedStatement(sql: "SELECT kind FROM series WHERE id = ?"), arguments: [series.rawValue])
        let asides = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT from_time, until_time FROM set_aside CROSS JOIN sensor_series AS s ON s.sensor = set_aside.sensor
                    WHERE s.series = ? AND lifted_at IS NULL AND from_time < ? AND until_time > ?
                    """),
            arguments: [
                series.rawValue, zone.start(of: date.adding(days: 1)).milliseconds, zone.start(of: date).milliseconds,
            ]
        ).map { (row: Row) -> Range<Int64> in (row[0] as Int64)..<(row[1] as Int64) }
        return DayFigures(
            series: series, date: date, zone: zone, isRegister: kind == ReadingKind.register.rawValue, asides: asides)
    }

    /// Replaces a day's row and its hours; the day is not marked any more.
    static func store(_ figures: DayFigures, through: Int64, _ db: Database) throws {
        let key: StatementArguments = [figures.series.rawValue, figures.date.description]
        try db.execute(sql: "DELETE FROM dirty_day WHERE series = ? AND date = ?", arguments: key)
        try db.execute(sql: "DELETE FROM day_stats WHERE series = ? AND date = ?", arguments: key)
        try HourPack.change(series: figures.series, month: CalendarMonth(of: figures.date), db) { pack in
            pack.replace(figures.date, figures.hours, within: figures.from..<figures.until)
        }
        guard let stats = figures.day, let row = figures.row else { return }
        try db.execute(
            sql: "INSERT INTO day_stats VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                stats.series.rawValue, stats.date.description, stats.from.milliseconds, stats.until.milliseconds,
                stats.zone, through, row.count, row.scale, row.minimum, row.maximum, row.sum, row.first, row.last,
            ])
    }
}

/// A day's numbers as its row holds them, all at one scale.
struct DayRow: Equatable {
    var count: Int
    var scale: Int64
    var minimum: Int64?
    var maximum: Int64?
    var sum: Int64?
    var first: Int64?
    var last: Int64?
}

extension DayFigures {
    /// What is stored of the day; nil where no reading counts.
    var row: DayRow? {
        guard let day else { return nil }
        // The extremes must fit at the common scale; a sum that does not is left out.
        let values = [day.minimum, day.maximum, day.first, day.last]
        let scale = DecimalValue.commonScale(of: values, wanted: day.sum?.scale ?? 0)
        let digits = values.map { $0.digits(atScale: scale) }
        return DayRow(
            count: day.count, scale: Int64(scale), minimum: digits[0], maximum: digits[1],
            sum: day.sum?.digits(atScale: scale), first: digits[2], last: digits[3])
    }
}
