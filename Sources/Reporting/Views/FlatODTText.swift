/// The lines of a flat OpenDocument text: one for each paragraph and heading, as a word processor saved them.
///
/// Only plain text is taken; whatever is marked up within a line is passed over. What is no such file has no lines.
enum FlatODTText {
    static func lines(of text: String) -> [String]? {
        guard text.prefix(200).contains("<?xml"), text.prefix(4000).contains("<office:document"),
            let body = text.firstRange(of: "<office:text")
        else { return nil }
        var lines: [String] = []
        var line = ""
        var rest = text[body.upperBound...]
        while let open = rest.firstIndex(of: "<") {
            line += plain(rest[..<open])
            guard let close = rest[open...].firstIndex(of: ">") else { break }
            let tag = rest[rest.index(after: open)..<close]
            let name = tag.prefix { $0 != " " && $0 != "\n" }
            rest = rest[rest.index(after: close)...]
            switch name {
            case "/text:p", "/text:h", "text:line-break/", "text:p/", "text:h/":
                lines.append(line)
                line = ""
            case "text:tab/", "text:s", "text:s/": line += " "
            case "/office:text": return lines
            default: if tag.hasPrefix("text:p "), tag.hasSuffix("/") { lines.append("") }
            }
        }
        return lines
    }

    private static func plain(_ text: Substring) -> String {
        // Line breaks of the file's own layout are blanks.
        var result = ""
        var rest = text
        while let sign = rest.firstIndex(of: "&") {
            result += rest[..<sign]
            guard let end = rest[sign...].firstIndex(of: ";") else { break }
            let name = rest[rest.index(after: sign)..<end]
            result += entities[String(name)] ?? number(name) ?? ""
            rest = rest[rest.index(after: end)...]
        }
        return (result + rest).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .joined(separator: " ")
    }

    private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    /// `#39` or `#x27`.
    private static func number(_ name: Substring) -> String? {
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init).map { String($0) }
    }
}
