import GatewayModel

/// A plain-text mail as RFC 5322 bytes.
struct MailMessage: Hashable, Sendable {
    var from: String
    var to: [String]
    var subject: String
    var date: Instant
    var messageID: String
    /// The id that all messages of one alert refer to; nil for none.
    var thread: String?
    var isUrgent: Bool
    var language: String
    var body: String

    /// The message with CRLF line ends, ready for DATA; dots are doubled by the transport.
    var bytes: [UInt8] {
        var lines = [
            "Date: \(MailMessage.date(date))",
            "From: <\(from)>",
            "To: " + to.map { "<\($0)>" }.joined(separator: ",\r\n "),
            "Subject: " + EncodedWord.header(Escaping.singleLine(subject, limit: 300), firstLine: 9),
            "Message-ID: <\(messageID)>",
        ]
        if let thread { lines += ["In-Reply-To: <\(thread)>", "References: <\(thread)>"] }
        if isUrgent { lines.append("Importance: high") }
        lines += [
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Language: \(language)",
            "",
            QuotedPrintable.encode(Escaping.plain(body)),
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// `Mon, 23 Nov 2026 06:14:52 +0000` (RFC 5322, section 3.3).
    static func date(_ instant: Instant) -> String {
        let text = instant.rfc3339()
        let day = CalendarDate(text: text.prefix(10)) ?? CalendarDate(daysSinceEpoch: 0)
        let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = text.dropFirst(11).prefix(8)
        return "\(weekdays[day.weekday - 1]), \(day.day) \(months[day.month - 1]) \(text.prefix(4)) \(time) +0000"
    }
}

/// Text outside ASCII in a mail header (RFC 2047).
enum EncodedWord {
    /// The text as it is where it is short ASCII, otherwise as encoded words of at most 75 characters, folded.
    ///
    /// `firstLine` is how many characters stand before it on its line.
    static func header(_ text: String, firstLine: Int) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
        if isPlain, text.utf8.count + firstLine <= 76 { return text }
        // 45 bytes are 60 characters in base64, and 12 more for the frame.
        var words: [String] = []
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > (words.isEmpty ? 39 : 45) {
                words.append(word(chunk))
                chunk = []
            }
            chunk += bytes
        }
        if !chunk.isEmpty { words.append(word(chunk)) }
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String {
        "=?utf-8?B?" + Base64.encode(bytes) + "?="
    }
}

/// The quoted-printable encoding of a text (RFC 2045, section 6.7).
enum QuotedPrintable {
    /// Lines of at most 76 characters with CRLF between them; line breaks of the text stay line breaks.
    static func encode(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(encodeLine).joined(separator: "\r\n")
    }

    private static func encodeLine(_ line: Substring) -> String {
        let bytes = Array(line.utf8)
        var result = ""
        var length = 0
        for (index, byte) in bytes.enumerated() {
            let isBlank = byte == 0x20 || byte == 0x09
            let isLiteral = (0x21...0x7E).contains(byte) && byte != 0x3D || isBlank && index < bytes.count - 1
            let piece = isLiteral ? String(UnicodeScalar(byte)) : "=" + hexadecimal(byte)
            if length + piece.utf8.count > 75 {
                result += "=\r\n"
                length = 0
            }
            result += piece
            length += piece.utf8.count
        }
        return result
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}
