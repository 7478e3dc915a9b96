/// Columns of integers, each in the smallest of a few encodings; the first byte says which.
enum IntegerColumn {
    /// Differences to the previous value as varints, zero runs shortened.
    static let delta: UInt8 = 0
    /// Differences of differences as varints, zero runs shortened.
    static let deltaOfDelta: UInt8 = 1
    /// Differences as Rice codes.
    static let riceDelta: UInt8 = 2
    /// Differences of differences as Rice codes.
    static let riceDeltaOfDelta: UInt8 = 3
    /// As ``delta``, deflated; since format 2 of blocks.
    static let packedDelta: UInt8 = 4
    /// As ``deltaOfDelta``, deflated; since format 2 of blocks.
    static let packedDeltaOfDelta: UInt8 = 5

    /// Quotients from here on are written as this many ones and 64 plain bits.
    static let riceEscape = 24
    /// More bytes than these never stand in a column before it is deflated: ten for each row, twice.
    private static let maximumUnpacked = Block.maximumRows * 20

    /// Writes a column; `deflating` tries that too, which takes ten times as long as all else.
    static func encode(_ values: [Int64], into writer: inout ByteWriter, deflating: Bool = true) {
        var deltas: [UInt64] = []
        var seconds: [UInt64] = []
        deltas.reserveCapacity(values.count)
        seconds.reserveCapacity(values.count)
        var previous: Int64 = 0
        var previousDelta: Int64 = 0
        for (index, value) in values.enumerated() {
            let step = value &- previous
            deltas.append(step.zigzag)
            // The first difference is the value itself, so the second starts from zero again.
            seconds.append(index < 2 ? step.zigzag : (step &- previousDelta).zigzag)
            previous = value
            previousDelta = step
        }
        let runs = [(delta, zeroRuns(deltas)), (deltaOfDelta, zeroRuns(seconds))]
        var candidates = runs + [(riceDelta, rice(deltas)), (riceDeltaOfDelta, rice(seconds))]
        // Deflating must gain a sixteenth, since it is read more slowly, and cannot in a few bytes.
        let shortest = candidates.map(\.1.count).min() ?? 0
        for (encoding, bytes) in runs where deflating && shortest > 64 && bytes.count <= maximumUnpacked {
            guard let packed = Deflate.packed(bytes), packed.count + 3 <= shortest - shortest / 16 else { continue }
            var body = ByteWriter()
            body.varint(UInt64(bytes.count))
            candidates.append((encoding + packedDelta, body.bytes + packed))
        }
        var best = candidates[0]
        for candidate in candidates.dropFirst() where candidate.1.count < best.1.count { best = candidate }
        writer.byte(best.0)
        writer.varint(UInt64(best.1.count))
        writer.bytes.append(contentsOf: best.1)
    }

    static func decode(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) -> [Int64] {
        let encoding = try reader.byte()
        var body = try reader.slice(try reader.count(atMost: reader.remaining))
        var values: [Int64]
        switch encoding {
        case delta, deltaOfDelta: values = try readZeroRuns(count, from: &body)
        case riceDelta, riceDeltaOfDelta: values = try readRice(count, from: body)
        case packedDelta, packedDeltaOfDelta:
            let length = try body.count(atMost: maximumUnpacked)
            let bytes = try Deflate.unpacked(body.rest, count: length)
            values = try bytes.withUnsafeBufferPointer { bytes throws(BrokenBytes) in
                var inner = ByteReader(bytes)
                return try readZeroRuns(count, from: &inner)
            }
        default: throw BrokenBytes(reason: "unknown encoding \(encoding)")
        }
        values.withUnsafeMutableBufferPointer { values in
            addUp(values, isSecond: encoding % 2 == 1)
        }
        return values
    }

    /// Turns differences into values, in place.
    private static func addUp(_ values: UnsafeMutableBufferPointer<Int64>, isSecond: Bool) {
        var previous: Int64 = 0
        var step: Int64 = 0
        for index in values.indices {
            step = isSecond && index >= 2 ? step &+ values[index] : values[index]
            previous = previous &+ step
            values[index] = previous
        }
    }

    /// A zero is followed by how many further zeros come.
    private static func zeroRuns(_ codes: [UInt64]) -> [UInt8] {
        var writer = ByteWriter()
        var index = 0
        while index < codes.count {
            let code = codes[index]
            writer.varint(code)
            index += 1
            guard code == 0 else { continue }
            let start = index
            while index < codes.count, codes[index] == 0 { index += 1 }
            writer.varint(UInt64(index - start))
        }
        return writer.bytes
    }

    private static func readZeroRuns(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        while values.count < count {
            let code = try reader.varint()
            values.append(Int64(zigzag: code))
            guard code == 0 else { continue }
            let further = try reader.count(atMost: count - values.count)
            values.append(contentsOf: repeatElement(0, count: further))
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a column") }
        return values
    }
}
