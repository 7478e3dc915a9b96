import Foundation
import GatewayModel
import Storage

/// Saves what can be saved of a damaged database; what it replaces or takes out is kept beside it.
public struct RepairDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Repairs the database while no gateway runs; returns what was done, a line each.
    ///
    /// A file that SQLite cannot read is written anew from what sqlite3 recovers of it; damaged readings are set aside in
    /// files; days that are not what their readings say are counted anew. Throws ``StoreError`` `locked` while a gateway
    /// runs, ``AppError`` where nothing can be saved; the database is as it was then.
    public func run(progress: (String, Double) -> Void = { _, _ in }) throws -> [String] {
        let now = SystemClock.now()
        let aside = site.configuration.dataFolder + "/damaged-" + now.description.filter { $0 != ":" }
        var lines = try repairFile(aside)
        let store = try site.writingStore(now: now)
        defer { try? store.close() }
        try store.examine { progress("readings", $0) }
        let taken = try store.setDamageAside(into: aside, zone: site.zone) { taken in
            ActRecord(
                RecordEntry(
                    at: now, kind: "store.repaired",
                    facts: [
                        "set_aside": "\(taken.count)", "first": taken.first?.first.description ?? "",
                        "last": taken.map(\.last).max()?.description ?? "",
                    ]))
        }
        lines += taken.map {
            "\($0.place.rawValue) \($0.id), \(site.local($0.first)) to \(site.local($0.last)): its readings are lost; its "
                + "bytes lie in \(aside)."
        }
        let today = site.zone.date(at: now)
        let days = try store.compareDays(before: today, zone: site.zone) { progress("days", $0) }
        try store.mark(days)
        let wrongUses = try Doctor(site: site).wrongUses(in: store, before: today) { progress("consumption", $0) }
        try store.markUses(wrongUses.flatMap { sensor, days in days.map { (sensor, $0) } })
        _ = try PipelineLoader(site: site, store: store).bringDaysUpToDate(now: now)
        let count = days.count + wrongUses.values.map(\.count).reduce(0, +)
        if count > 0 { lines.append("\(count) days were counted anew.") }
        let book = try store.verifyRecordBook()
        if let broken = book.firstBroken {
            lines.append(
                "The record book does not fit from entry \(broken) on: compare it with a copy and the printed heads.")
        }
        return lines.isEmpty ? ["Nothing needed to be repaired."] : lines
    }

    private func repairFile(_ aside: String) throws -> [String] {
        let file = try DatabaseFile(folder: site.configuration.dataFolder)
        defer { file.release() }
        var lines: [String] = []
        if file.lacksLog {
            try file.acceptMissingLog()
            lines.append("The log was missing: what was committed last and stood in it alone is lost.")
        }
        let problems = DatabaseFile.problems(of: file.path)
        guard let first = problems.first else { return lines }
        try FileManager.default.createDirectory(
            atPath: aside, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try file.copy(to: aside)
        let recovered = aside + "/recovered.sqlite"
        _ = FileManager.default.createFile(
            atPath: recovered, contents: nil, attributes: [.posixPermissions: 0o600])
        let incomplete = try DatabaseFile.salvage(from: aside + "/gateway.sqlite", to: recovered)
        let left = DatabaseFile.problems(of: recovered)
        guard left.isEmpty, DatabaseFile.isWhole(recovered) else {
            throw AppError(
                "too little of the database can be saved (\((left.first ?? "tables are missing")))",
                remedy: "restore the last good copy with commons restore; the damaged files stay in \(aside)")
        }
        try file.replace(with: recovered)
        lines.append(
            "The database was damaged (\(first)) and written anew from what could be read; as it was it lies in \(aside)."
        )
        lines += incomplete.map { "Rows of the table \($0) stood in pages that cannot be read; the others were saved." }
        return lines
    }
}
