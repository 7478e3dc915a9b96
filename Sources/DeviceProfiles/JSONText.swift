/// Reads texts and nodes out of a scanned payload.
struct JSONText {
    let bytes: UnsafeBufferPointer<UInt8>
    let nodes: [JSONNode]

    /// The key of a node; empty for elements of lists.
    func key(of node: JSONNode) -> String {
        node.keyStart < 0 ? "" : decoded(Int(node.keyStart), Int(node.keyEnd), isEscaped: node.isEscaped)
    }

    /// The text of a text node, or the literal of a number or word.
    func text(of node: JSONNode) -> String {
        decoded(Int(node.start), Int(node.end), isEscaped: node.isEscaped && node.kind == .string)
    }

    /// The bytes of a value.
    func slice(of node: JSONNode) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
    }

    /// The member of that key directly within an object, compared without regard to the case of ASCII letters.
    func member(_ key: String, of index: Int) -> Int? {
        guard nodes[index].kind == .object else {
            guard nodes[index].kind == .array, let wanted = Int(key) else { return nil }
            var child = index + 1
            var count = 0
            while child < Int(nodes[index].next) {
                if count == wanted { return child }
                count += 1
                child = Int(nodes[child].next)
            }
            return nil
        }
        var child = index + 1
        var key = key
        return key.withUTF8 { wanted in
            while child < Int(nodes[index].next) {
                let node = nodes[child]
                if isSame(node, wanted) { return child }
                child = Int(node.next)
            }
            return nil
        }
    }

    /// The node at a path below a node.
    func node(at path: [String], from index: Int = 0) -> Int? {
        var index = index
        for key in path {
            guard let next = member(key, of: index) else { return nil }
            index = next
        }
        return index
    }

    private func isSame(_ node: JSONNode, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        guard node.keyStart >= 0, Int(node.keyEnd - node.keyStart) == wanted.count else { return false }
        for offset in 0..<wanted.count
        where Glob.lowered(bytes[Int(node.keyStart) + offset]) != Glob.lowered(wanted[offset]) {
            return false
        }
        return true
    }

    private func decoded(_ start: Int, _ end: Int, isEscaped: Bool) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<end])
        guard isEscaped, slice.contains(0x5C) else { return String(decoding: slice, as: UTF8.self) }
        var units: [UInt16] = []
        var rest = Array(String(decoding: slice, as: UTF8.self).utf16)[...]
        while let unit = rest.popFirst() {
            guard unit == 0x5C, let escape = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch escape {
            case 0x6E: units.append(0x0A)
            case 0x74: units.append(0x09)
            case 0x72: units.append(0x0D)
            case 0x62: units.append(0x08)
            case 0x66: units.append(0x0C)
            case 0x75:
                units.append(UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) ?? 0xFFFD)
                rest = rest.dropFirst(4)
            default: units.append(escape)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
