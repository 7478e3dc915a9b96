/// A word in which `*` stands for any run of bytes and `?` for one; ASCII letters match in either case.
struct Glob: Hashable, Sendable {
    let text: String
    private let pattern: [UInt8]

    init(_ text: some StringProtocol) {
        self.text = String(text)
        pattern = text.utf8.map(Glob.lowered)
    }

    /// True where the word stands for any run of path segments.
    var isAnyDepth: Bool { text == "**" }

    func matches(_ word: String) -> Bool {
        var word = word
        return word.withUTF8 { matches($0) }
    }

    private func matches(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        var (p, w) = (0, 0)
        var (star, mark) = (-1, 0)
        while w < word.count {
            if p < pattern.count, pattern[p] == 0x2A {
                (star, mark) = (p, w)
                p += 1
            } else if p < pattern.count, pattern[p] == Glob.lowered(word[w]) || pattern[p] == 0x3F {
                p += 1
                w += 1
            } else if star >= 0 {
                mark += 1
                (p, w) = (star + 1, mark)
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == 0x2A { p += 1 }
        return p == pattern.count
    }

    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

/// A path of words within a message, written `ENERGY/Total`, `*/Temperature` or `**/power`.
struct FieldPath: Hashable, Sendable {
    let text: String
    private let globs: [Glob]

    init(_ text: String) {
        self.text = text
        globs = text.split(separator: "/", omittingEmptySubsequences: false).map { Glob($0) }
    }

    /// True where it ends in that very key, without a wildcard.
    func names(_ key: String) -> Bool {
        text.split(separator: "/").last?.lowercased() == key.lowercased()
    }

    func matches(_ segments: [String]) -> Bool {
        FieldPath.matches(globs[...], segments[...])
    }

    private static func matches(_ globs: ArraySlice<Glob>, _ segments: ArraySlice<String>) -> Bool {
        guard let first = globs.first else { return segments.isEmpty }
        if first.isAnyDepth {
            for skipped in 0...segments.count where matches(globs.dropFirst(), segments.dropFirst(skipped)) {
                return true
            }
            return false
        }
        guard let segment = segments.first, first.matches(segment) else { return false }
        return matches(globs.dropFirst(), segments.dropFirst())
    }
}
