import GatewayModel

/// The blob of one journal row: the packets and readings of one commit; format 1 of docs/storage.md.
struct JournalBody {
    static let format: UInt8 = 1

    private static let scaleMask: UInt8 = 0x1F
    private static let rounded: UInt8 = 0x20
    private static let untrusted: UInt8 = 0x40
    private static let extended: UInt8 = 0x80
    private static let hasReceived: UInt8 = 0x08
    private static let hasUncertainty: UInt8 = 0x10
    private static let sourceMask: UInt8 = 0x07

    static func encode(packets: [PacketRecord], readings: [StoredReading]) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(32 + packets.count * 10 + readings.count * 10)
        writer.byte(format)
        writer.varint(UInt64(packets.count))
        for packet in packets {
            writer.byte(UInt8(packet.id & 0xFF))
            writer.byte(UInt8(packet.id >> 8))
            writer.fixed64(packet.digest)
        }
        writer.varint(UInt64(readings.count))
        var series: Int64 = 0
        var time: Int64 = 0
        for reading in readings {
            writer.zigzag(reading.series.rawValue &- series)
            series = reading.series.rawValue
            let milliseconds = reading.time.instant.milliseconds
            writer.zigzag(milliseconds &- time)
            time = milliseconds
            // The plain case, dated by its arrival and nothing to remark, takes one byte for all marks.
            let isPlain =
                reading.time.source == .received && reading.time.uncertainty == 0 && reading.receivedAt == nil
            writer.byte(
                reading.value.scale | (reading.isRounded ? rounded : 0) | (reading.isTrusted ? 0 : untrusted)
                    | (isPlain ? 0 : extended))
            writer.zigzag(reading.value.mantissa)
            if !isPlain {
                let hasUncertain = reading.time.uncertainty != 0
                writer.byte(
                    reading.time.source.rawValue | (reading.receivedAt != nil ? hasReceived : 0)
                        | (hasUncertain ? hasUncertainty : 0))
                if hasUncertain { writer.zigzag(reading.time.uncertainty) }
                if let received = reading.receivedAt { writer.zigzag(received.milliseconds &- milliseconds) }
            }
        }
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, packets: (PacketRecord) -> Void = { _ in },
        readings: (StoredReading) -> Void
    ) throws(BrokenBytes) {
        var reader = try ByteReader(checked: bytes)
        guard try reader.byte() == format else { throw BrokenBytes(reason: "unknown format") }
        for _ in 0..<(try reader.count(atMost: reader.remaining / 10)) {
            let low = UInt16(try reader.byte())
            let id = low | UInt16(try reader.byte()) << 8
            packets(PacketRecord(id: id, digest: try reader.fixed64()))
        }
        let count = try reader.count(atMost: reader.remaining / 4)
        var series: Int64 = 0
        var time: Int64 = 0
        for _ in 0..<count {
            series = series &+ (try reader.zigzag())
            time = time &+ (try reader.zigzag())
            let marks = try reader.byte()
            let scale = marks & scaleMask
            guard scale <= 18 else { throw BrokenBytes(reason: "scale beyond 18") }
            let value = DecimalValue(mantissa: try reader.zigzag(), scale: scale)
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
            readings(
                StoredReading(
                    series: SeriesID(rawValue: series),
                    time: ReadingTime(Instant(milliseconds: time), source: source, uncertainty: uncertainty),
                    value: value, isRounded: marks & rounded != 0, isTrusted: marks & untrusted == 0,
                    receivedAt: received))
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a journal row") }
    }
}
