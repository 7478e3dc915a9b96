import Foundation
import GatewayModel

/// What a text costs as SMS: the alphabet it needs and how many parts it fills (3GPP TS 23.038 and 23.040).
public struct SMSText: Hashable, Sendable {
    /// The text as it is sent.
    public var text: String
    /// True where a character needs UCS-2, which leaves room for 70 characters instead of 160.
    public var isUnicode: Bool
    /// The parts that it fills, at least 1.
    public var parts: Int

    /// The default alphabet of TS 23.038, section 6.2.1, without its escape.
    private static let basic = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
        abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)
    /// Its extension table, section 6.2.1.1: two places each.
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)

    /// Measures a text.
    public init(_ text: String) {
        self.text = text
        let scalars = text.unicodeScalars
        isUnicode = !scalars.allSatisfy { SMSText.basic.contains($0) || SMSText.extended.contains($0) }
        let length =
            isUnicode ? text.utf16.count : scalars.reduce(0) { $0 + (SMSText.extended.contains($1) ? 2 : 1) }
        // A part of several gives six bytes to the header that joins them.
        let (alone, joined) = isUnicode ? (70, 67) : (160, 153)
        parts = length <= alone ? 1 : (length + joined - 1) / joined
    }

    /// The text in the default alphabet, as people write it on a telephone that lacks the letters: `Deposito`, `30 C`, `m3`; as
    /// it is where that does not do.
    public static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            if basic.contains(scalar) || extended.contains(scalar) { return [scalar] }
            if let known = stand[scalar] { return Array(known.unicodeScalars) }
            // The letter without its marks (Unicode Standard Annex 15, canonical decomposition).
            let letter = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first ?? scalar
            return [basic.contains(letter) ? letter : scalar]
        }
        let plain = String(String.UnicodeScalarView(scalars))
        return SMSText(plain).isUnicode ? text : plain
    }

    /// What stands for common signs that have no letter below their marks.
    private static let stand: [Unicode.Scalar: String] = [
        "…": "...", "“": "\"", "”": "\"", "«": "\"", "»": "\"", "„": "\"", "‘": "'", "’": "'", "–": "-", "—": "-",
        "°": "",
        "²": "2", "³": "3", "·": "-", "×": "x", "≥": ">=", "≤": "<=", "º": "o", "ª": "a", "µ": "u", "\u{A0}": " ",
        "\u{202F}": " ",
    ]

    /// The same text with three full stops in place of `…` where only that is not in the default alphabet: it must not cost
    /// half of the room.
    public static func affordable(_ text: String) -> String {
        let plain = text.replacing("…", with: "...")
        return SMSText(plain).isUnicode ? text : plain
    }

    /// The beginning and the last sentences of a text that fit, with what must stand at its end, into that many parts: how to
    /// answer and who is next stand last.
    ///
    /// A part may end a place early, where the next character needs two: one place in each is kept free for that.
    public init(_ text: String, ending: String, parts limit: Int) {
        let whole = SMSText(text + ending)
        if whole.parts <= limit {
            self = whole
            return
        }
        let last = SMSText.lastSentences(of: text)
        if !last.isEmpty {
            let begin = String(text.dropLast(last.count + 1))
            let kept = SMSText(beginning: begin, ending: " " + last + ending, parts: limit)
            // Without a word of what happened the last sentences say nothing.
            if kept.parts <= limit, kept.text.count >= last.count + ending.count + SMSText.leastBeginning {
                self = kept
                return
            }
        }
        self = SMSText(beginning: text, ending: ending, parts: limit)
    }

    /// So many characters of the beginning have to be left for the end to be kept (title and number of an alert).
    private static let leastBeginning = 24
    /// The last sentences that are kept are at most so long.
    private static let longestEnd = 100

    /// The last whole sentences that are not too long together; empty where there is none beside others.
    private static func lastSentences(of text: String) -> Substring {
        let tail = text.suffix(longestEnd)
        guard tail.count < text.count, let stop = tail.firstRange(of: ". ") else { return "" }
        return tail[stop.upperBound...]
    }

    private init(beginning text: String, ending: String, parts limit: Int) {
        // The longest beginning, found by halving: parts never shrink as a text grows within one alphabet.
        let characters = Array(text)
        var (fits, tooLong) = (0, characters.count)
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            if SMSText(String(characters[..<middle]) + "..." + ending + String(repeating: " ", count: limit)).parts
                <= limit
            {
                fits = middle
            } else {
                tooLong = middle
            }
        }
        self = SMSText(String(characters[..<fits]) + "..." + ending)
    }
}
