extension JSONText {
    /// Hashes one more key of a path.
    @inline(__always)
    func mix(_ hash: UInt64, keyOf node: JSONNode) -> UInt64 {
        let key = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[Int(node.keyStart)..<Int(node.keyEnd)])
        // Set apart from the places of lists, which are mixed as they are.
        var hash = hash &+ 0x5851_F42D_4C95_7F2D
        var offset = 0
        while offset + 8 <= key.count {
            hash = mix(hash, key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest = UInt64(key.count)
        while offset < key.count {
            rest = rest << 8 | UInt64(key[offset])
            offset += 1
        }
        return mix(hash, rest)
    }

    @inline(__always)
    func mix(_ hash: UInt64, _ number: UInt64) -> UInt64 {
        let mixed = (hash ^ (number &+ 0x1_0000)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    /// One number for all keys and how they are nested, whatever the values.
    func shape(from seed: UInt64) -> UInt64 {
        var hash = seed
        for node in nodes {
            if node.keyStart >= 0 { hash = mix(hash, keyOf: node) }
            hash = mix(hash, UInt64(truncatingIfNeeded: node.next))
        }
        return hash
    }

    /// The keys that lead from the root to a node.
    func path(to target: Int) -> [String] {
        var path: [String] = []
        var index = 0
        while index != target {
            var child = index + 1
            var place = 0
            while Int(nodes[child].next) <= target {
                child = Int(nodes[child].next)
                place += 1
            }
            path.append(nodes[child].keyStart < 0 ? String(place) : key(of: nodes[child]))
            index = child
        }
        return path
    }

    /// The JSON pointer of a node (RFC 6901).
    func pointer(to target: Int) -> String {
        path(to: target).map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// The text of the member of that name in the object of a node.
    func sibling(_ name: String, of target: Int) -> String? {
        guard let owner = node(at: path(to: target).dropLast()) else { return nil }
        return member(name, of: owner).map { text(of: nodes[$0]) }
    }

    /// The text of the member of that name in the nearest object around a node.
    func nearest(_ name: String, to target: Int) -> String? {
        nearestNode(name, to: target).map { text(of: nodes[$0]) }
    }

    /// The member of that name in the nearest object around a node.
    func nearestNode(_ name: String, to target: Int) -> Int? {
        var found: Int?
        var index = 0
        while index != target {
            if let member = member(name, of: index) { found = member }
            var child = index + 1
            while Int(nodes[child].next) <= target { child = Int(nodes[child].next) }
            index = child
        }
        return found
    }
}
