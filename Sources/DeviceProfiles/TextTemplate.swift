/// A text with named parts, such as `{model}/{id}`.
struct TextTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case name(String, path: [String])
    }

    let text: String
    private let parts: [Part]

    init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let name = String(rest[rest.index(after: open)..<close])
            parts.append(.name(name, path: DeviceProfile.path(name)))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The text with its parts filled in; nil where one of them has no value.
    func filled(_ value: (String) -> String?) -> String? {
        filled { name, _ in value(name) }
    }

    /// The text with its parts filled in, each known by its name and by that split at its slashes.
    func filled(_ value: (String, [String]) -> String?) -> String? {
        if case .name(let name, let path)? = parts.first, parts.count == 1 { return value(name, path) }
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .name(let name, let path):
                guard let text = value(name, path) else { return nil }
                result += text
            }
        }
        return result
    }
}
