import Foundation

/// Reads and writes the strings of the SSH protocols: four bytes with the length, highest first (RFC 4251, section 5).
struct SSHWire {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) {
        rest = ArraySlice(Array(bytes))
    }

    /// True where nothing is left.
    var isAtEnd: Bool { rest.isEmpty }

    /// So many bytes; nil where fewer are left.
    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A number of four bytes.
    mutating func number() -> UInt32? {
        bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A string; nil where it is cut off.
    mutating func string() -> [UInt8]? {
        guard let length = number(), length <= rest.count else { return nil }
        return bytes(Int(length))
    }

    /// The bytes of a string.
    static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
        number(UInt32(truncatingIfNeeded: bytes.count)) + bytes
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// The bytes of a base64 text in which line ends and spaces may stand; nil for anything else.
    static func base64(_ text: some StringProtocol) -> [UInt8]? {
        let dense = text.filter { !$0.isWhitespace }
        return dense.isEmpty ? nil : Data(base64Encoded: String(dense)).map { [UInt8]($0) }
    }
}
