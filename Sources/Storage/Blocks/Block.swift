import GatewayModel

/// A stretch of one stream as stored: encoding, in format 2 of docs/storage.md. ``BlockColumns`` decodes.
enum Block {
    /// What is written; 1, which knew no deflated columns, is read as well.
    static let format: UInt8 = 2
    /// More rows than this never stand in one block, which bounds the memory that decoding takes.
    static let maximumRows = 8192
    /// Fields per block and values per block that decoding accepts.
    static let maximumFields = 65_536
    static let maximumValues = 4_194_304

    static let isFull: UInt8 = 1
    static let hasOneScale: UInt8 = 2
    static let hasMarks: UInt8 = 4

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
        TimeColumns.encode(rows.map { ($0.time, $0.receivedAt) }, into: &writer)
        for (series, values) in columns.sorted(by: { $0.key < $1.key }) {
            writer.varint(UInt64(bitPattern: series))
            encodeField(values, rows: rows.count, into: &writer)
        }
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    private static func encodeField(_ values: [(row: Int, value: BlockValue)], rows: Int, into writer: inout ByteWriter)
    {
        let scaled = oneScale(values.map(\.value.value))
        let marks = values.contains { $0.value.marks != 0 }
        writer.byte((values.count == rows ? isFull : 0) | (scaled != nil ? hasOneScale : 0) | (marks ? hasMarks : 0))
        if values.count != rows {
            var isPresent = [Bool](repeating: false, count: rows)
            for (row, _) in values { isPresent[row] = true }
            writer.bitmap(isPresent)
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
}
