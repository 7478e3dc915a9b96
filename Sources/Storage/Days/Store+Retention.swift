import GRDB
import GatewayModel

extension Store {
    /// Before which day the readings of a sensor were deleted while its days were kept; nil where they were not.
    public func keptDays(of sensor: SensorID) throws(StoreError) -> CalendarDate? {
        try read("retention") { db in
            try String.fetchOne(
                db, sql: "SELECT before_date FROM kept_days WHERE sensor = ?", arguments: [sensor.rawValue]
            ).flatMap { CalendarDate(text: $0) }
        }
    }

    /// Deletes the readings and hours of a sensor before a local day and keeps its day rows; returns how many readings.
    ///
    /// Does nothing while one of those days is marked, since it would be counted from what is left: nil then. Later readings
    /// of those days and later decisions about them do not change their rows any more. Freed pages are overwritten with
    /// zeros. Damaged bytes stay until they are repaired. `record` is written in the same transaction. Called by the writer's thread.
    public func keepDaysAlone(
        of sensor: SensorID, before date: CalendarDate, zone: Zone, record: (Int) -> ActRecord
    ) throws(StoreError) -> Int? {
        try write("retention") { db in
            let end = zone.start(of: date).milliseconds
            let period = Int64.min..<end
            let windows = try Store.everything(of: sensor, within: period, db)
            guard try !Store.isMarked(sensor, series: windows.keys.sorted(), before: date, db) else { return nil }
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            var deleted = try Store.forgetBlocks(windows, within: period, damaged: .stays, db)
            deleted += try Store.forgetJournal(windows, within: period, damaged: .stays, db)
            for series in windows.keys.sorted() {
                try HourPack.forget(
                    CalendarDate(year: 1, month: 1, day: 1)...date.adding(days: -1), of: SeriesID(rawValue: series),
                    zone: zone, db)
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO kept_days VALUES (?, ?)",
                arguments: [sensor.rawValue, date.description])
            if deleted > 0 { try record(deleted).write(db) }
            return deleted
        }
    }

    private static func isMarked(
        _ sensor: SensorID, series: [Int64], before date: CalendarDate, _ db: Database
    ) throws -> Bool {
        for id in series {
            let isMarked = try Bool.fetchOne(
                db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM dirty_day WHERE series = ? AND date < ?)"),
                arguments: [id, date.description])
            if isMarked == true { return true }
        }
        return try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM dirty_use WHERE sensor = ? AND date < ?)",
            arguments: [sensor.rawValue, date.description]) ?? false
    }

    /// Takes the marks of days whose readings were deleted: their rows are all that is known of them.
    func unmarkKeptDays() throws(StoreError) {
        try write("days") { db in
            guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM kept_days)") == true else { return }
            try db.execute(
                sql: """
                    DELETE FROM dirty_use WHERE EXISTS
                    (SELECT 1 FROM kept_days AS k WHERE k.sensor = dirty_use.sensor AND dirty_use.date < before_date)
                    """)
            try db.execute(
                sql: """
                    DELETE FROM dirty_day WHERE EXISTS (SELECT 1 FROM day_stats AS d
                        WHERE d.series = dirty_day.series AND d.date = dirty_day.date)
                    AND EXISTS (SELECT 1 FROM sensor_series AS s JOIN kept_days AS k ON k.sensor = s.sensor
                        WHERE s.series = dirty_day.series AND dirty_day.date < before_date)
                    """)
        }
    }
}
