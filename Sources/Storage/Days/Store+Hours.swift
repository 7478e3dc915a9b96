import GRDB
import GatewayModel

extension Store {
    /// Series per snapshot.
    private static let seriesAtOnce = 50

    /// Hands the hours of some series to `body`, series by series in time order; hours without readings are left out.
    ///
    /// Days that were counted come from their packs; marked days and today are counted from their readings, so that what
    /// comes out is exact at any time; days with damaged readings that were not counted before are left out. Throws ``StoreError``, or what `body` throws.
    public func hours(
        of series: [SeriesID], from first: CalendarDate, through last: CalendarDate, zone: Zone,
        _ body: (HourStats) throws -> Void
    ) throws {
        guard first <= last else { return }
        let dates = first...last
        let period = zone.start(of: first)..<zone.start(of: last.adding(days: 1))
        for some in series.chunked(into: Store.seriesAtOnce) {
            let known = try read("hours") { db in
                try some.map { try CountedHours($0, dates, db) }
            }
            for var known in known {
                for gap in known.gaps(dates) {
                    let days = zone.start(of: gap.lowerBound)..<zone.start(of: gap.upperBound.adding(days: 1))
                    known.replace(days, by: try soundHours(of: known.series, within: days, zone: zone))
                }
                for hour in known.hours where period.contains(hour.from) { try body(hour) }
            }
        }
    }

    /// The hours of whole days; days with damaged readings are left out, since what is left of them would be wrong.
    private func soundHours(of series: SeriesID, within days: Range<Instant>, zone: Zone) throws -> [HourStats] {
        do {
            return try countedHours(of: series, within: days, zone: zone)
        } catch let error as StoreError where error.code == .corrupt {
            let first = zone.date(at: days.lowerBound)
            let next = zone.start(of: first.adding(days: 1))
            guard next < days.upperBound else { return [] }
            return try soundHours(of: series, within: days.lowerBound..<next, zone: zone)
                + soundHours(of: series, within: next..<days.upperBound, zone: zone)
        }
    }

    /// The hours of whole days, from their readings.
    private func countedHours(of series: SeriesID, within days: Range<Instant>, zone: Zone) throws -> [HourStats] {
        var hours: [HourStats] = []
        var day: DayFigures?
        let query = ReadingQuery(.series([series]), from: days.lowerBound, until: days.upperBound)
        try readings(query, strictly: true) { reading in
            let time = reading.time.instant
            if day.map({ time >= $0.until }) ?? true {
                hours += day?.hours ?? []
                day = try read("hours") { db in
                    try Store.emptyFigures(of: series, on: zone.date(at: time), zone: zone, db)
                }
            }
            day?.add(reading)
        }
        return hours + (day?.hours ?? [])
    }
}

/// A series' hours, from packs and from readings.
private struct CountedHours {
    let series: SeriesID
    private(set) var hours: [HourStats] = []
    private var days: Set<CalendarDate> = []

    /// What packs know of the series; marked days are not among it.
    init(_ series: SeriesID, _ dates: ClosedRange<CalendarDate>, _ db: Database) throws {
        self.series = series
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT id, body FROM hour_pack WHERE id BETWEEN ? AND ? ORDER BY id"),
            arguments: [
                HourPack.id(of: series, CalendarMonth(of: dates.lowerBound)),
                HourPack.id(of: series, CalendarMonth(of: dates.upperBound)),
            ])
        while let row = try rows.next() {
            let month = HourPack.month(ofRow: row[0])
            // What cannot be read is counted from the readings.
            guard let pack = try? row.withBytes(at: 1, { try HourPack($0, series: series) }) else { continue }
            for day in pack.days { days.insert(CalendarDate(year: month.year, month: month.month, day: Int(day))) }
            hours += pack.hours
        }
        let marked = try String.fetchAll(
            db.cachedStatement(sql: "SELECT date FROM dirty_day WHERE series = ? AND date BETWEEN ? AND ?"),
            arguments: [series.rawValue, dates.lowerBound.description, dates.upperBound.description])
        days.subtract(marked.compactMap { CalendarDate(text: $0) })
    }

    /// The days that are not known, those in a row together.
    func gaps(_ dates: ClosedRange<CalendarDate>) -> [ClosedRange<CalendarDate>] {
        var gaps: [ClosedRange<CalendarDate>] = []
        var date = dates.lowerBound
        while date <= dates.upperBound {
            let next = date.adding(days: 1)
            if !days.contains(date) {
                if let last = gaps.last, last.upperBound.adding(days: 1) == date {
                    gaps[gaps.count - 1] = last.lowerBound...date
                } else {
                    gaps.append(date...date)
                }
            }
            date = next
        }
        return gaps
    }

    /// Puts a period's hours in the place of what was known of it.
    mutating func replace(_ period: Range<Instant>, by new: [HourStats]) {
        hours.removeAll { period.contains($0.from) }
        let place = hours.firstIndex { $0.from >= period.upperBound } ?? hours.count
        hours.insert(contentsOf: new, at: place)
    }
}
