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

    /// Quotients from here on are written as this many ones and 64 plain bits.
    static let riceEscape = 24

    static func encode(_ values: [Int64], into writer: inout ByteWriter) {
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
        let candidates = [
            (delta, zeroRuns(deltas)), (deltaOfDelta, zeroRuns(seconds)), (riceDelta, rice(deltas)),
            (riceDeltaOfDelta, rice(seconds)),
        ]
        var best = candidates[0]
        for candidate in candidates.dropFirst() where candidate.1.count < best.1.count { best = candidate }
        writer.byte(best.0)
        writer.varint(UInt64(best.1.count))
        writer.bytes.append(contentsOf: best.1)
    }

    static func decode(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) -> [Int64] {
        let encoding = try reader.byte()
        let length = try reader.count(atMost: reader.remaining)
        let body = try reader.slice(length)
        let codes: [UInt64]
        switch encoding {
        case delta, deltaOfDelta: codes = try readZeroRuns(count, from: body)
        case riceDelta, riceDeltaOfDelta: codes = try readRice(count, from: body)
        default: throw BrokenBytes(reason: "unknown encoding \(encoding)")
        }
        let isSecond = encoding == deltaOfDelta || encoding == riceDeltaOfDelta
        var values: [Int64] = []
        values.reserveCapacity(count)
        var previous: Int64 = 0
        var step: Int64 = 0
        for (index, code) in codes.enumerated() {
            let number = Int64(zigzag: code)
            step = isSecond && index >= 2 ? step &+ number : number
            previous = previous &+ step
            values.append(previous)
        }
        return values
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

    private static func readZeroRuns(_ count: Int, from body: ByteReader) throws(BrokenBytes) -> [UInt64] {
        var reader = body
        var codes: [UInt64] = []
        codes.reserveCapacity(count)
        while codes.count < count {
            let code = try reader.varint()
            codes.append(code)
            guard code == 0 else { continue }
            let further = try reader.count(atMost: count - codes.count)
            codes.append(contentsOf: repeatElement(0, count: further))
        }
        guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a column") }
        return codes
    }
}
