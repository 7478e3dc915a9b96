extension IntegerColumn {
    /// The first code as a varint, then the parameter, then for each code its quotient in ones, a zero, its remainder.
    ///
    /// Rice coding with one parameter per column (R. F. Rice, JPL Publication 79-22); the parameter is the one that the
    /// mean suggests or a neighbour of it, whichever is shortest.
    static func rice(_ codes: [UInt64]) -> [UInt8] {
        guard let first = codes.first else { return [] }
        var writer = ByteWriter()
        writer.varint(first)
        let rest = codes.dropFirst()
        guard !rest.isEmpty else { return writer.bytes }
        let parameter = bestParameter(rest)
        writer.byte(UInt8(parameter))
        var bits = BitWriter(bytes: writer.bytes)
        for code in rest {
            let quotient = code >> UInt64(parameter)
            if quotient >= UInt64(riceEscape) {
                bits.append(UInt64.max, count: riceEscape)
                bits.append(code >> 32, count: 32)
                bits.append(code & 0xFFFF_FFFF, count: 32)
            } else {
                bits.append((1 << quotient) - 1, count: Int(quotient) + 1)
                bits.append(code, count: parameter)
            }
        }
        return bits.finished()
    }

    /// The differences that the codes stand for.
    static func readRice(_ count: Int, from body: ByteReader) throws(BrokenBytes) -> [Int64] {
        var reader = body
        guard count > 0 else {
            guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a column") }
            return []
        }
        var values = [Int64(zigzag: try reader.varint())]
        guard count > 1 else {
            guard reader.remaining == 0 else { throw BrokenBytes(reason: "bytes left over in a column") }
            return values
        }
        let parameter = Int(try reader.byte())
        // Each code takes at least one bit, which bounds what a wrong count can make us reserve.
        guard parameter < 32, count - 1 <= reader.remaining * 8 else { throw BrokenBytes(reason: "column too short") }
        values.reserveCapacity(count)
        var bits = BitReader(reader.rest)
        while values.count < count {
            let quotient = try bits.ones(atMost: riceEscape)
            if quotient == riceEscape {
                let upper = try bits.read(32)
                values.append(Int64(zigzag: upper << 32 | (try bits.read(32))))
            } else {
                values.append(Int64(zigzag: UInt64(quotient) << UInt64(parameter) | (try bits.read(parameter))))
            }
        }
        guard bits.isAtEnd else { throw BrokenBytes(reason: "bytes left over in a column") }
        return values
    }

    private static func bestParameter(_ codes: ArraySlice<UInt64>) -> Int {
        let sum = codes.reduce(UInt64(0)) { total, code in
            let (next, overflow) = total.addingReportingOverflow(code)
            return overflow ? .max : next
        }
        let mean = sum / UInt64(codes.count)
        let suggested = min(23, 63 - (mean | 1).leadingZeroBitCount)
        var best = (bits: Int.max, parameter: 0)
        for parameter in max(0, suggested - 3)...min(23, suggested + 2) {
            var bits = 0
            for code in codes {
                let quotient = code >> UInt64(parameter)
                bits += quotient >= UInt64(riceEscape) ? riceEscape + 64 : Int(quotient) + 1 + parameter
            }
            if bits < best.bits { best = (bits, parameter) }
        }
        return best.parameter
    }
}

/// Appends bits, the first in the lowest bit of each byte.
struct BitWriter {
    private var bytes: [UInt8]
    private var current: UInt64 = 0
    private var filled = 0

    init(bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// Appends the lowest `count` bits, at most 32.
    mutating func append(_ value: UInt64, count: Int) {
        current |= (value & ((1 << UInt64(count)) - 1)) << UInt64(filled)
        filled += count
        while filled >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: current))
            current >>= 8
            filled -= 8
        }
    }

    /// All bytes, the last filled up with zeros.
    mutating func finished() -> [UInt8] {
        if filled > 0 { bytes.append(UInt8(truncatingIfNeeded: current)) }
        current = 0
        filled = 0
        return bytes
    }
}

/// Reads what ``BitWriter`` wrote.
struct BitReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var next = 0
    /// The bits that come next, lowest first; above ``available`` there may be more, and all of them true.
    private var window: UInt64 = 0
    private var available = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Takes at least 56 bits into the window, or what is left.
    @inline(__always)
    private mutating func fill() {
        if bytes.count - next >= 8, let base = bytes.baseAddress {
            let word = UnsafeRawPointer(base + next).loadUnaligned(as: UInt64.self)
            window |= UInt64(littleEndian: word) &<< UInt64(available)
            next += (63 - available) >> 3
            available |= 56
        } else {
            while available <= 56, next < bytes.count {
                window |= UInt64(bytes[next]) << UInt64(available)
                next += 1
                available += 8
            }
        }
    }

    @inline(__always)
    private mutating func drop(_ count: Int) throws(BrokenBytes) {
        guard count <= available else { throw BrokenBytes(reason: "ends early") }
        window &>>= UInt64(count)
        available -= count
    }

    /// How many ones come before a zero, which is taken with them; `limit` of them end without one.
    @inline(__always)
    mutating func ones(atMost limit: Int) throws(BrokenBytes) -> Int {
        if available < 56 { fill() }
        let count = min((~window).trailingZeroBitCount, limit)
        try drop(count == limit ? limit : count + 1)
        return count
    }

    /// The next `count` bits, at most 32.
    @inline(__always)
    mutating func read(_ count: Int) throws(BrokenBytes) -> UInt64 {
        if available < count { fill() }
        let value = window & ((1 << UInt64(count)) - 1)
        try drop(count)
        return value
    }

    /// True where only the zeros that fill the last byte remain.
    var isAtEnd: Bool {
        (bytes.count - next) * 8 + available < 8 && window & ((1 << UInt64(available)) - 1) == 0
    }
}
