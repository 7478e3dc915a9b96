import Foundation
import GatewayModel

/// What people wrote behind the items of a posted agenda, read strictly: in doubt nothing is taken.
///
/// The words may be those of any language of the phrasebooks. What else stands in the file is people's and is not read.
public struct MarkedAgenda: Sendable {
    /// What is marked for one item.
    public struct Mark: Hashable, Sendable {
        /// The first digits of the item's id, as they stand in the file.
        public var reference: String
        /// The line of the mark.
        public var line: Int
        /// Accepted, deferred, withdrawn or decided.
        public var status: AgendaStatus
        /// The number of the decision; nil where none is named.
        public var decision: Int?
        /// Where it is minuted, in people's words; empty where that is not said.
        public var minutes: String
        /// What people noted.
        public var note: String
    }

    /// A line that is not understood.
    public struct Problem: Hashable, Sendable {
        /// The line, from 1 on.
        public var line: Int
        /// Which sentence says why: a key below `agenda.mark.problem`.
        public var key: String
        /// Its values.
        public var values: [String: String]
    }

    /// The meeting that the file names.
    public private(set) var meeting: CalendarDate?
    /// How many were there.
    public private(set) var present: Int?
    /// The marks in the order of the file.
    public private(set) var marks: [Mark] = []
    /// References without a mark behind them, with their lines.
    public private(set) var unmarked: [(reference: String, line: Int)] = []
    /// What is not understood.
    public private(set) var problems: [Problem] = []

    private var words: [String: [String]] = [:]
    private var open: (reference: String, line: Int)?

    /// Reads a file's text: Markdown, or a flat OpenDocument text, of which a line is a paragraph.
    public init(_ text: String, phrases: [Phrasebook]) {
        let keys = [
            "meeting", "present", "reference", "result", "accepted", "decided", "deferred", "withdrawn", "decision",
            "minutes",
        ]
        for key in keys {
            words[key] = phrases.flatMap { book in
                ([book.text("agenda.mark.\(key)")]
                    + book.text("agenda.mark.also.\(key)").split(separator: ",").map(String.init))
                    .map(MarkedAgenda.folded)
            }
        }
        let lines =
            FlatODTText.lines(of: text)
            ?? text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        for (index, line) in lines.enumerated() { read(line, index + 1) }
        if let open { unmarked.append(open) }
    }

    private mutating func read(_ raw: String, _ line: Int) {
        // People make a line bold or a list. What the gateway wrote of devices, names and neighbours has its colons escaped
        // and is never a mark.
        let text = raw.trimmingCharacters(in: CharacterSet(charactersIn: " \t*_-•>\u{FEFF}"))
        guard let colon = text.firstIndex(of: ":") else { return }
        let label = MarkedAgenda.folded(String(text[..<colon]).replacingOccurrences(of: "*", with: ""))
        let value = text[text.index(after: colon)...].trimmingCharacters(in: CharacterSet(charactersIn: " \t*_"))
            .replacingOccurrences(of: "\\", with: "")
        switch label {
        case _ where means(label, "meeting"):
            guard let date = CalendarDate(text: value) else { return complain(line, "meeting", ["text": value]) }
            if let meeting, meeting != date { complain(line, "two_meetings", ["text": value]) }
            meeting = date
        case _ where means(label, "present"):
            guard !value.isEmpty else { return }
            guard let count = Int(value), (0...100_000).contains(count) else {
                return complain(line, "present", ["text": value])
            }
            present = count
        case _ where means(label, "reference"):
            if let open { unmarked.append(open) }
            open = (value.lowercased(), line)
        case _ where means(label, "result"): mark(value, line)
        default: return
        }
    }

    private mutating func mark(_ value: String, _ line: Int) {
        guard let item = open else { return complain(line, "no_item", [:]) }
        // Not filled in: it stays open, and is complained of if it has to be marked.
        guard value.contains(where: { $0.isLetter }) else { return }
        open = nil
        let end = value.firstIndex { $0 == "(" || $0 == ":" } ?? value.endIndex
        let word = MarkedAgenda.folded(String(value[..<end]))
        let found: [AgendaStatus] = [.accepted, .decided, .deferred, .withdrawn]
        guard let status = found.first(where: { means(word, $0.rawValue) }) else {
            return complain(line, "word", ["text": String(value[..<end]), "reference": item.reference])
        }
        var rest = value[end...]
        var inner = ""
        if rest.first == "(" {
            guard let close = rest.firstIndex(of: ")") else { return complain(line, "bracket", [:]) }
            inner = rest[rest.index(after: rest.startIndex)..<close].trimmingCharacters(in: .whitespaces)
            rest = rest[rest.index(after: close)...]
        }
        rest = rest.drop { $0 == " " }
        guard rest.isEmpty || rest.first == ":" else { return complain(line, "rest", ["text": String(rest)]) }
        var mark = Mark(
            reference: item.reference, line: line, status: status, decision: nil, minutes: "",
            note: rest.dropFirst().trimmingCharacters(in: .whitespaces))
        if status == .decided {
            guard read(inner, into: &mark) else { return complain(line, "which", ["text": inner]) }
        } else if !inner.isEmpty {
            return complain(line, "not_decided", ["text": inner])
        }
        guard !marks.contains(where: { $0.reference == mark.reference }) else {
            return complain(line, "twice", ["reference": mark.reference])
        }
        marks.append(mark)
    }

    /// `decision 7`, `minutes 3, page 41` or both with a semicolon between them; false for anything else.
    private func read(_ inner: String, into mark: inout Mark) -> Bool {
        let places = inner.split(separator: ";", omittingEmptySubsequences: false)
        return places.count <= 2
            && places.allSatisfy { readPlace($0.trimmingCharacters(in: .whitespaces), into: &mark) }
    }

    /// One of the two, which must not be there already.
    private func readPlace(_ place: String, into mark: inout Mark) -> Bool {
        let parts = place.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return false }
        let word = MarkedAgenda.folded(parts[0])
        let value = parts[1].trimmingCharacters(in: .whitespaces)
        if means(word, "decision"), mark.decision == nil {
            mark.decision = Int(value).flatMap { $0 > 0 ? $0 : nil }
            return mark.decision != nil
        }
        guard means(word, "minutes"), mark.minutes.isEmpty, value.contains(where: \.isNumber) else { return false }
        mark.minutes = Escaping.singleLine(place, limit: 100)
        return true
    }

    private func means(_ word: String, _ key: String) -> Bool { words[key]?.contains(word) == true }

    private mutating func complain(_ line: Int, _ key: String, _ values: [String: String]) {
        problems.append(Problem(line: line, key: key, values: values.mapValues { Escaping.singleLine($0, limit: 60) }))
    }

    /// Words without case, accents and blanks around them.
    private static func folded(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
            .folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }
}
