import Foundation

/// One JSON object as a line, keys sorted so that output is the same every time.
enum JSONLine {
    /// The line of an encodable value with snake_case keys.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The plain members of an object as text, numbers digit by digit; nil where the line is no object.
    static func members(of line: Substring) -> [String: String]? {
        (try? JSONDecoder().decode([String: Member].self, from: Data(line.utf8)))?.compactMapValues(\.text)
    }

    /// A member's text; nil for null, and for what is nested.
    private struct Member: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            guard let container = try? decoder.singleValueContainer() else {
                text = nil
                return
            }
            if let string = try? container.decode(String.self) {
                text = string
            } else if let flag = try? container.decode(Bool.self) {
                text = flag ? "true" : "false"
            } else {
                text = (try? container.decode(Decimal.self)).map { "\($0)" }
            }
        }
    }
}

/// Lines for a person and whether all is well.
public struct Finding: Sendable {
    /// What to show.
    public var lines: [String]
    /// True where nothing is wrong.
    public var isGood: Bool

    /// Makes a finding.
    public init(lines: [String], isGood: Bool) {
        self.lines = lines
        self.isGood = isGood
    }
}
