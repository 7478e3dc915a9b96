import GatewayModel

/// Times as HTTP headers say them (RFC 9110, section 5.6.7).
enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT` and the two older forms that a reader must still take,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`; nil for anything else.
    static func instant(_ text: String) -> Instant? {
        var words = text.lowercased().split { " ,-:".contains($0) }.map(String.init)
        guard !words.isEmpty else { return nil }
        // The weekday follows from the date.
        words.removeFirst()
        if words.last == "gmt" || words.last == "utc" { words.removeLast() }
        guard words.count == 6 else { return nil }
        let isOldest = months.contains(words[0])
        let parts = isOldest ? [words[1], words[0], words[5]] + words[2...4] : words
        guard let month = months.firstIndex(of: parts[1]) else { return nil }
        let numbers = [parts[0], parts[2], parts[3], parts[4], parts[5]].compactMap { Int($0) }
        guard numbers.count == 5, (1...31).contains(numbers[0]), (0...23).contains(numbers[2]),
            (0...59).contains(numbers[3]), (0...60).contains(numbers[4]), (0...9999).contains(numbers[1])
        else { return nil }
        // Two digits are a year of this century: whoever asks for a pause means no year of the last one.
        let year = parts[2].utf8.count == 2 ? 2000 + numbers[1] : numbers[1]
        guard numbers[0] <= CalendarDate.days(inMonth: month + 1, of: year) else { return nil }
        let date = CalendarDate(year: year, month: month + 1, day: numbers[0])
        let second = (numbers[2] * 60 + numbers[3]) * 60 + numbers[4]
        return CivilTime(date: date, millisecondOfDay: second * 1000).instant(offsetSeconds: 0)
    }
}
