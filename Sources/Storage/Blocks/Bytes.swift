import CZlib

/// Appends integers to a byte array in the forms that docs/storage.md describes.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// Base 128, least significant group first, high bit set on all but the last byte.
    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// Sign in the lowest bit, so that small magnitudes are short.
    mutating func zigzag(_ value: Int64) {
        varint(value.zigzag)
    }

    mutating func fixed32(_ value: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    mutating func fixed64(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// Eight to a byte, the first in the lowest bit.
    mutating func bitmap(_ bits: [Bool]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: (bits.count + 7) / 8))
        for (index, bit) in bits.enumerated() where bit { bytes[start + index / 8] |= 1 << UInt8(index % 8) }
    }
}

/// Stored bytes that do not follow the format.
struct BrokenBytes: Error {
    /// What did not fit.
    var reason: String
}

/// Reads what ``ByteWriter`` wrote; throws at the first byte that does not fit and never reads outside.
struct ByteReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// A reader of everything before the checksum, which must fit.
    init(checked bytes: UnsafeBufferPointer<UInt8>) throws(BrokenBytes) {
        guard bytes.count > 4 else { throw BrokenBytes(reason: "ends early") }
        let body = UnsafeBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
        var tail = ByteReader(UnsafeBufferPointer(rebasing: bytes[(bytes.count - 4)...]))
        guard try tail.fixed32() == Checksum.crc32(body) else { throw BrokenBytes(reason: "checksum does not fit") }
        self.init(body)
    }

    var remaining: Int { bytes.count - offset }

    mutating func byte() throws(BrokenBytes) -> UInt8 {
        guard offset < bytes.count else { throw BrokenBytes(reason: "ends early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func varint() throws(BrokenBytes) -> UInt64 {
        if offset < bytes.count, bytes[offset] < 0x80 {
            defer { offset += 1 }
            return UInt64(bytes[offset])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(BrokenBytes) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw BrokenBytes(reason: "number too long") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func zigzag() throws(BrokenBytes) -> Int64 {
        Int64(zigzag: try varint())
    }

    /// A number that must not exceed `limit`.
    mutating func count(atMost limit: Int) throws(BrokenBytes) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw BrokenBytes(reason: "count \(value) exceeds \(limit)") }
        return Int(value)
    }

    mutating func fixed32() throws(BrokenBytes) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: 0, to: 32, by: 8) { value |= UInt32(try byte()) << UInt32(shift) }
        return value
    }

    mutating func fixed64() throws(BrokenBytes) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 8) { value |= UInt64(try byte()) << UInt64(shift) }
        return value
    }

    /// The places of the bits that are set, of so many.
    mutating func bitmap(_ count: Int) throws(BrokenBytes) -> [Int] {
        var places: [Int] = []
        var current: UInt8 = 0
        for index in 0..<count {
            if index % 8 == 0 { current = try byte() }
            if current >> UInt8(index % 8) & 1 == 1 { places.append(index) }
        }
        return places
    }

    /// What was not read yet.
    var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[offset...]) }

    /// The next bytes as a reader of their own.
    mutating func slice(_ length: Int) throws(BrokenBytes) -> ByteReader {
        guard length >= 0, length <= remaining else { throw BrokenBytes(reason: "ends early") }
        defer { offset += length }
        return ByteReader(UnsafeBufferPointer(rebasing: bytes[offset..<offset + length]))
    }
}

extension Int64 {
    var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }

    init(zigzag value: UInt64) {
        self = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

/// CRC-32 as in IEEE 802.3, by zlib.
enum Checksum {
    static func crc32(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        UInt32(truncatingIfNeeded: CZlib.crc32(0, bytes.baseAddress, uInt(bytes.count)))
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBufferPointer { crc32($0) } }
}
