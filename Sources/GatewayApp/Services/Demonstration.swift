import Foundation
import GatewayModel
import Reporting
import Simulation
import Storage

/// The newcomer's first evening: example decisions, two simulated months through the live path, report and agenda.
struct Demonstration {
    /// Stands in the record book as the one who adopted the example decisions.
    private static let person = "example assembly"

    let site: Site
    let office: Office
    let interrupt: Interrupt

    /// Fills an empty demonstration database up to now, and returns the village for going on live; nil where somebody stopped it.
    func prepare(now: Instant, say: (String) -> Void) throws -> Village? {
        let start = try Demonstration.beginning(of: site, now: now)
        let village = Village(start: start, zone: site.zone)
        let from = try newestReading() ?? start
        if from == start { try adoptExamples(at: start, say: say) }
        guard try replay(village, from: from, until: now, say: say) else { return nil }
        try writePapers(now: now, say: say)
        return village
    }

    /// The time at which the story goes on: its newest reading, or its beginning.
    static func clock(of site: Site, now: Instant) throws -> Instant {
        guard FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite") else {
            return try beginning(of: site, now: now)
        }
        let store = try site.readingStore()
        defer { try? store.close() }
        return try store.devices().compactMap(\.lastSeen).max() ?? beginning(of: site, now: now)
    }

    /// The first of the month two whole months ago, kept so that the story goes on after a restart.
    private static func beginning(of site: Site, now: Instant) throws -> Instant {
        let file = site.configuration.dataFolder + "/village-start"
        if let text = try? String(contentsOfFile: file, encoding: .utf8), let start = Instant(rfc3339: text) {
            return start
        }
        let month = CalendarMonth(of: site.zone.date(at: now)).previous.previous
        let start = site.zone.start(of: month.firstDay)
        try FileManager.default.createDirectory(
            atPath: site.configuration.dataFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try start.description.write(toFile: file, atomically: true, encoding: .utf8)
        return start
    }

    private func newestReading() throws -> Instant? {
        try office.store.devices().compactMap(\.lastSeen).max()
    }

    private func adoptExamples(at start: Instant, say: (String) -> Void) throws {
        let folder = site.configuration.resolutionsFolder
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".md") }.sorted()
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: folder + "/" + file) else { continue }
            let actor = Actor(account: Demonstration.person)
            let reply = try office.performAlone(.adopt(fileName: file, bytes: bytes), by: actor, now: start)
            if !reply.isDone { reply.lines.forEach(say) }
        }
        say("Adopted \(files.count) example decisions from \(folder).")
    }

    /// False where somebody stopped it; what was replayed by then is committed.
    private func replay(_ village: Village, from: Instant, until now: Instant, say: (String) -> Void) throws -> Bool {
        let total = max(1, now.milliseconds(since: from))
        var nextShare: Int64 = 10
        for message in village.messages(until: now) where message.at > from {
            try office.replay(ReplayLine(message).message, commitAfter: ReplayRun.messagesPerCommit)
            guard !interrupt.isRequested else {
                try office.commit(now: message.at)
                return false
            }
            let share = message.at.milliseconds(since: from) * 100 / total
            if share >= nextShare {
                say("Simulated up to \(site.local(message.at)) (\(share) %)")
                nextShare = share / 10 * 10 + 10
            }
        }
        try office.endReplay(at: now)
        return true
    }

    private func writePapers(now: Instant, say: (String) -> Void) throws {
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        // Beside the data folder: var/ for the example community.
        let folder = URL(fileURLWithPath: site.configuration.dataFolder).deletingLastPathComponent().relativePath
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let report = "\(folder)/report-\(month).html"
        let agenda = "\(folder)/agenda.html"
        let papers = try Papers(site: site, store: office.store, month: month, now: now)
        let language = site.configuration.community.languages.first
        try papers.report(.html, language: language).write(toFile: report, atomically: true, encoding: .utf8)
        try papers.agenda(.html, language: language).write(toFile: agenda, atomically: true, encoding: .utf8)
        say("Report of \(month): \(report)")
        say("Agenda of the next assembly: \(agenda)")
        papers.questions(language: language).forEach { say("  - \($0)") }
    }
}
