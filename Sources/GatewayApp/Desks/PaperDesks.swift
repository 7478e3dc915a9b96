import Foundation
import GatewayModel
import Reporting
import Storage

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
        try site.check(language: language)
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
    /// Writes the page of a month's report as it was when it was closed, byte for byte; the newest where no number is named.
    public func writeClosed(month text: String, number: Int64?, language: String?, to path: String?) throws {
        guard let month = CalendarMonth(text: text) else {
            throw AppError("'\(text)' is not a month", remedy: "write it as 2026-10")
        }
        let store = try site.readingStore()
        defer { try? store.close() }
        let language = language ?? site.configuration.community.languages.first ?? "en"
        guard let page = try store.closedPage(month, number: number, language: language) else {
            let numbers = try store.closedReports(month).map { "\($0.number)" }.joined(separator: ", ")
            throw AppError(
                "no page of \(month) in '\(language)' was closed" + (number.map { " as number \($0)" } ?? ""),
                remedy: numbers.isEmpty
                    ? "commons report close --month \(month)" : "choose another language or number: \(numbers)")
        }
        guard Fingerprint.sha256(Array(page.text.utf8)) == page.sha256 else {
            throw AppError("the closed page is damaged", remedy: "take it from a copy: commons restore")
        }
        let data = Data(page.text.utf8)
        if let path {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } else {
            FileHandle.standardOutput.write(data)
        }
    }

    /// Sends the closing of a month's report to the writing process.
    public func close(month text: String, enteredFor: String?) throws -> CommandReply {
        guard let month = CalendarMonth(text: text) else {
            throw AppError("'\(text)' is not a month", remedy: "write it as 2026-10")
        }
        return try CommandDesk(site: site).perform(.closeReport(month), enteredFor: enteredFor)
    }
}
