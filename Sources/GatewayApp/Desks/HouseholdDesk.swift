import Delivery
import Foundation
import GatewayModel
import Storage

/// A household's own business: what is kept of it, who looked, all of it to take along, and forgetting it.
public struct HouseholdDesk {
    let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Enters in the record book that households' figures are looked at; returns which of the sensors are households'.
    ///
    /// - Throws: ``AppError`` where one was asked for by name and `why` says no reason.
    func look(at asked: [SensorID]?, _ what: String, why: String?, file: String? = nil) throws -> Set<SensorID> {
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
            .lookAt(sensors: wanted.sorted(), what: what, why: why, file: file), enteredFor: nil)
        guard reply.isDone else { throw AppError(reply.lines.joined(separator: " "), remedy: "") }
        return homes
    }

    /// What is kept of a household's sensor, what was deleted, and who looked at it.
    public func show(_ name: String, from: String? = nil, through: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let sensor = try home(name, in: store)
        let days = try days(from, through)
        var count = 0
        var ends: (first: Instant, last: Instant)?
        let query = ReadingQuery(
            .sensors([sensor.id]), from: days.first.map(site.zone.start) ?? .min,
            until: days.last.map { site.zone.start(of: $0.adding(days: 1)) } ?? .max)
        try store.readings(query) { reading in
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
        let book = site.book(nil)
        lines += try store.disputes().filter { $0.sensor == sensor.id }.map { dispute in
            book.text(
                "disputes.cli.head",
                [
                    "number": "\(dispute.number)",
                    "about": dispute.about(
                        book, isNaming: true, name: { _ in sensor.name(in: book.language) },
                        localTime: { site.local($0) }),
                    "state": book.text("disputes.state.\(dispute.state.rawValue)"),
                ])
        }
        let looks = try store.recordEntries().filter {
            $0.entry.kind == Office.lookedAt && $0.entry.erasable["sensor"] == sensor.id.rawValue
                && (days.first.map { site.zone.start(of: $0) } ?? $0.entry.at) <= $0.entry.at
        }
        lines.append(looks.isEmpty ? "Nobody looked at it." : "Looked at:")
        lines += looks.map { recorded in
            let entry = recorded.entry
            return "  \(site.local(entry.at))  \(entry.erasable["person"] ?? "?")  \(entry.facts["what"] ?? "")  "
                + (entry.erasable["why"] ?? "")
        }
        return lines.map { Escaping.terminal($0) }
    }

    /// Writes the readings of a household's sensor for the household itself, and first what those days came to of which no
    /// readings are kept; leaves an entry like any other look.
    public func export(
        _ name: String, from: String? = nil, through: String? = nil, to path: String?, enteredFor person: String
    ) throws {
        let sensor = try home(name, in: site.readingStore())
        let days = try days(from, through)
        try ReadingDesk(site: site).export(
            .init(
                sensors: [sensor.id.rawValue], devices: [], from: days.first?.description,
                until: days.last?.adding(days: 1).description, isCSV: true,
                why: "for the household itself (\(person))", withKeptDays: true), to: path)
    }

    /// Days as they were written, each where it was.
    private func days(_ from: String?, _ through: String?) throws -> (first: CalendarDate?, last: CalendarDate?) {
        func date(_ text: String?) throws -> CalendarDate? {
            guard let text else { return nil }
            guard let date = CalendarDate(text: text) else {
                throw AppError("'\(text)' is not a day", remedy: "write it as 2026-11-01")
            }
            return date
        }
        return (try date(from), try date(through))
    }

    /// Deletes what days of a household's sensor left behind; the sums of those months are fixed first.
    public func forget(_ name: String, from: String?, through: String?, enteredFor person: String) throws
        -> CommandReply
    {
        let store = try site.readingStore()
        let sensor = try home(name, in: store)
        let now = SystemClock.now()
        let days = try days(from, through)
        let first = try days.first ?? site.zone.date(at: store.firstReading() ?? now)
        let last = days.last ?? site.zone.date(at: now)
        // One act a month: making a report takes its time, and messages must not wait for all of them.
        for month in try store.unclosedMonths(from: first, through: last, now: now, zone: site.zone) {
            let closed = try CommandDesk(site: site).perform(.closeReport(month), enteredFor: person)
            guard closed.isDone else { return closed }
        }
        // Asked before: with the readings goes the knowledge of what was written where.
        let period = site.zone.start(of: first)..<site.zone.start(of: last.adding(days: 1))
        let written = try store.delivered(about: sensor.id, from: period.lowerBound, until: period.upperBound)
        let exports = try exports(of: sensor.id, in: store)
        var reply = try CommandDesk(site: site).perform(
            .forget(sensor: sensor.id, first: first, last: last), enteredFor: person)
        guard reply.isDone else { return reply }
        reply.lines += withdraw(written) + exports.map { take(sensor.id, period, outOf: $0) }
        try noteForCopies(store.forgottenDays())
        return reply
    }

    /// The files into which a household's figures were written, as the record book tells.
    private func exports(of sensor: SensorID, in store: Store) throws -> [String] {
        let files = try store.recordEntries().map(\.entry).filter {
            $0.kind == Office.lookedAt && $0.erasable["sensor"] == sensor.rawValue
        }.compactMap { $0.erasable["file"] }
        return Set(files).sorted()
    }

    private func take(_ sensor: SensorID, _ period: Range<Instant>, outOf file: String) -> String {
        switch ExportedFile(path: file).remove(sensor, within: period) {
        case .removed(let count): "\(count) lines were taken out of \(file)."
        case .notThere: "\(file), written earlier, is not there any more; if it was moved, destroy it."
        case .notOurs: "\(file) was written earlier and is something else now; look whether it is to be destroyed."
        case .failed(let reason): "\(file), written earlier, could not be changed (\(reason)): destroy it."
        }
    }

    /// Copies made before still hold what was deleted: a list beside them lets a restore delete it again.
    ///
    /// On another machine the running gateway puts it there, since it alone may have the key and the passphrase.
    /// On a stick that is out as well, once it is back.
    private func noteForCopies(_ days: [ForgottenDays]) throws {
        guard let rule = site.configuration.backup, !rule.isRemote else { return }
        let record = BackupRecord.load(site.configuration.dataFolder, target: rule.folder)
        guard BackupFolder(path: rule.folder, avoiding: record.ownDisk).isThere else { return }
        try BackupDesk(site: site).tellOfForgotten(days, inFolder: rule.folder)
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
