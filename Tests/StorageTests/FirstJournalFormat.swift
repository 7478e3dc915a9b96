import GatewayModel

@testable import Storage

/// Journal rows as programs before format 2 wrote them: one packet and one reading after the other.
enum FirstJournalFormat {
    static func encode(packets: [(id: UInt16, digest: UInt64)], readings: [StoredReading]) -> [UInt8] {
        var writer = ByteWriter()
        func fixed(_ value: UInt64, bytes: UInt64) {
            for index in 0..<bytes { writer.byte(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        }
        writer.byte(1)
        writer.varint(UInt64(packets.count))
        for packet in packets {
            fixed(UInt64(packet.id), bytes: 2)
            fixed(packet.digest, bytes: 8)
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
            let isPlain =
                reading.time.source == .received && reading.time.uncertainty == 0 && reading.receivedAt == nil
            writer.byte(
                reading.value.scale | (reading.isRounded ? 0x20 : 0) | (reading.isTrusted ? 0 : 0x40)
                    | (isPlain ? 0 : 0x80))
            writer.zigzag(reading.value.mantissa)
            guard !isPlain else { continue }
            let isUncertain = reading.time.uncertainty != 0
            writer.byte(
                reading.time.source.rawValue | (reading.receivedAt != nil ? 0x08 : 0) | (isUncertain ? 0x10 : 0))
            if isUncertain { writer.zigzag(reading.time.uncertainty) }
            if let received = reading.receivedAt { writer.zigzag(received.milliseconds &- milliseconds) }
        }
        writer.fixed32(Checksum.crc32(writer.bytes))
        return writer.bytes
    }
}
