import GRDB
import GatewayModel

/// A day whose stored figures are not what its readings say.
public struct DayDifference: Hashable, Sendable {
    /// Whose day.
    public var series: SeriesID
    /// Which.
    public var date: CalendarDate
    /// What is not right.
    public var reason: Reason

    /// What can be wrong with a day.
    public enum Reason: String, Hashable, Sendable {
        /// The row says something else.
        case rowDiffers = "row_differs"
        /// There is a row and no reading.
        case rowWithoutReadings = "row_without_readings"
        /// There are readings and no row.
        case rowMissing = "row_missing"
        /// The hours say something else.
        case hoursDiffer = "hours_differ"
    }
}

extension Store {
    /// Blocks and commits per snapshot.
    private static let rowsAtOnce = 2000

    /// Unpacks every block and every commit and keeps in ``damage`` what cannot be.
    ///
    /// `part` of `parts` looks at that share of the blocks alone, and at all commits. `progress` gets the share that is done.
    public func examine(
        part: Int64 = 0, of parts: Int64 = 1, progress: (Double) -> Void = { _ in }
    ) throws(StoreError) {
        for place in [DamagedStretch.Place.block, .journal] {
            // A share is chosen by the index, which is read in a moment; who looks at everything does not rely on it.
            let isShare = place == .block && parts > 1
            let choice = isShare ? "INDEXED BY block_time WHERE id >> 32 > 0 AND id % ?1 = ?2" : "NOT INDEXED"
            let ids = try read("examine") { db in
                try Int64.fetchAll(
                    db, sql: "SELECT id FROM \(place.rawValue) \(choice)", arguments: isShare ? [parts, part] : []
                ).sorted()
            }
            var done = 0
            for some in ids.chunked(into: Store.rowsAtOnce) {
                try read("examine") { db in
                    for id in some { try examine(id, place, db) }
                }
                done += some.count
                progress((place == .block ? 0 : 0.9) + Double(done) / Double(ids.count) * (place == .block ? 0.9 : 0.1))
            }
        }
    }

    private func examine(_ id: Int64, _ place: DamagedStretch.Place, _ db: Database) throws {
        guard place == .block else { return try eachReading(ofJournal: id, db) { _ in } }
        _ = try damageList.spare({ DamagedStretch(id, place: place, $0, db) }) {
            let columns = try BlockTable.columns(of: id, db)
            for field in columns.fields {
                guard let summary = field.summary else { continue }
                guard summary == FieldSummary(field.mantissas, scale: field.scale) else {
                    throw BrokenBytes(reason: "the summary of series \(field.series) is not that of its values")
                }
            }
        }
    }

    /// Counts every day before `today` anew from its readings and tells which rows and hours say something else.
    ///
    /// Days that are marked, have damaged readings or were kept without their readings are left out.
    public func compareDays(
        before today: CalendarDate, zone: Zone, progress: (Double) -> Void = { _ in }
    ) throws -> [DayDifference] {
        let all = try series().map(\.id)
        var differences: [DayDifference] = []
        for (index, id) in all.enumerated() {
            differences += try compareDays(of: id, before: today, zone: zone)
            progress(Double(index + 1) / Double(all.count))
        }
        return differences
    }

    private func compareDays(of series: SeriesID, before today: CalendarDate, zone: Zone) throws -> [DayDifference] {
        var (rows, hours, unsure) = try read("compare") { db in
            (
                try Store.dayRows(of: series, in: zone, db), try HourPack.all(of: series, db),
                try Store.uncomparedDays(of: series, db)
            )
        }
        var differences: [DayDifference] = []
        func compare(_ figures: DayFigures) {
            let stored = rows.removeValue(forKey: figures.date)
            guard figures.date < today, !unsure.contains(figures.date) else { return }
            var reason: DayDifference.Reason?
            if let stored {
                if stored.zone != figures.zone { return }
                reason = stored.row == figures.row ? nil : figures.row == nil ? .rowWithoutReadings : .rowDiffers
            } else if figures.row != nil {
                reason = .rowMissing
            }
            let month = CalendarMonth(of: figures.date)
            if reason == nil, let pack = hours[month], pack.days.contains(Int64(figures.date.day)) {
                let told = pack.hours.filter { (figures.from..<figures.until).contains($0.from) }
                if HourPack.rounded(figures.hours) != told { reason = .hoursDiffer }
            }
            if let reason { differences.append(DayDifference(series: series, date: figures.date, reason: reason)) }
        }
        var day: DayFigures?
        let damageBefore = damageList.all
        try readings(ReadingQuery(.series([series]))) { reading in
            let time = reading.time.instant
            if day.map({ time >= $0.until }) ?? true {
                if let day { compare(day) }
                day = try read("compare") { db in
                    try Store.emptyFigures(of: series, on: zone.date(at: time), zone: zone, db)
                }
            }
            day?.add(reading)
        }
        if let day { compare(day) }
        for (date, stored) in rows where date < today && !unsure.contains(date) && stored.zone == zone.identifier {
            differences.append(DayDifference(series: series, date: date, reason: .rowWithoutReadings))
        }
        // What damage took from a day is no difference of its own.
        let damaged = Set(damageBefore + damageList.all)
        guard !damaged.isEmpty else { return differences }
        return differences.filter { difference in
            let (from, until) = (zone.start(of: difference.date), zone.start(of: difference.date.adding(days: 1)))
            return !damaged.contains { $0.first < until && $0.last >= from }
        }
    }

    private static func dayRows(
        of series: SeriesID, in zone: Zone, _ db: Database
    ) throws -> [CalendarDate: (zone: String, row: DayRow)] {
        var rows: [CalendarDate: (zone: String, row: DayRow)] = [:]
        let found = try Row.fetchCursor(
            db,
            sql: """
                SELECT date, zone, count, scale, minimum, maximum, sum, first, last FROM day_stats WHERE series = ?
                """, arguments: [series.rawValue])
        while let row = try found.next() {
            guard let date = CalendarDate(text: row[0] as String) else { continue }
            rows[date] = (
                row[1],
                DayRow(
                    count: row[2], scale: row[3], minimum: row[4], maximum: row[5], sum: row[6], first: row[7],
                    last: row[8])
            )
        }
        return rows
    }

    /// Days that will be counted anew anyway, and days whose readings were deleted.
    private static func uncomparedDays(of series: SeriesID, _ db: Database) throws -> Set<CalendarDate> {
        Set(
            try String.fetchAll(
                db,
                sql: """
                    SELECT date FROM dirty_day WHERE series = ?1 UNION
                    SELECT date FROM day_stats WHERE series = ?1 AND date < (SELECT max(before_date) FROM kept_days
                        JOIN sensor_series AS s ON s.sensor = kept_days.sensor WHERE s.series = ?1)
                    """, arguments: [series.rawValue]
            ).compactMap { CalendarDate(text: $0) })
    }

    /// Marks days of consumption so that they are counted anew; called by the writer's thread.
    public func markUses(_ days: [(SensorID, CalendarDate)]) throws(StoreError) {
        try write("mark") { db in
            for (sensor, date) in days {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO dirty_use VALUES (?, ?)",
                    arguments: [sensor.rawValue, date.description])
            }
        }
    }

    /// Marks days so that they are counted anew; called by the writer's thread.
    public func mark(_ days: [DayDifference]) throws(StoreError) {
        try write("mark") { db in
            for day in days {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO dirty_day VALUES (?, ?)",
                    arguments: [day.series.rawValue, day.date.description])
            }
        }
    }
}
