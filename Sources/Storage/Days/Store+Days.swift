import GRDB
import GatewayModel

extension Store {
    /// Computes marked days before `today` anew; true once none is left, which may take further calls where `limit` is set.
    ///
    /// `use` is asked for each marked day of each sensor that is bound then, with the day's first instant, the next day's,
    /// and the meter as the day before left it; nil removes the row. Where a day leaves its meter otherwise than before,
    /// the next day with readings is computed too. `use` may read from the store. Called by the writer's thread;
    /// `directory` is told, so that later readings mark their days again. Throws ``StoreError``, or what `use` throws;
    /// days that were not reached stay marked, and so do those with damaged readings, whose rows stay as they were.
    public func recomputeDirtyDays(
        before today: CalendarDate, zone: Zone, directory: inout SeriesDirectory, within limit: Duration? = nil,
        use: (SensorID, Instant, Instant, _ meterBefore: String?) throws -> MeterDay?
    ) throws -> Bool {
        let begin = ContinuousClock.now
        func isTimeUp() -> Bool { limit.map { begin.duration(to: .now) > $0 } ?? false }
        try markUse(before: today, zone: zone)
        try unmarkKeptDays()
        let series = try read("days") { db in
            try Row.fetchAll(
                db, sql: "SELECT series, date FROM dirty_day WHERE date < ? ORDER BY date, series",
                arguments: [today.description])
        }
        directory.forgetMarks()
        let through = try read("days") { db in try Store.lastJournal(db) }
        // Many rows share a transaction: each one costs the card a few pages, whatever it holds.
        for rows in series.chunked(into: Store.rowsPerTransaction) {
            let results = try rows.compactMap { row -> DayFigures? in
                guard let date = CalendarDate(text: row[1] as String) else { return nil }
                return try unlessDamaged { try figures(of: SeriesID(rawValue: row[0]), on: date, zone: zone) }
            }
            try write("days") { db in
                for figures in results { try Store.store(figures, through: through, db) }
            }
            if isTimeUp() { return false }
        }
        var damaged: Set<MarkedUse> = []
        while case let rows = try markedUses(before: today, but: damaged), !rows.isEmpty {
            // Days of one sensor follow each other: each goes on with the meter as the one before left it.
            var computed: [SensorID: (date: CalendarDate, meter: String?)] = [:]
            var vanished: [SensorID: Set<CalendarDate>] = [:]
            let results = try rows.compactMap { marked -> (SensorID, CalendarDate, MeterDay?)? in
                let (sensor, date) = (marked.sensor, marked.date)
                var before = try meter(of: sensor, before: date)
                while let row = before, vanished[sensor]?.contains(row.date) == true {
                    before = try meter(of: sensor, before: row.date)
                }
                if let own = computed[sensor], before.map({ own.date >= $0.date }) ?? true { before = own }
                let (start, end) = (zone.start(of: date), zone.start(of: date.adding(days: 1)))
                guard let day = try unlessDamaged({ try use(sensor, start, end, before?.meter) }) else {
                    damaged.insert(marked)
                    return nil
                }
                if let day {
                    computed[sensor] = (date, day.meter)
                } else {
                    vanished[sensor, default: []].insert(date)
                }
                return (sensor, date, day)
            }
            try write("days") { db in
                for (sensor, date, day) in results {
                    try Store.store(day, of: sensor, on: date, zone: zone, through: through, db)
                }
            }
            if isTimeUp() { return try markedUses(before: today, but: damaged).isEmpty }
        }
        return true
    }

    /// A day of a sensor that is to be computed anew.
    private struct MarkedUse: Hashable {
        var sensor: SensorID
        var date: CalendarDate
    }

