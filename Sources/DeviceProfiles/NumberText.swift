import GatewayModel

/// Reads numbers as people and devices write them in texts: blanks around, a decimal comma, a unit behind.
enum NumberText {
    struct Found {
        var value: DecimalValue
        var isRounded: Bool
        /// The unit behind the number, nil where there is none.
        var unit: Unit?
    }

    /// Nil where the text is not a number, is ambiguous (`1.234,56`) or ends in something that is no unit.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Found? {
        if let parsed = DecimalValue.parse(bytes) {
            return Found(value: parsed.value, isRounded: parsed.isRounded, unit: nil)
        }
        guard bytes.count <= 64 else { return nil }
        // A lone byte B0 is the degree sign of Latin-1, which old firmware writes.
        let text = String(validating: bytes, as: UTF8.self) ?? String(bytes.map { Character(Unicode.Scalar($0)) })
        var trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while let last = trimmed.last, last.isWhitespace || last == "\0" { trimmed.removeLast() }
        let allowed = "+-.,0123456789eE"
        var number = trimmed.prefix { allowed.contains($0) }
        while let last = number.last, last == "e" || last == "E" { number.removeLast() }
        let rest = trimmed.dropFirst(number.count).drop { $0.isWhitespace }
        var plain = String(number)
        if plain.contains(",") {
            guard !plain.contains("."), plain.count(where: { $0 == "," }) == 1 else { return nil }
            plain = plain.replacing(",", with: ".")
        }
        guard let parsed = plain.withUTF8({ DecimalValue.parse($0) }) else { return nil }
        if rest.isEmpty { return Found(value: parsed.value, isRounded: parsed.isRounded, unit: nil) }
        guard let unit = Unit.parsing(String(rest)) else { return nil }
        return Found(value: parsed.value, isRounded: parsed.isRounded, unit: unit)
    }
}
