import Delivery
import Foundation
import GatewayModel
import Limits
import Storage

/// Makes copies that are restored and compared before they count.
public struct BackupDesk: Sendable {
    let site: Site
    let programs: Programs

    /// Makes a desk for a site.
    public init(site: Site) {
        self.init(site: site, programs: Programs())
    }

    init(site: Site, programs: Programs) {
        self.site = site
        self.programs = programs
    }

    /// Makes a copy in the folder or on the machine, or at the configured one; also while the gateway runs. Copies beyond
    /// the rota go.
    ///
    /// With a passphrase file it is one encrypted archive of the whole box, otherwise the database alone. Blocks.
    ///
    /// - Throws: ``AppError`` where no folder is named or the copy is not good, ``StoreError`` where the database is not.
    public func make(to folder: String?) throws -> String {
        let rule = site.configuration.backup
        guard let target = folder ?? rule?.folder else {
            throw AppError(
                "no folder for backups is named",
                remedy: "write --to FOLDER, or `backup: {folder: FOLDER}` in \(site.configuration.file)")
        }
        var record = BackupRecord.load(site.configuration.dataFolder, target: target)
        let place = try Configuration.Backup.place(
            target, keyFile: rule?.keyFile, knownHosts: rule?.knownHosts, programs: programs, ownDisk: record.ownDisk)
        guard rule?.passphraseFile != nil || place is BackupFolder else {
            throw AppError(
                "a copy that is not encrypted does not leave the box",
                remedy: "name a passphrase_file below backup: in \(site.configuration.file)")
        }
        // Before minutes of work: is it there at all?
        _ = try place.names()
        let calls = CopyNames(community: site.configuration.community.id)
        let now = SystemClock.now()
        let said: String
        if let passphraseFile = rule?.passphraseFile {
            let name = calls.name(at: now, suffix: "tar.gpg")
            let content = try encrypted(name, place, passphraseFile, now: now)
            let gone = tidy(place, calls, rule?.keep ?? BackupRota(), now: now)
            said =
                "\(place)/\(name): restored for a trial and compared; \(BackupDesk.words(content))."
                + (gone > 0 ? " \(gone) old copies were removed." : "")
        } else {
            let copy = target + "/" + calls.name(at: now, suffix: "sqlite")
            let content = try site.readingStore().backup(to: copy)
            said =
                "\(copy): checked; \(BackupDesk.words(content)). It is the database alone and not encrypted: keep it "
                + "as you keep the minute book."
        }
        if place is BackupFolder, let disk = BackupFolder.disk(of: target) {
            try tellOfForgotten(site.readingStore().forgottenDays(), inFolder: target)
            let own = BackupFolder.disk(of: site.configuration.dataFolder)
            if disk != own { record.ownDisk = own }
        }
        if target == rule?.folder {
            record.succeeded(at: now)
            record.save(site.configuration.dataFolder)
        }
        return said
    }

    /// An archive made with the passphrase of that file.
    ///
    /// - Throws: ``AppError`` where the file holds none that is worth the name.
    func archive(_ named: String) throws(AppError) -> Archive {
        let (passphraseFile, text) = try Credential.file(at: named)
        guard let first = text.split(separator: "\n").first, first.count >= 12 else {
            throw AppError(
                "\(passphraseFile) holds no passphrase of 12 characters or more",
                remedy: "write one line into it, and the same on two papers that two persons keep")
        }
        return Archive(passphraseFile: passphraseFile, programs: programs)
    }

    /// Works in a folder of its own on the data folder's disk, which is empty before and gone afterwards; one at a time.
    func withScratch<Result>(_ name: String, _ body: (_ folder: (String) throws -> String) throws -> Result) throws
        -> Result
    {
        let scratch = site.configuration.dataFolder + "/" + name
        return try BackupLock(dataFolder: site.configuration.dataFolder).whileHeld(programs) {
            try? FileManager.default.removeItem(atPath: scratch)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            return try body { part in
                try FileManager.default.createDirectory(
                    atPath: scratch + "/" + part, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                return scratch + "/" + part
            }
        }
    }

    private func encrypted(
        _ name: String, _ place: any CopyPlace, _ passphraseFile: String, now: Instant
    ) throws -> BackupContent {
        let archive = try archive(passphraseFile)
        return try withScratch("backup.scratch") { folder in
            let parcel = try folder("parcel")
            let file = place.workFile(for: name, scratch: parcel)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let original = try folder("copy")
            let manifest = try BoxCopy(folder: original).gather(site, now: now)
            try archive.pack(original, into: file)
            // Room for one copy at a time is enough.
            try FileManager.default.removeItem(atPath: original)
            try place.steady(file)
            let trial = try folder("trial")
            try archive.unpack(file, into: trial)
            guard try BoxCopy(folder: trial).verified() == manifest else {
                throw AppError("the copy is not what was copied", remedy: "run commons doctor, and try another stick")
            }
            try FileManager.default.removeItem(atPath: trial)
            try place.settle(file, as: name, scratch: parcel)
            return manifest.content
        }
    }

    /// A copy that could not be removed is one too many, which is no reason to call the new one bad.
    private func tidy(_ place: any CopyPlace, _ calls: CopyNames, _ rota: BackupRota, now: Instant) -> Int {
        guard let names = try? place.names() else { return 0 }
        var rota = rota
        let adopted = try? LimitRegister(site: site).adopted(in: site.readingStore())
        rota.householdDays = adopted.flatMap { LimitsInForce($0).householdRetention(on: site.zone.date(at: now))?.days }
        return place.remove(calls.superfluous(in: names, rota, zone: site.zone, now: now))
    }

    private static func words(_ content: BackupContent) -> String {
        "\(content.records) entries of the record book, up to commit \(content.newestCommit)"
    }
}
