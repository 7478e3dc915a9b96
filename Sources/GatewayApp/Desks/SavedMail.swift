import Foundation

/// A mail as programs save it (RFC 5322 and MIME): the text of each of its parts, as it was before it was packed for the way.
struct SavedMail {
    /// A part that holds no others.
    struct Part {
        /// The name with which it was attached; nil where it has none.
        var name: String?
        var text: String
    }

    /// Parts within parts, such as a forwarded mail in a mail.
    private static let deepest = 8
    /// Characters; what is longer is a picture or a film.
    private static let longest = 65_536

    private(set) var parts: [Part] = []

    /// Nil for a text that is no mail.
    init?(_ text: String) {
        let text = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        let (header, body) = SavedMail.split(text.drop { $0 == "\n" })
        guard header["content-type"] != nil || header["mime-version"] != nil || header["message-id"] != nil else {
            return nil
        }
        take(header, body, depth: 0)
    }

    private mutating func take(_ header: [String: String], _ body: Substring, depth: Int) {
        guard depth <= SavedMail.deepest else { return }
        let kind = header["content-type"] ?? "text/plain"
        let type = kind.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        if type.hasPrefix("multipart/"), let boundary = SavedMail.parameter("boundary", of: kind) {
            for part in SavedMail.parts(of: body, between: "--" + boundary) {
                let (header, body) = SavedMail.split(part[...])
                take(header, body, depth: depth + 1)
            }
            return
        }
        guard body.utf8.count <= SavedMail.longest, type != "text/html" else { return }
        let text = SavedMail.unpacked(body, header["content-transfer-encoding"] ?? "")
        if type == "message/rfc822" {
            let (header, body) = SavedMail.split(text[...])
            take(header, body, depth: depth + 1)
            return
        }
        let name =
            header["content-disposition"].flatMap { SavedMail.parameter("filename", of: $0) }
            ?? SavedMail.parameter("name", of: kind)
        parts.append(Part(name: name, text: text))
    }

    /// The fields by their names in small letters, folded lines joined, and what follows the empty line.
    private static func split(_ text: Substring) -> (header: [String: String], body: Substring) {
        // A part may begin with the empty line: then it has no fields.
        if text.first == "\n" { return ([:], text.dropFirst()) }
        let end = text.firstRange(of: "\n\n")
        var header: [String: String] = [:]
        var last: String?
        for line in text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\n") {
            if line.first?.isWhitespace == true {
                if let last { header[last]? += " " + line.trimmingCharacters(in: .whitespaces) }
            } else if let colon = line.firstIndex(of: ":") {
                let name = line[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
                header[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                last = name
            }
        }
        return (header, end.map { text[$0.upperBound...] } ?? "")
    }

    /// What stands after `name=` in a field, without its quotation marks.
    private static func parameter(_ name: String, of field: String) -> String? {
        for entry in field.split(separator: ";").dropFirst() {
            let pair = entry.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, pair[0].lowercased() == name else { continue }
            return pair[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        }
        return nil
    }

    private static func parts(of body: Substring, between delimiter: String) -> [String] {
        var parts: [[Substring]] = []
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            switch line.trimmingCharacters(in: .whitespaces) {
            case delimiter: parts.append([])
            case delimiter + "--": return parts.map { $0.joined(separator: "\n") }
            default: if !parts.isEmpty { parts[parts.count - 1].append(line) }
            }
        }
        return parts.map { $0.joined(separator: "\n") }
    }

    /// A part's text as it was before it was packed: base64 or quoted-printable (RFC 2045, section 6).
    private static func unpacked(_ body: Substring, _ encoding: String) -> String {
        switch encoding.lowercased() {
        case "base64":
            let data = Data(base64Encoded: String(body), options: .ignoreUnknownCharacters) ?? Data()
            return String(decoding: data, as: UTF8.self)
        case "quoted-printable":
            var bytes: [UInt8] = []
            for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
                let line = line.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
                let isJoined = line.last == "="
                bytes += unquoted(String(isJoined ? line.dropLast() : line[...]).utf8)
                if !isJoined { bytes.append(UInt8(ascii: "\n")) }
            }
            return String(decoding: bytes, as: UTF8.self)
        default: return String(body)
        }
    }

    private static func unquoted(_ line: String.UTF8View) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), line[...])
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "="), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
