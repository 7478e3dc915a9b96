/// A topic with named parts: `tele/{device}/SENSOR`, `{device...}/status/{field}`; `*` stands for any run of letters.
struct TopicPattern: Hashable, Sendable {
    private enum Segment: Hashable, Sendable {
        case word(Glob)
        case name(String)
        case rest(String)
    }

    let text: String
    private let segments: [Segment]

    /// Nil where a part has an unclosed bracket or more than one part may be of any depth.
    init?(_ text: String) {
        self.text = text
        var segments: [Segment] = []
        for part in text.split(separator: "/") {
            if part.hasPrefix("{") {
                guard part.hasSuffix("}"), part.count > 2 else { return nil }
                let name = part.dropFirst().dropLast()
                segments.append(name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .name(String(name)))
            } else {
                guard !part.contains("{") else { return nil }
                segments.append(.word(Glob(part)))
            }
        }
        self.segments = segments
        let rests = segments.filter { if case .rest = $0 { true } else { false } }
        guard !segments.isEmpty, rests.count <= 2 else { return nil }
    }

    /// The named parts of a topic that matches, nil where it does not.
    func match(_ topic: [String]) -> [String: String]? {
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
        case .name(let name):
            guard let segment = topic.first else { return false }
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
