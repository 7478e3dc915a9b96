import GatewayModel

/// A stretch of one stream as stored: encoding and decoding of format 1 of docs/storage.md.
enum Block {
    static let format: UInt8 = 1
    /// More rows than this never stand in one block, which bounds the memory that decoding takes.
    static let maximumRows = 8192
    /// Fields per block and values per block that decoding accepts.
    static let maximumFields = 65_536
    static let maximumValues = 4_194_304

    private static let hasTimeMarks: UInt8 = 1
    private static let hasReceived: UInt8 = 2
    private static let isFull: UInt8 = 1
    private static let hasOneScale: UInt8 = 2
    private static let hasMarks: UInt8 = 4

    /// Encodes rows that are in time order, at most ``maximumRows`` of them.
    static func encode(_ rows: ArraySlice<BlockRow>) -> [UInt8] {
        precondition(rows.count <= maximumRows, "a block has at most \(maximumRows) rows")
        var writer = ByteWriter()
        writer.byte(format)
        writer.varint(UInt64(rows.count))
        var columns: [Int64: [(row: Int, value: BlockValue)]] = [:]
        for (index, row) in rows.enumerated() {
            for (series, value) in row.values { columns[series, default: []].append((index, value)) }
        }
        writer.varint(UInt64(columns.count))
        encodeTimes(rows, into: &writer)
        for (series, values) in columns.sorted(by: { $0.key < $1.key }) {
            writer.varint(UInt64(bitPattern: series))
            encodeField(values, rows: rows.count, into: &writer)
        }
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    private static func encodeTimes(_ rows: ArraySlice<BlockRow>, into writer: inout ByteWriter) {
        let isPlain = rows.allSatisfy { $0.time.source == rows.first?.time.source && $0.time.uncertainty == 0 }
        let received = rows.contains { $0.receivedAt != nil }
        writer.byte((isPlain ? 0 : hasTimeMarks) | (received ? hasReceived : 0))
        IntegerColumn.encode(rows.map(\.time.instant.milliseconds), into: &writer)
        if isPlain {
            writer.byte(rows.first?.time.source.rawValue ?? 0)
        } else {
            IntegerColumn.encode(rows.map { Int64($0.time.source.rawValue) }, into: &writer)
            IntegerColumn.encode(rows.map(\.time.uncertainty), into: &writer)
        }
        guard received else { return }
        writer.bytes.append(contentsOf: bitmap(rows.map { $0.receivedAt != nil }))
        IntegerColumn.encode(
            rows.compactMap { row in
                row.receivedAt.map { $0.milliseconds &- row.time.instant.milliseconds }
            }, into: &writer)
    }

    private static func encodeField(_ values: [(row: Int, value: BlockValue)], rows: Int, into writer: inout ByteWriter)
    {
        let scaled = oneScale(values.map(\.value.value))
        let marks = values.contains { $0.value.marks != 0 }
        writer.byte((values.count == rows ? isFull : 0) | (scaled != nil ? hasOneScale : 0) | (marks ? hasMarks : 0))
        if values.count != rows {
            var isPresent = [Bool](repeating: false, count: rows)
            for (row, _) in values { isPresent[row] = true }
            writer.bytes.append(contentsOf: bitmap(isPresent))
        }
        if let scaled {
            writer.byte(scaled.scale)
            FieldSummary(scaled.mantissas, scale: scaled.scale).encode(into: &writer)
            IntegerColumn.encode(scaled.mantissas, into: &writer)
        } else {
            IntegerColumn.encode(values.map { Int64($0.value.value.scale) }, into: &writer)
            IntegerColumn.encode(values.map(\.value.value.mantissa), into: &writer)
        }
        if marks { IntegerColumn.encode(values.map(\.value.marks), into: &writer) }
    }

    /// All values as integers of one scale; nil where one would not fit.
    private static func oneScale(_ values: [DecimalValue]) -> (scale: UInt8, mantissas: [Int64])? {
        let scale = values.reduce(UInt8(0)) { max($0, $1.scale) }
        var mantissas: [Int64] = []
        mantissas.reserveCapacity(values.count)
        for value in values {
            guard let mantissa = value.mantissa(atScale: scale) else { return nil }
            mantissas.append(mantissa)
        }
        return (scale, mantissas)
    }

    private static func bitmap(_ bits: [Bool]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { bytes[index / 8] |= 1 << UInt8(index % 8) }
        return bytes
    }

    private static func readBitmap(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) -> [Bool] {
        guard (count + 7) / 8 <= reader.remaining else { throw BrokenBytes(reason: "ends early") }
        var bits: [Bool] = []
        bits.reserveCapacity(count)
        var current: UInt8 = 0
        for index in 0..<count {
            if index % 8 == 0 { current = try reader.byte() }
            bits.append(current >> UInt8(index % 8) & 1 == 1)
        }
        return bits
    }
}

extension Block {
    /// Decodes a block; throws where the checksum or any part of the format does not fit.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenBytes) -> [BlockRow] {
        var reader = try checkedBody(bytes)
        let rowCount = try reader.count(atMost: maximumRows)
        let fieldCount = try reader.count(atMost: maximumFields)
        guard rowCount * fieldCount <= maximumValues else { throw BrokenBytes(reason: "too many values") }
        var rows = try decodeTimes(rowCount, from: &reader)
        for _ in 0..<fieldCount {
            let series = Int64(bitPattern: try reader.varint())
            try decodeField(series, into: &rows, from: &reader)
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a block") }
        return rows
    }

