/// Makes text from devices and people harmless for the place it goes to: names, notes, payload excerpts.
///
/// Every function takes any string and never fails. Controls of text direction (U+202A to U+202E, U+2066 to U+2069)
/// are left out wherever a person reads the result, since they can make a name show as something else.
public enum Escaping {
    /// What a person wrote, on one line and closed with a full stop where it ends without one, so that another sentence may follow.
    public static func sentence(_ text: String, limit: Int? = nil) -> String {
        let line = (limit.map { singleLine(text, limit: $0) } ?? singleLine(text)).trimmingBlanks()
        guard let last = line.last else { return "" }
        return last.isLetter || last.isNumber || ")]\"'”»%".contains(last) ? line + "." : line
    }

    /// For text between HTML tags.
    public static func html(_ text: String) -> String {
        escapedMarkup(text, keepsLineBreaks: true)
    }

    /// For text inside a paragraph of a Markdown file that people read and mark as it stands: only what would be markup is escaped.
    ///
    /// Brackets, which links need, are always escaped, so parentheses stay; a full stop or a colon is escaped where an address
    /// or a short name of a picture could be seen in it, and signs of lists where the text begins with them.
    public static func markdownFile(_ text: String) -> String {
        let scalars = Array(singleLine(text).unicodeScalars)
        var result = ""
        for (place, scalar) in scalars.enumerated() {
            let next = place + 1 < scalars.count ? scalars[place + 1] : " "
            let isWordNext = next.properties.isAlphabetic
            let isBare: Bool
            switch scalar {
            case "(", ")", "!": isBare = true
            case ":": isBare = !isWordNext && next != "/"
            case ".": isBare = !isWordNext && scalars[..<place].contains { !("0"..."9").contains($0) }
            case "-", "+": isBare = place > 0
            default: isBare = false
            }
            if isBare {
                result.unicodeScalars.append(scalar)
            } else {
                appendMarkdown(scalar, to: &result)
            }
        }
        return result
    }

    /// For a value inside a quoted HTML attribute; line breaks and tabs become character references.
    public static func htmlAttribute(_ text: String) -> String {
        escapedMarkup(text, keepsLineBreaks: false)
    }

    /// For text inside a Markdown paragraph (CommonMark 0.31, section 2.4); line breaks become blanks.
    ///
    /// Also stops the links, mentions and tables of GitHub's dialect and of forums, which read `@`, `www.` and `|`.
    public static func markdown(_ text: String) -> String {
        var result = ""
        for scalar in singleLine(text).unicodeScalars { appendMarkdown(scalar, to: &result) }
        return result
    }

    private static func appendMarkdown(_ scalar: Unicode.Scalar, to result: inout String) {
        switch scalar {
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "&": result += "&amp;"
        case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "-", ".", "!", "|", "~", "@", ":", "=":
            result.unicodeScalars.append("\\")
            result.unicodeScalars.append(scalar)
        default: result.unicodeScalars.append(scalar)
        }
    }

    /// For one line of plain text, as in a mail header or a title: no line breaks, no controls; what has more than `limit`
    /// scalars is ``shortened(_:toScalars:)``.
    ///
    /// Runs of blanks and controls become one blank, so that no header can be smuggled in (RFC 5322, section 2.2).
    public static func singleLine(_ text: String, limit: Int = .max) -> String {
        var result = String.UnicodeScalarView()
        var pendingBlank = false
        var count = 0
        for scalar in text.unicodeScalars where !isDirectionControl(scalar) {
            if isControl(scalar) || scalar == " " || scalar == "\u{2028}" || scalar == "\u{2029}" {
                pendingBlank = !result.isEmpty
                continue
            }
            if pendingBlank {
                result.append(" ")
                count += 1
            }
            pendingBlank = false
            result.append(scalar)
            count += 1
            // The rest of a long payload is not looked at.
            if count > limit { return shortened(String(result), toScalars: limit) }
        }
        return String(result)
    }

    /// A text of at most so many scalars: cut between two words where the last of them is not too long, never within a
    /// character, with `…` where cut.
    public static func shortened(_ text: String, toScalars limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        guard limit > 0 else { return "" }
        var end = text.startIndex
        var count = 1
        while end < text.endIndex {
            count += text[end].unicodeScalars.count
            guard count <= limit else { break }
            end = text.index(after: end)
        }
        let kept = text[..<end]
        let blank = text[end...].first == " " ? end : kept.lastIndex(of: " ") ?? end
        // Where the last word takes up half of the room, a part of it says more than none.
        var words = kept.distance(from: kept.startIndex, to: blank) > limit / 2 ? kept[..<blank] : kept
        while let last = words.last, " ,;:.".contains(last) { words.removeLast() }
        return words + "…"
    }

    /// For the value of an HTTP header: one line, as ``singleLine(_:limit:)``.
    public static func headerValue(_ text: String) -> String {
        singleLine(text)
    }

    /// For a text cell of a CSV file (RFC 4180), quoted where needed.
    ///
    /// A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection").
    public static func csvCell(_ text: String) -> String {
        let kept = text.unicodeScalars.filter { !isDirectionControl($0) && $0 != "\0" }
        var text = String(String.UnicodeScalarView(kept))
        if let first = text.unicodeScalars.first, formulaStarts.contains(first) { text = "'" + text }
        let needsQuotes = text.unicodeScalars.contains { ",;\"\r\n\t".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + doublingQuotes(text) + "\"" : text
    }

    /// For a terminal or a log line: controls show as `\u{1B}` and cannot move the cursor or colour the screen.
    public static func terminal(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) || isDirectionControl(scalar) {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// For several lines of plain text: line breaks and tabs stay, other controls show as U+FFFD.
    public static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars where !isDirectionControl(scalar) {
            if scalar == "\n", previous == "\r" {
                // A pair of CR and LF is one line break, already written.
            } else if scalar == "\r" {
                result.append("\n")
            } else if isControl(scalar), scalar != "\n", scalar != "\t" {
                result.append("\u{FFFD}")
            } else {
                result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    /// A JSON string literal with its quotes (RFC 8259, section 7), also safe inside an HTML script element.
    public static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isControl(scalar) || "<>&\u{2028}\u{2029}".unicodeScalars.contains(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The longest beginning of at most `limit` bytes of UTF-8 that does not cut a character, with `…` where cut.
    public static func cut(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let room = limit - 3
        var result = ""
        var bytes = 0
        for character in text {
            bytes += character.utf8.count
            guard bytes <= room else { break }
            result.append(character)
        }
        return room < 0 ? "" : result + "…"
    }

    /// Full-width forms count too, since spreadsheets fold them.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    private static func escapedMarkup(_ text: String, keepsLineBreaks: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars where !isDirectionControl(scalar) {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t", "\r":
                if keepsLineBreaks { result.unicodeScalars.append(scalar) } else { result += "&#\(scalar.value);" }
            case "`" where !keepsLineBreaks: result += "&#96;"
            case _ where isControl(scalar): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func doublingQuotes(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append(scalar) }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// C0, DEL and C1.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    private static func isDirectionControl(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}

extension String {
    /// The text without blanks at its ends.
    public func trimmingBlanks() -> String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }
}
