import GatewayModel
import Yams

/// Reads a YAML file strictly: unknown and doubled keys are problems with their line, and all problems are collected.
///
/// Create one per file, read its fields, then look at ``problems``. Not thread-safe; use it within one function.
public final class StrictYAML {
    /// The file's name, for messages.
    public let file: String
    /// Everything that was wrong so far, in the order it was found.
    public private(set) var problems: [Diagnostic] = []
    private let lineOffset: Int

    /// Makes a reader for a file; `lineOffset` is added to every line where the YAML does not start the file.
    public init(file: String, lineOffset: Int = 0) {
        self.file = file
        self.lineOffset = lineOffset
    }

    /// The top-level mapping of a YAML text with its known keys; nil where the text is not a mapping.
    public func mapping(of text: String, keys: [String]) -> Fields? {
        root(of: text)?.mapping(keys: keys)
    }

    /// The top-level mapping of a YAML text whose keys are the writer's own; nil where the text is not a mapping.
    public func anyMapping(of text: String) -> Fields? {
        root(of: text)?.anyMapping()
    }

    private func root(of text: String) -> Field? {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                report("the file is empty", at: nil, remedy: "start from the example in config/")
                return nil
            }
            return Field(node: node, path: "", reader: self)
        } catch let error as YamlError {
            report(StrictYAML.sentence(for: error), at: StrictYAML.line(of: error), remedy: "")
        } catch {
            report("cannot be read as YAML: \(error)", at: nil, remedy: "")
        }
        return nil
    }

    /// Adds a problem at a line of the YAML text.
    public func report(_ message: String, at line: Int?, remedy: String) {
        problems.append(
            Diagnostic(file: file, line: line.map { $0 + lineOffset } ?? 0, message: message, remedy: remedy))
    }

    private static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }

    private static func sentence(for error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _) where problem.contains("cannot start any token"):
            "a tab, or a sign such as @, ` or %, stands where YAML allows none; indent with blanks, and put such a text in quotes"
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        case .duplicatedKeysInMapping(let keys, _): "the key '\(keys.sorted().joined(separator: "', '"))' stands twice"
        default: "\(error)"
        }
    }
}

/// The entries of one mapping, with its unknown keys already reported.
public struct Fields {
    /// Every entry, those written as null too.
    let raw: [String: Field]
    /// The keys in the order of the file.
    public let keys: [String]
    /// The mapping as a field, for its place.
    public let owner: Field

    init(owner: Field, entries: [(key: String, field: Field)]) {
        self.owner = owner
        keys = entries.map(\.key)
        raw = Dictionary(entries.map { ($0.key, $0.field) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field of a key; nil where it is absent or written as null.
    public subscript(key: String) -> Field? {
        guard let field = raw[key], !field.isNull else { return nil }
        return field
    }

    /// The field of a key that must be there; its absence is reported with an example of what to write.
    public func required(_ key: String, example: String) -> Field? {
        if let field = self[key] { return field }
        owner.report(
            "'\(owner.path.isEmpty ? key : owner.path + "." + key)' is missing", remedy: "add `\(key): \(example)`")
        return nil
    }
}
