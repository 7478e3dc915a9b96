import GatewayModel

/// A JSON value whose members keep their order, so that the same report is the same bytes.
enum JSONNode {
    case object([(String, JSONNode)])
    case array([JSONNode])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    static func decimal(_ value: DecimalValue?) -> JSONNode { value.map { .number($0.description) } ?? .null }

    static func integer(_ value: some BinaryInteger) -> JSONNode { .number(String(value)) }

    static func optional(_ value: (some BinaryInteger)?) -> JSONNode { value.map { integer($0) } ?? .null }

    static func time(_ value: Instant?) -> JSONNode { value.map { .string($0.description) } ?? .null }

    /// The text with two blanks a level.
    func text(indent: Int = 0) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch self {
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let lines = members.map { "\(inner)\(Escaping.json($0)): \($1.text(indent: indent + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        case .array(let items):
            guard !items.isEmpty else { return "[]" }
            return "[\n" + items.map { inner + $0.text(indent: indent + 1) }.joined(separator: ",\n") + "\n\(outer)]"
        case .string(let text): return Escaping.json(text)
        case .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .null: return "null"
        }
    }
}
