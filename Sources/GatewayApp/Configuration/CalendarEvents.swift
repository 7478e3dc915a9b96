import GatewayModel

/// The `VEVENT`s of an iCalendar file (RFC 5545), property by property.
struct CalendarEvent {
    /// One property with its parameters.
    struct Property {
        var parameters: [String: String]
        var value: String

        /// The day or time of a property.
        var moment: CalendarMoment? { CalendarMoment(parsing: value) }
    }

    /// The line on which it begins.
    var line: Int
    private(set) var properties: [String: [Property]] = [:]

    /// The first property of a name.
    subscript(name: String) -> Property? { properties[name]?.first }

    /// Every property of a name.
    func all(_ name: String) -> [Property] { properties[name] ?? [] }

    /// The events of a file, in their order; other components are passed over.
    static func all(in text: String) -> [CalendarEvent] {
        var events: [CalendarEvent] = []
        var open: CalendarEvent?
        var depth = 0
        for (number, line) in unfolded(text) {
            guard let colon = valueStart(of: line) else { continue }
            let value = String(line[line.index(after: colon)...])
            let parts = line[..<colon].split(separator: ";").map(String.init)
            let name = parts.first?.uppercased() ?? ""
            switch (name, value.uppercased()) {
            case ("BEGIN", "VEVENT"): (open, depth) = (CalendarEvent(line: number), 0)
            case ("END", "VEVENT"):
                if let event = open { events.append(event) }
                open = nil
            // An alarm within an event has properties of its own.
            case ("BEGIN", _): depth += 1
            case ("END", _): depth -= 1
            default:
                guard open != nil, depth == 0 else { continue }
                var parameters: [String: String] = [:]
                for part in parts.dropFirst() {
                    let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                    if pair.count == 2 { parameters[pair[0].uppercased()] = pair[1].filter { $0 != "\"" } }
                }
                open?.properties[name, default: []].append(Property(parameters: parameters, value: value))
            }
        }
        return events
    }

    /// A text value without its escapes (section 3.3.11).
    static func plain(_ text: String) -> String {
        text.replacing("\\n", with: "\n").replacing("\\,", with: ",").replacing("\\;", with: ";")
            .replacing("\\\\", with: "\\")
    }

    /// The colon before the value; one within quotes belongs to a parameter.
    private static func valueStart(of line: String) -> String.Index? {
        var isQuoted = false
        for index in line.indices {
            if line[index] == "\"" { isQuoted.toggle() }
            if line[index] == ":", !isQuoted { return index }
        }
        return nil
    }

    private static func unfolded(_ text: String) -> [(Int, String)] {
        var lines: [(Int, String)] = []
        let split = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, plain) in split.enumerated() {
            if let first = plain.first, first == " " || first == "\t", !lines.isEmpty {
                lines[lines.count - 1].1 += plain.dropFirst()
            } else {
                lines.append((index + 1, String(plain)))
            }
        }
        return lines
    }
}
