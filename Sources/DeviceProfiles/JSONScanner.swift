/// One value of a scanned JSON text; positions are byte offsets into the payload.
struct JSONNode {
    enum Kind: UInt8 {
        case object, array, string, number, yes, no, null
    }

    var kind: Kind
    /// True where the key or the text holds a backslash and needs decoding.
    var isEscaped: Bool
    /// The key between its quotation marks; -1 for elements of lists and the root.
    var keyStart: Int32
    var keyEnd: Int32
    /// The value; texts without their quotation marks.
    var start: Int32
    var end: Int32
    /// The index of the node after this one and all it contains.
    var next: Int32
}

/// Reads a JSON text (RFC 8259) in one pass into a flat list of nodes; doubled keys are kept.
///
/// The list is reused from message to message. Never reads outside the buffer; safe on hostile input.
struct JSONScanner {
    /// How deep objects and lists may stand within one another.
    static let depthLimit = 32
    /// How long a payload may be, in bytes.
    static let sizeLimit = 256 * 1024

    /// The root and everything below it, parents before their children.
    private(set) var nodes: [JSONNode] = []
    private var position = 0
    private var hasHighBytes = false

    /// Scans a text; the reason where it is not JSON, else nil.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        nodes.removeAll(keepingCapacity: true)
        position = 0
        hasHighBytes = false
        guard bytes.count <= JSONScanner.sizeLimit else { return "longer than 256 KiB" }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        skipBlanks(bytes)
        if let fault = value(bytes, keyStart: -1, keyEnd: -1, keyIsEscaped: false, depth: 0) { return fault }
        skipBlanks(bytes)
        guard position == bytes.count else { return "something follows the end of the JSON at byte \(position)" }
        if hasHighBytes, String(validating: bytes, as: UTF8.self) == nil { return "not valid UTF-8" }
        return nil
    }

    @inline(__always)
    private mutating func skipBlanks(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func value(
        _ bytes: UnsafeBufferPointer<UInt8>, keyStart: Int32, keyEnd: Int32, keyIsEscaped: Bool, depth: Int
    ) -> String? {
        guard position < bytes.count else { return "the JSON ends too early" }
        var node = JSONNode(
            kind: .null, isEscaped: keyIsEscaped, keyStart: keyStart, keyEnd: keyEnd, start: Int32(position), end: 0,
            next: Int32(nodes.count + 1))
        switch bytes[position] {
        case 0x7B, 0x5B:
            guard depth < JSONScanner.depthLimit else { return "nested deeper than \(JSONScanner.depthLimit) levels" }
            node.kind = bytes[position] == 0x7B ? .object : .array
            let index = nodes.count
            nodes.append(node)
            if let fault = members(bytes, isObject: node.kind == .object, depth: depth) { return fault }
            nodes[index].end = Int32(position)
            nodes[index].next = Int32(nodes.count)
            return nil
        case 0x22:
            guard let (start, end, isEscaped) = text(bytes) else {
                return "a text without its end, with control bytes or a wrong escape"
            }
            node.kind = .string
            node.isEscaped = keyIsEscaped || isEscaped
            node.start = start
            node.end = end
        case 0x74:
            guard word("true", bytes) else { return unknownWord }
            node.kind = .yes
        case 0x66:
            guard word("false", bytes) else { return unknownWord }
            node.kind = .no
        case 0x6E:
            guard word("null", bytes) else { return unknownWord }
        case 0x2D, 0x30...0x39:
            guard number(bytes) else { return "a malformed number at byte \(node.start)" }
            node.kind = .number
            node.end = Int32(position)
        default:
            return unknownWord
        }
        if node.end == 0 { node.end = Int32(position) }
        nodes.append(node)
        return nil
    }

    private var unknownWord: String { "not JSON at byte \(position)" }

    private mutating func members(_ bytes: UnsafeBufferPointer<UInt8>, isObject: Bool, depth: Int) -> String? {
        let close: UInt8 = isObject ? 0x7D : 0x5D
        position += 1
        skipBlanks(bytes)
        if position < bytes.count, bytes[position] == close {
            position += 1
            return nil
        }
        while true {
            var key: (start: Int32, end: Int32, isEscaped: Bool) = (-1, -1, false)
            if isObject {
                guard position < bytes.count, bytes[position] == 0x22, let found = text(bytes) else {
                    return "a key is missing at byte \(position)"
                }
                key = found
                skipBlanks(bytes)
                guard position < bytes.count, bytes[position] == 0x3A else {
                    return "':' is missing at byte \(position)"
                }
                position += 1
                skipBlanks(bytes)
            }
            let fault = value(
                bytes, keyStart: key.start, keyEnd: key.end, keyIsEscaped: key.isEscaped, depth: depth + 1)
            if let fault { return fault }
            skipBlanks(bytes)
            guard position < bytes.count else { return "the JSON ends too early" }
            let byte = bytes[position]
            position += 1
            if byte == close { return nil }
            guard byte == 0x2C else { return "',' is missing at byte \(position - 1)" }
            skipBlanks(bytes)
        }
    }

    @inline(__always)
    private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> (start: Int32, end: Int32, isEscaped: Bool)? {
        position += 1
        let start = position
        var isEscaped = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x22 {
                position += 1
                return (Int32(start), Int32(position - 1), isEscaped)
            }
            if byte == 0x5C {
                isEscaped = true
                guard skipEscape(bytes) else { return nil }
                continue
            }
            guard byte >= 0x20 else { return nil }
            if byte >= 0x80 { hasHighBytes = true }
            position += 1
        }
        return nil
    }

    @inline(never)
    private mutating func skipEscape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard position + 1 < bytes.count else { return false }
        switch bytes[position + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            position += 2
            return true
        case 0x75:
            guard position + 5 < bytes.count else { return false }
            for offset in 2...5 {
                let byte = bytes[position + offset]
                guard byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 else { return false }
            }
            position += 6
            return true
        default: return false
        }
    }

    private mutating func word(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes[position] == 0x2D { position += 1 }
        // RFC 8259 allows no leading zero; such a text is an identifier rather than a number.
        if position + 1 < bytes.count, bytes[position] == 0x30, bytes[position + 1] &- 0x30 < 10 { return false }
        guard digits(bytes) else { return false }
        if position < bytes.count, bytes[position] == 0x2E {
            position += 1
            guard digits(bytes) else { return false }
        }
        if position < bytes.count, bytes[position] == 0x65 || bytes[position] == 0x45 {
            position += 1
            if position < bytes.count, bytes[position] == 0x2D || bytes[position] == 0x2B { position += 1 }
            return digits(bytes)
        }
        return true
    }

    @inline(__always)
    private mutating func digits(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        return position > start
    }
}
