import Delivery
import Foundation
import GatewayModel
import Storage

/// A household's own business: what is kept of it, who looked, all of it to take along, and forgetting it.
public struct HouseholdDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Enters in the record book that households' figures are looked at; returns which of the sensors are households'.
    ///
    /// - Throws: ``AppError`` where one was asked for by name and `why` says no reason.
    func look(at asked: [SensorID]?, _ what: String, why: String?) throws -> Set<SensorID> {
        let homes = Set(try site.readingStore().sensors().filter { $0.visibility == .household }.map(\.id))
        let wanted = asked.map(homes.intersection) ?? homes
        guard let why else {
            if asked != nil, let home = wanted.min() {
                throw AppError(
                    "'\(home)' is a household's",
                    remedy: "say why with --why REASON; the household can see the reason and your name")
            }
            return homes
        }
        guard !wanted.isEmpty else { return homes }
        let reply = try CommandDesk(site: site).perform(
            .lookAt(sensors: wanted.sorted(), what: what, why: why), enteredFor: nil)
        guard reply.isDone else { throw AppError(reply.lines.joined(separator: " "), remedy: "") }
        return homes
    }

    /// What is kept of a household's sensor, what was deleted, and who looked at it.
    public func show(_ name: String) throws -> [String] {
        let store = try site.readingStore()
        let sensor = try home(name, in: store)
        var count = 0
        var ends: (first: Instant, last: Instant)?
        try store.readings(ReadingQuery(.sensors([sensor.id]))) { reading in
            count += 1
            let time = reading.time.instant
            ends = (min(ends?.first ?? time, time), max(ends?.last ?? time, time))
        }
        var lines = [
            ends.map { "\(count) readings, from \(site.local($0.first)) to \(site.local($0.last))." }
                ?? "No readings are kept."
        ]
        if let date = try store.keptDays(of: sensor.id) {
            lines.append("Of days before \(date) what each came to is kept, and no readings.")
        }
        lines += try store.forgottenDays().filter { $0.sensor == sensor.id }.map {
            "Deleted for good on \(site.local($0.at)): \($0.first) to \($0.last)."
        }
        let looks = try store.recordEntries().filter {
            $0.entry.kind == Office.lookedAt && $0.entry.erasable["sensor"] == sensor.id.rawValue
        }
        lines.append(looks.isEmpty ? "Nobody looked at it." : "Looked at:")
        lines += looks.map { recorded in
            let entry = recorded.entry
            return "  \(site.local(entry.at))  \(entry.erasable["person"] ?? "?")  \(entry.facts["what"] ?? "")  "
                + (entry.erasable["why"] ?? "")
        }
        return lines.map { Escaping.terminal($0) }
    }

    /// Writes all readings of a household's sensor for the household itself; leaves an entry like any other look.
    public func export(_ name: String, to path: String?, enteredFor person: String) throws {
        let sensor = try home(name, in: site.readingStore())
        try ReadingDesk(site: site).export(
            .init(
                sensors: [sensor.id.rawValue], devices: [], from: nil, until: nil, isCSV: true,
                why: "for the household itself (\(person))"), to: path)
    }

    /// Deletes what days of a household's sensor left behind; the sums of those months are fixed first.
    public func forget(_ name: String, from: String?, through: String?, enteredFor person: String) throws
        -> CommandReply
    {
        let store = try site.readingStore()
        let sensor = try home(name, in: store)
        func date(_ text: String?, else standard: @autoclosure () throws -> CalendarDate) throws -> CalendarDate {
            guard let text else { return try standard() }
            guard let date = CalendarDate(text: text) else {
                throw AppError("'\(text)' is not a day", remedy: "write it as 2026-11-01")
            }
            return date
        }
        let now = SystemClock.now()
        let first = try date(from, else: site.zone.date(at: store.firstReading() ?? now))
        let last = try date(through, else: site.zone.date(at: now))
        // One act a month: making a report takes its time, and messages must not wait for all of them.
        for month in try store.unclosedMonths(from: first, through: last, now: now, zone: site.zone) {
            let closed = try CommandDesk(site: site).perform(.closeReport(month), enteredFor: person)
            guard closed.isDone else { return closed }
        }
        // Asked before: with the readings goes the knowledge of what was written where.
        let written = try store.delivered(
            about: sensor.id, from: site.zone.start(of: first), until: site.zone.start(of: last.adding(days: 1)))
        var reply = try CommandDesk(site: site).perform(
            .forget(sensor: sensor.id, first: first, last: last), enteredFor: person)
        if reply.isDone { reply.lines += withdraw(written) }
        if reply.isDone { try noteForCopies(ForgottenDays(sensor: sensor.id, first: first, last: last, at: now)) }
        return reply
    }

    /// Copies made before still hold what was deleted: a list beside them lets a restore delete it again.
    ///
    /// On another machine the running gateway puts it there, since it alone may have the key and the passphrase.
    private func noteForCopies(_ days: ForgottenDays) throws {
        guard let rule = site.configuration.backup, !rule.isRemote else { return }
        try ForgottenList(folder: rule.folder, community: site.configuration.community.id).add(days)
    }

    /// Takes notices out of folders; what could not be removed is said, since a person has to destroy it.
    private func withdraw(_ written: [String: [String]]) -> [String] {
        site.configuration.destinations.compactMap { destination in
            guard case .files(let settings) = destination.kind, let files = written[destination.name] else {
                return nil
            }
            do {
                let count = try FilesDestination.withdraw(files, from: settings)
                return count > 0 ? "\(count) notices in \(settings.folder) were removed." : nil
            } catch {
                return "Notices in \(settings.folder) could not be removed (\(error)): remove them there."
            }
        }
    }

    private func home(_ name: String, in store: Store) throws -> Sensor {
        let sensors = try store.sensors()
        guard let sensor = sensors.first(where: { $0.id.rawValue == name }) else {
            let nearest = Diagnostic.nearest(to: name, among: sensors.map(\.id.rawValue))
            throw AppError(
                "there is no sensor '\(name)'",
                remedy: nearest.map { "did you mean '\($0)'?" } ?? "`commons readings list` shows them")
        }
        guard sensor.visibility == .household else {
            throw AppError("'\(name)' is the community's and no household's", remedy: "")
        }
        return sensor
    }
}
