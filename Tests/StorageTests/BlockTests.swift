import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Blocks and journal rows")
struct BlockTests {
    static func rows(_ random: inout SeededGenerator) -> [BlockRow] {
        let count = Int.random(in: 0...300, using: &random)
        let isWild = Bool.random(using: &random)
        var time = Int64.random(in: -1_000_000...1_790_000_000_000, using: &random)
        return (0..<count).map { _ in
            time += Int64.random(in: 0...(isWild ? 1 << 40 : 2000), using: &random)
            let source = TimeSource.allCases.randomElement(using: &random) ?? .device
            let uncertainty = Bool.random(using: &random) ? 0 : Int64.random(in: .min ... .max, using: &random)
            let received: Instant? =
                Bool.random(using: &random) ? nil : Instant(milliseconds: .random(in: .min ... .max, using: &random))
            var values: [(series: Int64, value: BlockValue)] = []
            for series in [Int64(1), 2, 900, .max] where Int.random(in: 0..<4, using: &random) > 0 {
                let mantissa =
                    isWild ? Int64.random(in: .min ... .max, using: &random) : .random(in: -500...500, using: &random)
                let value = DecimalValue(mantissa: mantissa, scale: .random(in: 0...(isWild ? 18 : 2), using: &random))
                values.append(
                    (
                        series,
                        BlockValue(
                            value: value, isRounded: .random(using: &random),
                            isTrusted: isWild ? .random(using: &random) : true)
                    ))
            }
            return BlockRow(
                time: ReadingTime(Instant(milliseconds: time), source: source, uncertainty: uncertainty),
                receivedAt: received, values: values)
        }
    }

    @Test("Decoding gives back what was encoded, for any values, times and absences")
    func roundTrip() throws {
        var random = SeededGenerator(state: 1)
        for _ in 0..<60 {
            let rows = BlockTests.rows(&random)
            let decoded = try Block.encode(rows[...]).withUnsafeBufferPointer { try BlockColumns($0).allRows() }
            #expect(decoded == rows)
            let packed = Block.pack(rows)
            var joined: [BlockRow] = []
            for block in packed {
                joined += try block.body.withUnsafeBufferPointer { try BlockColumns($0).allRows() }
                #expect(block.body.count <= Block.maximumSize)
            }
            #expect(joined == rows)
        }
    }

    @Test("Every integer column encoding gives back any integers")
    func columns() throws {
        var random = SeededGenerator(state: 2)
        for round in 0..<300 {
            let limit = Int64(1) << Int64(round % 63)
            let values = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                round % 63 == 62
                    ? Int64.random(in: .min ... .max, using: &random)
                    : Int64.random(in: -limit...limit, using: &random)
            }
            var writer = ByteWriter()
            IntegerColumn.encode(values, into: &writer)
            let decoded = try writer.bytes.withUnsafeBufferPointer { bytes in
                var reader = ByteReader(bytes)
                return try IntegerColumn.decode(values.count, from: &reader)
            }
            #expect(decoded == values)
        }
    }

    @Test("A column that repeats itself is deflated, one without any order is not")
    func deflated() {
        func encoding(_ values: [Int64]) -> UInt8 {
            var writer = ByteWriter()
            IntegerColumn.encode(values, into: &writer)
            return writer.bytes[0]
        }
        var random = SeededGenerator(state: 6)
        #expect(encoding((0..<700).map { [3, 900, 17, 4, 55_000][$0 % 5] }) >= IntegerColumn.packedDelta)
        #expect(
            encoding((0..<700).map { _ in .random(in: 0...1_000_000_000, using: &random) }) < IntegerColumn.packedDelta)
    }

    @Test("Hostile bytes are refused or decoded, but never crash")
    func hostile() {
        var random = SeededGenerator(state: 3)
        for round in 0..<1500 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
                if !bytes.isEmpty { bytes[0] = UInt8(round % 3) }
            } else {
                let rows = BlockTests.rows(&random)
                bytes = Block.encode(rows.prefix(20))
                bytes.removeLast(4)
                for _ in 0..<3 {
                    bytes[Int.random(in: 1..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            // With a checksum that fits, so that the decoder itself is tried.
            var writer = ByteWriter(bytes: bytes)
            writer.fixed32(Checksum.crc32(bytes))
            writer.bytes.withUnsafeBufferPointer { bytes in
                _ = try? BlockColumns(bytes)
                _ = try? BlockColumns(bytes) { $0 % 2 == 0 }
                try? JournalBody.decode(bytes) { _ in }
            }
        }
    }

    @Test("A changed byte is found by the checksum")
    func flipped() throws {
        var random = SeededGenerator(state: 4)
        var bytes = Block.encode(BlockTests.rows(&random).prefix(50))
        bytes[bytes.count / 2] ^= 4
        #expect(throws: BrokenBytes.self) { try bytes.withUnsafeBufferPointer { try BlockColumns($0).allRows() } }
    }

    @Test("A journal row gives back packets and readings")
    func journal() throws {
        var random = SeededGenerator(state: 5)
        let readings = BlockTests.rows(&random).flatMap(\.readings)
        let packets = (0..<40).map {
            PacketRecord(id: UInt16($0 * 1000), digest: random.next() &+ UInt64($0))
        }
        let bytes = JournalBody.encode(packets: packets, readings: readings)
        var foundPackets: [PacketRecord] = []
        var found: [StoredReading] = []
        try bytes.withUnsafeBufferPointer { bytes in
            try JournalBody.decode(bytes, packets: { foundPackets.append($0) }, readings: { found.append($0) })
        }
        #expect(found == readings)
        #expect(foundPackets == packets)
        #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test("A journal row of the first format is still read")
    func firstFormat() throws {
        var random = SeededGenerator(state: 7)
        let readings = BlockTests.rows(&random).flatMap(\.readings)
        let bytes = FirstJournalFormat.encode(packets: [(65_535, 0x0102_0304_F0F0_0000)], readings: readings)
        var packets: [PacketRecord] = []
        var found: [StoredReading] = []
        try bytes.withUnsafeBufferPointer { bytes in
            try JournalBody.decode(bytes, packets: { packets.append($0) }, readings: { found.append($0) })
        }
        #expect(!readings.isEmpty && found == readings)
        #expect(packets == [PacketRecord(id: 65_535, digest: 0x0102_0304_F0F0_0000)])
    }

    @Test("A commit of twenty messages with three readings leaves room for a second one in its page")
    func size() {
        var random = SeededGenerator(state: 8)
        let packets = (1...20).map { PacketRecord(id: $0, digest: random.next()) }
        var readings: [StoredReading] = []
        for message in Int64(0)..<20 {
            let device = Int64.random(in: 0..<200, using: &random)
            let time = ReadingTime(Instant(milliseconds: 1_790_000_000_000 + message * 50), source: .received)
            for (field, (range, scale)) in [(0...20_000, UInt8(1)), (0...900_000, 3), (1500...3000, 2)].enumerated() {
                readings.append(
                    StoredReading(
                        series: SeriesID(rawValue: device * 3 + Int64(field)), time: time,
                        value: DecimalValue(mantissa: Int64(Int.random(in: range, using: &random)), scale: scale)))
            }
        }
        #expect(JournalBody.encode(packets: packets, readings: readings).count < 450)
    }
}
