/// A topic with named parts: `tele/{device}/SENSOR`, `{device...}/status/{field}`, `{field:power*|voltage}`.
///
/// `*` stands for any run of letters.
struct TopicPattern: Hashable, Sendable {
    private enum Segment: Hashable, Sendable {
        case word(Glob)
        case name(String, among: [Glob])
        case rest(String)
    }

    let text: String
    private let segments: [Segment]
    /// How many parts name words, so that a more particular pattern goes before a general one.
    let words: Int
    /// True where one part stands for one or more parts of a topic.
    private let isOpen: Bool

    /// Nil where a part has an unclosed bracket or more than two parts may be of any depth.
    init?(_ text: String) {
        self.text = text
        var segments: [Segment] = []
        for part in text.split(separator: "/") {
            if part.hasPrefix("{") {
                guard part.hasSuffix("}"), part.count > 2 else { return nil }
                let inner = part.dropFirst().dropLast()
                let colon = inner.firstIndex(of: ":") ?? inner.endIndex
                let name = String(inner[..<colon])
                let words = inner[colon...].dropFirst().split(separator: "|").map { Glob($0) }
                guard !name.isEmpty, colon == inner.endIndex || !words.isEmpty else { return nil }
                segments.append(
                    inner.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .name(name, among: words))
            } else {
                guard !part.contains("{") else { return nil }
                segments.append(.word(Glob(part)))
            }
        }
        self.segments = segments
        let rests = segments.filter { if case .rest = $0 { true } else { false } }
        isOpen = !rests.isEmpty
        words = segments.count { segment in
            switch segment {
            case .word: true
            case .name(_, let among): !among.isEmpty
            case .rest: false
            }
        }
        guard !segments.isEmpty, rests.count <= 2 else { return nil }
    }

    /// The named parts of a topic that matches, nil where it does not.
    func match(_ topic: [String]) -> [String: String]? {
        // Most topics are no match, which their length, first or last part already shows.
        guard topic.count == segments.count || (isOpen && topic.count > segments.count) else { return nil }
        if let first = segments.first, case .word(let glob) = first, !glob.matches(topic[0]) { return nil }
        if let last = segments.last, case .word(let glob) = last, !glob.matches(topic[topic.count - 1]) { return nil }
        var names: [String: String] = [:]
        return TopicPattern.match(segments[...], topic[...], &names) ? names : nil
    }

    private static func match(
        _ pattern: ArraySlice<Segment>, _ topic: ArraySlice<String>, _ names: inout [String: String]
    ) -> Bool {
        guard let first = pattern.first else { return topic.isEmpty }
        switch first {
        case .word(let glob):
            guard let segment = topic.first, glob.matches(segment) else { return false }
        case .name(let name, let words):
            guard let segment = topic.first, words.isEmpty || words.contains(where: { $0.matches(segment) }) else {
                return false
            }
            names[name] = segment
        case .rest(let name):
            guard !topic.isEmpty else { return false }
            for count in (1...topic.count).reversed()
            where match(pattern.dropFirst(), topic.dropFirst(count), &names) {
                names[name] = topic.prefix(count).joined(separator: "/")
                return true
            }
            return false
        }
        return match(pattern.dropFirst(), topic.dropFirst(), &names)
    }
}
