import GatewayModel

/// A block's columns, decoded as far as they are wanted.
struct BlockColumns {
    /// One field: its digits in time order, and the rows that they stand in.
    struct Field {
        let series: Int64
        /// The rows that have a value; nil where all have one.
        var rows: [Int]?
        var mantissas: [Int64] = []
        /// The scale of all values; ``scales`` where they differ.
        var scale: UInt8 = 0
        var scales: [Int64]?
        /// Bit 0 rounded, bit 1 not trusted; nil where no value has one.
        var marks: [Int64]?
        /// What the block says of the field without its values; nil where scales differ.
        var summary: FieldSummary?
        /// How many values.
        var count = 0
    }

    private let stamps: TimeColumns
    /// Milliseconds of UTC, ascending.
    var times: [Int64] { stamps.times }
    /// The wanted fields, by series.
    var fields: [Field] = []

    /// Decodes a block; throws where the checksum or any part of the format does not fit.
    ///
    /// Columns of fields that are not wanted are skipped; their bytes are covered by the checksum alone.
    init(_ bytes: UnsafeBufferPointer<UInt8>, wanted: (Int64) -> Bool = { _ in true }) throws(BrokenBytes) {
        var reader = try ByteReader(checked: bytes)
        let format = try reader.byte()
        guard (1...Block.format).contains(format) else { throw BrokenBytes(reason: "unknown format \(format)") }
        let rowCount = try reader.count(atMost: Block.maximumRows)
        let fieldCount = try reader.count(atMost: Block.maximumFields)
        guard rowCount * fieldCount <= Block.maximumValues else { throw BrokenBytes(reason: "too many values") }
        stamps = try TimeColumns(rowCount, from: &reader)
        for _ in 0..<fieldCount {
            let series = Int64(bitPattern: try reader.varint())
            if let field = try BlockColumns.field(series, rows: rowCount, isWanted: wanted(series), from: &reader) {
                fields.append(field)
            }
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a block") }
    }

    private static func field(
        _ series: Int64, rows rowCount: Int, isWanted: Bool, from reader: inout ByteReader
    ) throws(BrokenBytes) -> Field? {
        var field = Field(series: series)
        let header = try reader.byte()
        field.count = rowCount
        if header & Block.isFull == 0 {
            let rows = try reader.bitmap(rowCount)
            field.rows = rows
            field.count = rows.count
        }
        if header & Block.hasOneScale != 0 {
            field.scale = try reader.byte()
            guard field.scale <= 18 else { throw BrokenBytes(reason: "scale beyond 18") }
            field.summary = try FieldSummary(count: field.count, scale: field.scale, from: &reader)
        } else if isWanted {
            let scales = try IntegerColumn.decode(field.count, from: &reader)
            guard scales.allSatisfy({ (0...18).contains($0) }) else { throw BrokenBytes(reason: "scale beyond 18") }
            field.scales = scales
        } else {
            try skipColumn(&reader)
        }
        guard isWanted else {
            try skipColumn(&reader)
            if header & Block.hasMarks != 0 { try skipColumn(&reader) }
            return nil
        }
        field.mantissas = try IntegerColumn.decode(field.count, from: &reader)
        if header & Block.hasMarks != 0 { field.marks = try IntegerColumn.decode(field.count, from: &reader) }
        return field
    }

    private static func skipColumn(_ reader: inout ByteReader) throws(BrokenBytes) {
        _ = try reader.byte()
        _ = try reader.slice(try reader.count(atMost: reader.remaining))
    }
}

extension BlockColumns.Field {
    /// One value, by its place among the field's values.
    @inline(__always)
    func value(_ index: Int) -> BlockValue {
        let mark = marks?[index] ?? 0
        return BlockValue(
            value: DecimalValue(mantissa: mantissas[index], scale: scales.map { UInt8($0[index]) } ?? scale),
            isRounded: mark & 1 != 0, isTrusted: mark & 2 == 0)
    }
}

extension BlockColumns {
    /// The rows of a period, both ends included.
    func rows(in times: ClosedRange<Int64>) -> Range<Int> {
        let first = self.times.firstIndex(atOrAfter: times.lowerBound)
        guard times.upperBound < .max else { return first..<self.times.count }
        return first..<max(first, self.times.firstIndex(atOrAfter: times.upperBound + 1))
    }

    /// Hands a field's readings of some rows to `body`, in time order.
    @inline(__always)
    func readings(_ field: Field, in rows: Range<Int>, _ body: (StoredReading) -> Void) {
        // A value in every row and nothing to remark is nearly all of a long history.
        if let source = stamps.source, !stamps.haveReceived, field.rows == nil, field.marks == nil, field.scales == nil
        {
            let (series, scale) = (SeriesID(rawValue: field.series), field.scale)
            times.withUnsafeBufferPointer { times in
                field.mantissas.withUnsafeBufferPointer { mantissas in
                    for row in rows {
                        let time = ReadingTime(Instant(milliseconds: times[row]), source: source, uncertainty: 0)
                        let value = DecimalValue(mantissa: mantissas[row], scale: scale)
                        body(StoredReading(series: series, time: time, value: value))
                    }
                }
            }
            return
        }
        let places =
            field.rows.map { own in
                own.firstIndex(atOrAfter: rows.lowerBound)..<own.firstIndex(atOrAfter: rows.upperBound)
            } ?? rows
        for place in places {
            let row = field.rows?[place] ?? place
            let value = field.value(place)
            body(
                StoredReading(
                    series: SeriesID(rawValue: field.series), time: stamps.time(row), value: value.value,
                    isRounded: value.isRounded, isTrusted: value.isTrusted, receivedAt: stamps.receivedAt(row)))
        }
    }

    /// All of it as rows, for rewriting.
    func allRows() -> [BlockRow] {
        var rows = times.indices.map { BlockRow(time: stamps.time($0), receivedAt: stamps.receivedAt($0), values: []) }
        for field in fields {
            for place in 0..<field.count {
                rows[field.rows?[place] ?? place].values.append((field.series, field.value(place)))
            }
        }
        return rows
    }
}

extension Array where Element: Comparable {
    /// Where the first element stands that is not below the bound, in an ascending array; its count where there is none.
    func firstIndex(atOrAfter bound: Element) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
