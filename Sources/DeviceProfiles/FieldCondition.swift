import GatewayModel

/// A member of the message, or a named part of its topic, on which a rule depends.
struct FieldCondition: Sendable {
    enum Wanted: Sendable {
        case words([Glob])
        case range(ClosedRange<DecimalValue>)
    }

    /// The name of a member of the nearest object around the value, or a path from the root where it has slashes.
    var name: String
    var path: [String]
    var wanted: Wanted

    func accepts(_ text: String) -> Bool {
        switch wanted {
        case .words(let words): return words.contains { $0.matches(text) }
        case .range(let range): return DecimalValue(text).map(range.contains) ?? false
        }
    }

    /// True where the message around a node meets the condition; a `null` never does.
    func holds(_ json: JSONText, near index: Int) -> Bool {
        if path.count > 1 {
            guard let node = json.node(at: path), json.nodes[node].kind != .null else { return false }
            return accepts(json.text(of: json.nodes[node]))
        }
        guard let text = json.nearest(name, to: index), text != "null" else { return false }
        return accepts(text)
    }
}

extension FieldRule {
    /// True where a part of the topic excludes the rule; parts are the same for all messages of a route.
    func isExcluded(by names: [String: String]) -> Bool {
        conditions.contains { condition in names[condition.name].map { !condition.accepts($0) } ?? false }
    }

    /// True where a message meets the conditions for the value at a node.
    func holds(_ json: JSONText, _ names: [String: String], at index: Int) -> Bool {
        if let values {
            guard let number = NumberText.read(json.slice(of: json.nodes[index]))?.value, values.contains(number) else {
                return false
            }
        }
        return conditions.allSatisfy { names[$0.name] != nil || $0.holds(json, near: index) }
    }
}
