import DeviceProfiles
import Foundation
import GatewayModel
import Storage

/// A community's installation as its files describe it: configuration, device profiles, languages.
public struct Site: Sendable {
    /// The checked configuration.
    public let configuration: Configuration
    /// The device profiles that could be read.
    public let profiles: ProfileCatalog
    /// The phrasebooks.
    public let languages: Languages

    /// Where docs/install.md puts the configuration of a box.
    public static let installedConfiguration = "/etc/commons-gateway/gateway.yaml"

    /// The configuration that is meant: that of the box where nobody named one and the current folder has none.
    public static func configuration(named path: String) -> String {
        let files = FileManager.default
        let isMissing = path == "config/gateway.yaml" && !files.fileExists(atPath: path)
        return isMissing && files.fileExists(atPath: installedConfiguration) ? installedConfiguration : path
    }

    /// Reads all files; what stops the program is thrown, what stops only itself goes to `warn`.
    ///
    /// - Throws: ``AppError`` listing every problem of the configuration.
    public static func load(
        configFile: String, warn: (Diagnostic) -> Void = { _ in }
    ) throws(AppError) -> Site {
        let (configuration, problems) = ConfigurationFile.load(configFile)
        guard let configuration else {
            throw AppError(
                problems.map(\.description).joined(separator: "\n"), remedy: "mend the file, then `commons check`")
        }
        let (profiles, profileProblems) = ProfileCatalog.load(folder: configuration.devicesFolder)
        let (languages, languageProblems) = Languages.load(folder: configuration.languagesFolder)
        (profileProblems + languageProblems).forEach(warn)
        return Site(configuration: configuration, profiles: profiles, languages: languages)
    }

    /// Opens the database for reading, beside a running gateway.
    func readingStore() throws -> Store {
        let folder = configuration.dataFolder
        guard isDataOpen else { throw closedData(isGatewayMissing: false) }
        guard FileManager.default.fileExists(atPath: folder + "/gateway.sqlite") else {
            throw AppError("there is no database in \(folder) yet", remedy: "start the gateway with `commons run`")
        }
        return try Store.openForReading(folder: folder)
    }

    /// Opens the database as the one writer; refused while the gateway runs.
    func writingStore(now: Instant) throws -> Store {
        try FileManager.default.createDirectory(
            atPath: configuration.dataFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let options = Store.Options(
            community: configuration.community.id,
            kind: configuration.community.isDemonstration ? .demonstration : .real)
        let store = try Store.open(folder: configuration.dataFolder, options: options, now: now)
        if let said = try store.clockSetting() { SystemClock.follow(said.start, ofBoot: said.boot) }
        return store
    }

    /// The language for texts: the wished one, else the community's first.
    func book(_ language: String?) -> Phrasebook {
        languages.book(language ?? configuration.community.languages.first ?? "en")
    }

    /// - Throws: ``AppError`` for a language that is not among those of the folder; nil is the community's first one.
    func check(language: String?) throws(AppError) {
        guard let language, languages.books[language] == nil else { return }
        throw AppError(
            "there is no language '\(language)' here",
            remedy: "choose one of \(languages.books.keys.sorted().joined(separator: ", "))")
    }

    /// The community's zone.
    var zone: Zone { configuration.community.zone }

    /// When the agenda of a meeting closes.
    func agendaCloses(before meeting: Instant) -> Instant {
        Meetings.moment(before: meeting, days: configuration.assembly.agendaClosesDaysBefore, in: zone)
    }

    /// The day on which the meeting is held that the rule puts on a day; nil where there is none, or it is cancelled.
    func assemblyDay(of meeting: CalendarDate) -> CalendarDate? {
        configuration.assembly.meetings.meeting(on: meeting).map { zone.date(at: $0.at) }
    }

    /// Parses a day or a time that a person wrote; a day means its first instant here.
    func instant(_ text: String) throws(AppError) -> Instant {
        if let date = CalendarDate(text: text) { return zone.start(of: date) }
        if let instant = Instant(rfc3339: text) { return instant }
        if let civil = Array(text.utf8).withUnsafeBufferPointer({ CivilTime(parsing: $0) }) {
            return civil.offsetSeconds.map { civil.instant(offsetSeconds: $0) } ?? zone.instant(of: civil)
        }
        throw AppError(
            "'\(text)' is neither a day nor a time",
            remedy: "write 2026-11-01, \"2026-11-01 08:00\" (local time) or 2026-11-01T08:00:00Z")
    }

    /// A time as people here read it: local, to the minute.
    func local(_ instant: Instant) -> String {
        let text = instant.rfc3339(offsetSeconds: zone.offsetSeconds(at: instant))
        return text.prefix(16).replacingOccurrences(of: "T", with: " ")
    }
}
