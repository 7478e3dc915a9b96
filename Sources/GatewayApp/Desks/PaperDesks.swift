import GatewayModel
import Reporting

/// Writes the monthly report.
public struct ReportDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Writes a month's report to a file, or to standard output where `path` is nil.
    ///
    /// - Throws: ``AppError`` for a month that is not `YYYY-MM` or has not begun.
    public func write(month text: String, format: String, language: String?, to path: String?) throws {
        guard let month = CalendarMonth(text: text) else {
            throw AppError("'\(text)' is not a month", remedy: "write it as 2026-10")
        }
        let now = SystemClock.now()
        guard site.zone.start(of: month.firstDay) <= now else {
            throw AppError("\(month) has not begun", remedy: "choose an earlier month")
        }
        guard let form = ReportWriter.Form(rawValue: format) else {
            throw AppError("'\(format)' is not a form of the report", remedy: "choose html, markdown, csv or json")
        }
        let papers = try Papers(site: site, store: site.readingStore(), month: month, now: now)
        let writer = try LineWriter(path: path)
        var text = papers.report(form, language: language)
        if text.hasSuffix("\n") { text.removeLast() }
        try writer.write(text)
        try writer.finish()
    }
}

extension ReportDesk {
    /// Sends the closing of a month's report to the writing process.
    public func close(month text: String, enteredFor: String?) throws -> CommandReply {
        guard let month = CalendarMonth(text: text) else {
            throw AppError("'\(text)' is not a month", remedy: "write it as 2026-10")
        }
        return try CommandDesk(site: site).perform(.closeReport(month), enteredFor: enteredFor)
    }
}

/// Shows what the gateway asks of the next assembly.
public struct AgendaDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// The drafted items from the last whole month and today, or the next assembly as a calendar file (`ics`).
    public func text(format: String, language: String?) throws -> String {
        let now = SystemClock.now()
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let papers = try Papers(site: site, store: site.readingStore(), month: month, now: now)
        if format == "ics" { return papers.calendar(language: language) }
        guard let form = AgendaWriter.Form(rawValue: format) else {
            throw AppError("'\(format)' is not a form of the agenda", remedy: "choose markdown, html, json or ics")
        }
        return papers.agenda(form, language: language)
    }
}
