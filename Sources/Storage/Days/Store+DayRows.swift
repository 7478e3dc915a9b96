import GRDB
import GRDBSQLite
import GatewayModel

extension Store {
    /// A series' day rows from one day through another, by date; days that are marked are left out.
    public func dayStats(
        _ series: SeriesID, from: CalendarDate, through: CalendarDate
    ) throws(StoreError) -> [DayStats] {
        try read("days") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT date, start_at, end_at, zone, count, scale, minimum, maximum, sum, first, last
                    FROM day_stats WHERE series = ?1 AND date BETWEEN ?2 AND ?3
                    AND date NOT IN (SELECT date FROM dirty_day WHERE series = ?1) ORDER BY date
                    """, arguments: [series.rawValue, from.description, through.description]
            ).compactMap { row in
                let scale = UInt8(clamping: row[5] as Int64)
                guard let date = CalendarDate(text: row[0] as String), scale <= 18 else { return nil }
                func value(_ index: Int) -> DecimalValue { DecimalValue(mantissa: row[index], scale: scale) }
                return DayStats(
                    series: series, date: date, from: Instant(milliseconds: row[1]),
                    until: Instant(milliseconds: row[2]), zone: row[3], count: row[4], minimum: value(6),
                    maximum: value(7), sum: (row[8] as Int64?).map { DecimalValue(mantissa: $0, scale: scale) },
                    first: value(9), last: value(10))
            }
        }
    }

    /// A sensor's consumption by day from one day through another; stale rows say so.
    public func dayUse(
        _ sensor: SensorID, from: CalendarDate, through: CalendarDate
    ) throws(StoreError) -> [StoredDayUse] {
        try read("days") { db in
            let period: StatementArguments = [sensor.rawValue, from.description, through.description]
            // Asked once for the period: for each row it would be a search of every binding.
            let stale = try String.fetchSet(
                db.cachedStatement(
                    sql: """
                        SELECT date FROM dirty_use WHERE sensor = ?1 AND date BETWEEN ?2 AND ?3
                        UNION ALL SELECT date FROM sensor_series AS s CROSS JOIN dirty_day AS d ON s.series = d.series
                        WHERE s.sensor = ?1 AND date BETWEEN ?2 AND ?3
                        """), arguments: period)
            let staleDays = Set(stale.compactMap { CalendarDate(text: $0) })
            let statement = try db.cachedStatement(
                sql: """
                    SELECT date, start_at, end_at, zone, mantissa, scale, unit, measured_permille, is_lower_bound,
                        carried_since, carried_mantissa, carried_scale
                    FROM day_use WHERE sensor = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY date
                    """)
            let rows = try Row.fetchCursor(statement, arguments: period)
            var columns = ColumnReader(statement.sqliteStatement)
            var days: [StoredDayUse] = []
            while try rows.next() != nil {
                let scale = UInt8(clamping: columns.integer(5))
                let carriedScale = UInt8(clamping: columns.integer(11))
                guard let date = columns.date(0), scale <= 18, carriedScale <= 18 else { continue }
                let carried = columns.date(9).map { since in
                    CarriedUse(
                        amount: DecimalValue(mantissa: columns.integer(10), scale: carriedScale), since: since)
                }
                days.append(
                    StoredDayUse(
                        sensor: sensor, date: date, from: Instant(milliseconds: columns.integer(1)),
                        until: Instant(milliseconds: columns.integer(2)), zone: columns.text(3),
                        use: DayUse(
                            amount: DecimalValue(mantissa: columns.integer(4), scale: scale),
                            unit: Unit(columns.text(6)), measuredPermille: Int(columns.integer(7)),
                            isLowerBound: columns.integer(8) != 0, carried: carried),
                        isStale: !staleDays.isEmpty && staleDays.contains(date)))
            }
            return days
        }
    }
}

/// The columns of the row that a statement stands on, for tables with very many rows.
///
/// Texts that repeat from row to row, such as units and zones, are made once.
private struct ColumnReader {
    private let statement: SQLiteStatement
    private var texts: [Int32: String] = [:]

    init(_ statement: SQLiteStatement) {
        self.statement = statement
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    mutating func text(_ column: Int32) -> String {
        let bytes = self.bytes(column)
        if let known = texts[column], known.utf8.elementsEqual(bytes) { return known }
        let text = String(decoding: bytes, as: UTF8.self)
        texts[column] = text
        return text
    }

    /// `YYYY-MM-DD`, as this store writes it; nil for anything else.
    func date(_ column: Int32) -> CalendarDate? {
        let bytes = self.bytes(column)
        guard bytes.count == 10 else { return nil }
        func number(_ range: Range<Int>) -> Int {
            range.reduce(0) { $0 * 10 + Int(bytes[$1] &- 0x30) }
        }
        let date = CalendarDate(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        return (1...12).contains(date.month) && (1...31).contains(date.day) ? date : nil
    }

    private func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
    }
}
