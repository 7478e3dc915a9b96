import Foundation
import GRDB
import GatewayModel

/// The hours of a series in a month, as one blob; format 1 of docs/storage.md.
struct HourPack {
    private static let format: UInt8 = 1
    private static let ofRegister: UInt8 = 1
    private static let lacksSums: UInt8 = 2
    /// Room for the months of any year that a date can be written of.
    private static let monthBits: Int64 = 20
    private static let monthMask: Int64 = 0xFFFFF

    /// The days of the month that were counted, with or without readings; the hours of others are not known here.
    private(set) var days: Set<Int64> = []
    /// In time order.
    private(set) var hours: [HourStats] = []

    /// Puts a day's hours in the place of what was known of it.
    mutating func replace(_ date: CalendarDate, _ new: [HourStats], within day: Range<Instant>) {
        days.insert(Int64(date.day))
        hours.removeAll { day.contains($0.from) }
        let place = hours.firstIndex { $0.from >= day.upperBound } ?? hours.count
        hours.insert(contentsOf: new, at: place)
    }

    /// Forgets a day.
    mutating func remove(_ date: CalendarDate, within day: Range<Instant>) {
        days.remove(Int64(date.day))
        hours.removeAll { day.contains($0.from) }
    }

    func encode() -> [UInt8] {
        var writer = ByteWriter()
        // A pack is rewritten every night of its month.
        func column(_ values: [Int64]) { IntegerColumn.encode(values, into: &writer, deflating: false) }
        let isRegister = hours.contains { $0.first != nil }
        let lacksSums = !isRegister && hours.contains { $0.sum == nil }
        writer.byte(HourPack.format)
        writer.byte((isRegister ? HourPack.ofRegister : 0) | (lacksSums ? HourPack.lacksSums : 0))
        writer.varint(UInt64(days.count))
        column(days.sorted())
        writer.varint(UInt64(hours.count))
        column(hours.map(\.from.milliseconds))
        column(hours.map { Int64($0.count) })
        // The ends of an hour; of everything but registers its extremes.
        let ends = hours.map { hour in
            isRegister
                ? (hour.first ?? DecimalValue(0), hour.last ?? DecimalValue(0))
                : (hour.minimum ?? DecimalValue(0), hour.maximum ?? DecimalValue(0))
        }
        let scales = zip(hours, ends).map { hour, ends in
            DecimalValue.commonScale(of: [ends.0, ends.1] + (hour.sum.map { [$0] } ?? []))
        }
        let lower = zip(ends, scales).map { $0.0.digits(atScale: $1) ?? 0 }
        let upper = zip(ends, scales).map { $0.1.digits(atScale: $1) ?? 0 }
        column(scales.map(Int64.init))
        column(lower)
        column(zip(upper, lower).map { $0 &- $1 })
        if !isRegister {
            // What the sum exceeds the least possible one by is small where values hardly change.
            column(
                hours.indices.map { index in
                    (hours[index].sum?.digits(atScale: scales[index]) ?? 0)
                        &- lower[index] &* Int64(hours[index].count)
                })
        }
        if lacksSums { column(hours.map { $0.sum == nil ? 1 : 0 }) }
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    init() {}

    init(_ bytes: UnsafeBufferPointer<UInt8>, series: SeriesID) throws(BrokenBytes) {
        var reader = try ByteReader(checked: bytes)
        guard try reader.byte() == HourPack.format else { throw BrokenBytes(reason: "unknown format of hours") }
        let marks = try reader.byte()
        let isRegister = marks & HourPack.ofRegister != 0
        days = Set(try IntegerColumn.decode(try reader.count(atMost: 31), from: &reader))
        let count = try reader.count(atMost: 31 * 26)
        let starts = try IntegerColumn.decode(count, from: &reader)
        let counts = try IntegerColumn.decode(count, from: &reader)
        let scales = try IntegerColumn.decode(count, from: &reader)
        let lower = try IntegerColumn.decode(count, from: &reader)
        let spans = try IntegerColumn.decode(count, from: &reader)
        let excess = isRegister ? [] : try IntegerColumn.decode(count, from: &reader)
        let lacking = marks & HourPack.lacksSums != 0 ? try IntegerColumn.decode(count, from: &reader) : nil
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in hours") }
        guard scales.allSatisfy({ (0...18).contains($0) }) else { throw BrokenBytes(reason: "scale beyond 18") }
        hours.reserveCapacity(count)
        for index in 0..<count {
            let scale = UInt8(scales[index])
            var hour = HourStats(
                series: series, from: Instant(milliseconds: starts[index]),
                count: Int(truncatingIfNeeded: counts[index]))
            let ends = (
                DecimalValue(mantissa: lower[index], scale: scale),
                DecimalValue(mantissa: lower[index] &+ spans[index], scale: scale)
            )
            if isRegister {
                (hour.first, hour.last) = ends
            } else {
                (hour.minimum, hour.maximum) = ends
                let sum = excess[index] &+ lower[index] &* counts[index]
                hour.sum = lacking?[index] == 1 ? nil : DecimalValue(mantissa: sum, scale: scale)
            }
            hours.append(hour)
        }
    }

    /// A row's number: the series and the months since the year 1.
    static func id(of series: SeriesID, _ month: CalendarMonth) -> Int64 {
        series.rawValue << monthBits | Int64(month.year * 12 + month.month - 1) & monthMask
    }

    /// The month of a row's number.
    static func month(ofRow id: Int64) -> CalendarMonth {
        let months = Int(id & monthMask)
        return CalendarMonth(year: months / 12, month: months % 12 + 1)
    }

    /// Hours as a pack gives them back: what did not fit at one scale with the rest of its hour is rounded.
    static func rounded(_ hours: [HourStats]) -> [HourStats] {
        guard let series = hours.first?.series else { return hours }
        var pack = HourPack()
        pack.hours = hours
        return (try? pack.encode().withUnsafeBufferPointer { try HourPack($0, series: series).hours }) ?? hours
    }

    /// Every month of a series that can be read.
    static func all(of series: SeriesID, _ db: Database) throws -> [CalendarMonth: HourPack] {
        var packs: [CalendarMonth: HourPack] = [:]
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, body FROM hour_pack WHERE id >> \(monthBits) = ?", arguments: [series.rawValue])
        while let row = try rows.next() {
            packs[month(ofRow: row[0])] = try? row.withBytes(at: 1) { try HourPack($0, series: series) }
        }
        return packs
    }

    /// Changes a month of a series in place.
    static func change(series: SeriesID, month: CalendarMonth, _ db: Database, _ body: (inout HourPack) -> Void) throws
    {
        let id = id(of: series, month)
        // What cannot be read is counted anew, day by day, as their turn comes.
        var pack = (try? stored(id, series: series, db)) ?? HourPack()
        body(&pack)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO hour_pack VALUES (?, ?)").execute(
            arguments: [id, Data(pack.encode())])
    }

    /// Takes days of a series out of every month that knows them.
    static func forget(
        _ dates: ClosedRange<CalendarDate>, of series: SeriesID, zone: Zone, _ db: Database
    ) throws {
        let ids = try Int64.fetchAll(
            db, sql: "SELECT id FROM hour_pack WHERE id BETWEEN ? AND ?",
            arguments: [
                id(of: series, CalendarMonth(of: dates.lowerBound)),
                id(of: series, CalendarMonth(of: dates.upperBound)),
            ])
        for month in ids.map(month(ofRow:)) {
            try change(series: series, month: month, db) { pack in
                for date in month.days where dates.contains(date) {
                    pack.remove(date, within: zone.start(of: date)..<zone.start(of: date.adding(days: 1)))
                }
            }
        }
    }

    private static func stored(_ id: Int64, series: SeriesID, _ db: Database) throws -> HourPack? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT body FROM hour_pack WHERE id = ?"), arguments: [id])?
            .withBytes(at: 0) { try HourPack($0, series: series) }
    }
}
