import GatewayModel

/// The assembly's meetings in an iCalendar file (RFC 5545): every `VEVENT` of the file is one, or a series of them, as
/// ``CalendarSeries`` reads them.
enum MeetingCalendar {
    /// The meetings, and what could not be understood, each with its line.
    static func parse(_ text: String, zone: Zone) -> (meetings: Meetings, problems: [(line: Int, message: String)]) {
        let (series, problems) = CalendarSeries.all(in: text, zone: zone, for: .meetings)
        return (Meetings(series.map(\.series)), problems)
    }
}
