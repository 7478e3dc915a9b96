import GatewayModel

/// The blob of one journal row: the packets and readings of one commit; format 2 of docs/storage.md.
///
/// A commit each second writes a page of the log for every row that does not share one with others, so the row is kept
/// short: columns by message, and readings by their place within their message, where the same fields meet.
struct JournalBody {
    /// What is written; 1, which stood one reading after the other, is read as well.
    static let format: UInt8 = 2

    private static let rounded: UInt8 = 0x20
    private static let untrusted: UInt8 = 0x40
    /// More packets or readings than this never stand in one row, which bounds the memory that decoding takes.
    private static let maximumCount = 4_194_304

    static func encode(packets: [PacketRecord], readings: [StoredReading]) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(64 + packets.count * 10 + readings.count * 6)
        // Deflating gains little in a few hundred bytes and would hold up the commit.
        func column(_ values: [Int64]) { IntegerColumn.encode(values, into: &writer, deflating: false) }
        writer.byte(format)
        writer.varint(UInt64(packets.count))
        column(packets.map { Int64($0.id) })
        for packet in packets { writer.fixed64(packet.digest) }

        let starts = readings.indices.filter { index in
            index == 0 || readings[index].time != readings[index - 1].time
                || readings[index].receivedAt != readings[index - 1].receivedAt
        }
        let counts = zip(starts, starts.dropFirst() + [readings.count]).map { Int64($1 - $0) }
        writer.varint(UInt64(starts.count))
        column(counts)
        TimeColumns.encode(starts.map { (readings[$0].time, readings[$0].receivedAt) }, into: &writer, deflating: false)
        let order = byPlace(counts)
        column(
            order.map { place, index in
                readings[index].series.rawValue &- (place == 0 ? 0 : readings[index - 1].series.rawValue)
            })
        column(order.map { Int64(marks(of: readings[$0.index])) })
        column(order.map { readings[$0.index].value.mantissa })
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, packets: (PacketRecord) -> Void = { _ in },
        readings: (StoredReading) -> Void
    ) throws(BrokenBytes) {
        var reader = try ByteReader(checked: bytes)
        switch try reader.byte() {
        case 1: try decodeFirstFormat(&reader, packets: packets, readings: readings)
        case format: try decodeColumns(&reader, packets: packets, readings: readings)
        case let other: throw BrokenBytes(reason: "unknown format \(other)")
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a journal row") }
    }

    private static func decodeColumns(
        _ reader: inout ByteReader, packets: (PacketRecord) -> Void, readings: (StoredReading) -> Void
    ) throws(BrokenBytes) {
        let packetCount = try reader.count(atMost: reader.remaining / 8)
        for id in try IntegerColumn.decode(packetCount, from: &reader) {
            guard let id = UInt16(exactly: id) else { throw BrokenBytes(reason: "no packet identifier") }
            packets(PacketRecord(id: id, digest: try reader.fixed64()))
        }
        let messageCount = try reader.count(atMost: maximumCount)
        let counts = try IntegerColumn.decode(messageCount, from: &reader)
        var total: Int64 = 0
        for count in counts {
            guard (1...Int64(maximumCount)).contains(count), total + count <= maximumCount else {
                throw BrokenBytes(reason: "too many readings")
            }
            total += count
        }
        let stamps = try TimeColumns(messageCount, from: &reader)
        let steps = try IntegerColumn.decode(Int(total), from: &reader)
        let marks = try IntegerColumn.decode(Int(total), from: &reader)
        let mantissas = try IntegerColumn.decode(Int(total), from: &reader)
        var positions = [Int](repeating: 0, count: Int(total))
        for (position, entry) in byPlace(counts).enumerated() { positions[entry.index] = position }
        var index = 0
        for (message, count) in counts.enumerated() {
            let (time, received) = (stamps.time(message), stamps.receivedAt(message))
            var series: Int64 = 0
            for _ in 0..<count {
                let position = positions[index]
                series = series &+ steps[position]
                readings(
                    try reading(
                        series, time, marks: UInt8(truncatingIfNeeded: marks[position]), mantissas[position], received))
                index += 1
            }
        }
    }

    /// The readings in the order of the columns: the first of every message, then the second of those that have one, …
    private static func byPlace(_ counts: [Int64]) -> [(place: Int, index: Int)] {
        var starts: [(start: Int, count: Int)] = []
        var total = 0
        for count in counts {
            starts.append((total, Int(count)))
            total += Int(count)
        }
        var order: [(place: Int, index: Int)] = []
        order.reserveCapacity(total)
        var place = 0
        while !starts.isEmpty {
            for message in starts { order.append((place, message.start + place)) }
            place += 1
            starts.removeAll { $0.count <= place }
        }
        return order
    }

    private static func marks(of reading: StoredReading) -> UInt8 {
        reading.value.scale | (reading.isRounded ? rounded : 0) | (reading.isTrusted ? 0 : untrusted)
    }

    private static func reading(
        _ series: Int64, _ time: ReadingTime, marks: UInt8, _ mantissa: Int64, _ received: Instant?
    ) throws(BrokenBytes) -> StoredReading {
        let scale = marks & 0x1F
        guard scale <= 18 else { throw BrokenBytes(reason: "scale beyond 18") }
        return StoredReading(
            series: SeriesID(rawValue: series), time: time, value: DecimalValue(mantissa: mantissa, scale: scale),
            isRounded: marks & rounded != 0, isTrusted: marks & untrusted == 0, receivedAt: received)
    }
}

extension JournalBody {
    private static let extended: UInt8 = 0x80
    private static let hasReceived: UInt8 = 0x08
    private static let hasUncertainty: UInt8 = 0x10
    private static let sourceMask: UInt8 = 0x07

    /// Format 1: one packet after the other, then one reading after the other.
    private static func decodeFirstFormat(
        _ reader: inout ByteReader, packets: (PacketRecord) -> Void, readings: (StoredReading) -> Void
    ) throws(BrokenBytes) {
        for _ in 0..<(try reader.count(atMost: reader.remaining / 10)) {
            let low = UInt16(try reader.byte())
            let id = low | UInt16(try reader.byte()) << 8
            packets(PacketRecord(id: id, digest: try reader.fixed64()))
        }
        var series: Int64 = 0
        var time: Int64 = 0
        for _ in 0..<(try reader.count(atMost: reader.remaining / 4)) {
            series = series &+ (try reader.zigzag())
            time = time &+ (try reader.zigzag())
            let marks = try reader.byte()
            let mantissa = try reader.zigzag()
            var source = TimeSource.received
            var uncertainty: Int64 = 0
            var received: Instant?
            if marks & extended != 0 {
                let more = try reader.byte()
                guard let known = TimeSource(rawValue: more & sourceMask) else {
                    throw BrokenBytes(reason: "unknown time source")
                }
                source = known
                if more & hasUncertainty != 0 { uncertainty = try reader.zigzag() }
                if more & hasReceived != 0 { received = Instant(milliseconds: time &+ (try reader.zigzag())) }
            }
            let stamp = ReadingTime(Instant(milliseconds: time), source: source, uncertainty: uncertainty)
            readings(try reading(series, stamp, marks: marks, mantissa, received))
        }
    }
}