    /// What `body` gives; nil where it met damaged readings.
    private func unlessDamaged<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch let error as StoreError where error.code == .corrupt {
            return nil
        }
    }

    /// A hundred marked days at most, so that their rows share a transaction; by sensor and date.
    private func markedUses(
        before today: CalendarDate, but damaged: Set<MarkedUse>
    ) throws(StoreError) -> [MarkedUse] {
        try read("days") { db in
            try Row.fetchAll(
                db, sql: "SELECT sensor, date FROM dirty_use WHERE date < ? ORDER BY sensor, date LIMIT ?",
                arguments: [today.description, Store.rowsPerTransaction + damaged.count]
            ).compactMap { row in
                guard let date = CalendarDate(text: row[1] as String) else {
                    throw StoreError(.corrupt, "days", cause: "'\(row[1] as String)' is no date", remedy: "")
                }
                let marked = MarkedUse(sensor: SensorID(rawValue: row[0]), date: date)
                return damaged.contains(marked) ? nil : marked
            }
        }
    }

    /// The sensors whose consumption of a day is marked for other reasons than readings, by name.
    public func markedUses(on date: CalendarDate) throws(StoreError) -> [SensorID] {
        try read("days") { db in
            try String.fetchAll(
                db, sql: "SELECT sensor FROM dirty_use WHERE date = ? ORDER BY sensor", arguments: [date.description]
            ).map(SensorID.init(rawValue:))
        }
    }

    /// The last day with readings before a date, and how it left the sensor's meter; nil where there was none.
    public func meter(
        of sensor: SensorID, before date: CalendarDate
    ) throws(StoreError) -> (date: CalendarDate, meter: String?)? {
        try read("meter") { db in
            try Row.fetchOne(
                db, sql: "SELECT date, meter FROM day_use WHERE sensor = ? AND date < ? ORDER BY date DESC LIMIT 1",
                arguments: [sensor.rawValue, date.description]
            ).flatMap { row in CalendarDate(text: row[0] as String).map { ($0, row[1] as String?) } }
        }
    }

    private static let rowsPerTransaction = 100

    private static func store(
        _ day: MeterDay?, of sensor: SensorID, on date: CalendarDate, zone: Zone, through: Int64, _ db: Database
    ) throws {
        let key: StatementArguments = [sensor.rawValue, date.description]
        let (start, end) = (zone.start(of: date), zone.start(of: date.adding(days: 1)))
        let before = try String.fetchOne(
            db, sql: "SELECT meter FROM day_use WHERE sensor = ? AND date = ?", arguments: key)
        if day?.meter != before || day?.isOpen == true {
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO dirty_use SELECT sensor, min(date) FROM day_use
                    WHERE sensor = ? AND date > ? GROUP BY sensor
                    """, arguments: key)
        }
        try db.execute(sql: "DELETE FROM dirty_use WHERE sensor = ? AND date = ?", arguments: key)
        try db.execute(sql: "DELETE FROM day_use WHERE sensor = ? AND date = ?", arguments: key)
        try replaceMeterEvents(day?.events ?? [], of: sensor, from: start, until: end, db)
        try settleBounds(of: sensor, before: start, by: day?.events ?? [], zone, db)
        guard let day else { return }
        try db.execute(
            sql: "INSERT INTO day_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                sensor.rawValue, date.description, start.milliseconds, end.milliseconds, zone.identifier, through,
                day.use.amount.mantissa, Int64(day.use.amount.scale), day.use.unit.code, day.use.measuredPermille,
                day.use.isLowerBound, day.meter, day.use.carried?.since.description, day.use.carried?.amount.mantissa,
                day.use.carried.map { Int64($0.amount.scale) },
            ])
    }

    /// An earlier day whose question this one answered is no lower bound any more.
    private static func settleBounds(
        of sensor: SensorID, before start: Instant, by events: [MeterEvent], _ zone: Zone, _ db: Database
    ) throws {
        for date in Set(events.filter { $0.at < start }.map { zone.date(at: $0.at) }).sorted() {
            try db.execute(
                sql: """
                    UPDATE day_use SET is_lower_bound = 0 WHERE sensor = ?1 AND date = ?2
                    AND NOT EXISTS (SELECT 1 FROM meter_event AS e WHERE e.sensor = ?1 AND state = 'proposed'
                        AND at >= start_at AND at < end_at)
                    AND NOT EXISTS (SELECT 1 FROM set_aside AS a WHERE a.sensor = ?1 AND lifted_at IS NULL
                        AND from_time < end_at AND until_time > start_at)
                    """, arguments: [sensor.rawValue, date.description])
        }
    }

    /// Marks the consumption of every sensor whose series has a marked day within its binding.
    private func markUse(before today: CalendarDate, zone: Zone) throws(StoreError) {
        try write("days") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT s.sensor, date, valid_from, valid_until FROM dirty_day
                    JOIN sensor_series AS s ON s.series = dirty_day.series WHERE date < ?
                    """, arguments: [today.description])
            for row in rows {
                guard let date = CalendarDate(text: row[1] as String) else { continue }
                let from = zone.start(of: date).milliseconds
                let until = zone.start(of: date.adding(days: 1)).milliseconds
                guard (row[2] as Int64) < until, (row[3] as Int64?).map({ $0 > from }) ?? true else { continue }
                try db.execute(
                    sql: "INSERT OR IGNORE INTO dirty_use VALUES (?, ?)",
                    arguments: [row[0] as String, date.description])
            }
        }
    }
}
