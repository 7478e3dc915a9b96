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