    /// The summaries by series, without decoding values; a field of several scales has none.
    static func summaries(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenBytes) -> [Int64: FieldSummary] {
        var reader = try checkedBody(bytes)
        let rowCount = try reader.count(atMost: maximumRows)
        let fieldCount = try reader.count(atMost: maximumFields)
        _ = try decodeTimes(rowCount, from: &reader)
        var summaries: [Int64: FieldSummary] = [:]
        for _ in 0..<fieldCount {
            let series = Int64(bitPattern: try reader.varint())
            let header = try reader.byte()
            let present = header & isFull != 0 ? rowCount : try readBitmap(rowCount, from: &reader).count { $0 }
            if header & hasOneScale != 0 {
                let scale = try reader.byte()
                summaries[series] = try FieldSummary(count: present, scale: scale, from: &reader)
            } else {
                try skipColumn(&reader)
            }
            try skipColumn(&reader)
            if header & hasMarks != 0 { try skipColumn(&reader) }
        }
        return summaries
    }

    private static func skipColumn(_ reader: inout ByteReader) throws(BrokenBytes) {
        _ = try reader.byte()
        _ = try reader.slice(try reader.count(atMost: reader.remaining))
    }

    private static func checkedBody(_ bytes: UnsafeBufferPointer<UInt8>) throws(BrokenBytes) -> ByteReader {
        guard bytes.count > 4 else { throw BrokenBytes(reason: "ends early") }
        let body = UnsafeBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
        var tail = ByteReader(UnsafeBufferPointer(rebasing: bytes[(bytes.count - 4)...]))
        guard try tail.fixed32() == Checksum.crc32(body) else { throw BrokenBytes(reason: "checksum does not fit") }
        var reader = ByteReader(body)
        let found = try reader.byte()
        guard found == format else { throw BrokenBytes(reason: "unknown format \(found)") }
        return reader
    }

    private static func decodeTimes(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) -> [BlockRow] {
        let flags = try reader.byte()
        let times = try IntegerColumn.decode(count, from: &reader)
        var sources: [Int64]
        var uncertainties: [Int64]
        if flags & hasTimeMarks == 0 {
            sources = [Int64](repeating: Int64(try reader.byte()), count: count)
            uncertainties = [Int64](repeating: 0, count: count)
        } else {
            sources = try IntegerColumn.decode(count, from: &reader)
            uncertainties = try IntegerColumn.decode(count, from: &reader)
        }
        var received = [Instant?](repeating: nil, count: count)
        if flags & hasReceived != 0 {
            let isPresent = try readBitmap(count, from: &reader)
            let offsets = try IntegerColumn.decode(isPresent.count { $0 }, from: &reader)
            var next = 0
            for index in 0..<count where isPresent[index] {
                received[index] = Instant(milliseconds: times[index] &+ offsets[next])
                next += 1
            }
        }
        var rows: [BlockRow] = []
        rows.reserveCapacity(count)
        for index in 0..<count {
            guard let raw = UInt8(exactly: sources[index]), let source = TimeSource(rawValue: raw) else {
                throw BrokenBytes(reason: "unknown time source")
            }
            let time = ReadingTime(
                Instant(milliseconds: times[index]), source: source, uncertainty: uncertainties[index])
            rows.append(BlockRow(time: time, receivedAt: received[index], values: []))
        }
        return rows
    }

    private static func decodeField(
        _ series: Int64, into rows: inout [BlockRow], from reader: inout ByteReader
    ) throws(BrokenBytes) {
        let header = try reader.byte()
        let isPresent = header & isFull != 0 ? nil : try readBitmap(rows.count, from: &reader)
        let count = isPresent?.count { $0 } ?? rows.count
        var scales: [Int64]
        if header & hasOneScale != 0 {
            let scale = try reader.byte()
            _ = try FieldSummary(count: count, scale: scale, from: &reader)
            scales = [Int64](repeating: Int64(scale), count: count)
        } else {
            scales = try IntegerColumn.decode(count, from: &reader)
        }
        let mantissas = try IntegerColumn.decode(count, from: &reader)
        let marks = header & hasMarks != 0 ? try IntegerColumn.decode(count, from: &reader) : nil
        guard scales.allSatisfy({ (0...18).contains($0) }) else { throw BrokenBytes(reason: "scale beyond 18") }
        var next = 0
        for index in rows.indices where isPresent?[index] ?? true {
            let mark = marks?[next] ?? 0
            let value = DecimalValue(mantissa: mantissas[next], scale: UInt8(scales[next]))
            rows[index].values.append(
                (series, BlockValue(value: value, isRounded: mark & 1 != 0, isTrusted: mark & 2 == 0)))
            next += 1
        }
    }
}
