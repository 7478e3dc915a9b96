import Delivery
import DeviceProfiles
import Foundation
import GatewayModel
import Limits

/// Checks every file that people write, at once.
public enum FileCheck {
    /// What was found.
    public struct Result: Sendable {
        /// Every problem, file by file.
        public var problems: [Diagnostic]
        /// What was read, for the case that nothing is wrong.
        public var summary: String
    }

    /// Reads configuration, profiles, languages and resolutions.
    public static func run(configFile: String) -> Result {
        let (configuration, configProblems) = ConfigurationFile.load(configFile)
        guard let configuration else { return Result(problems: configProblems, summary: "") }
        let (profiles, profileProblems) = ProfileCatalog.load(folder: configuration.devicesFolder)
        let (languages, languageProblems) = Languages.load(folder: configuration.languagesFolder)
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: configuration.resolutionsFolder)) ?? [])
            .filter { $0.hasSuffix(".md") }.sorted()
        let resolutions = files.map { name -> (Resolution?, [Diagnostic]) in
            let path = configuration.resolutionsFolder + "/" + name
            guard let data = FileManager.default.contents(atPath: path) else {
                return (nil, [Diagnostic(file: path, message: "cannot be read", remedy: "check its permissions")])
            }
            return ResolutionFile.parse([UInt8](data), fileName: path)
        }
        let missing = configuration.community.languages.filter { languages.books[$0] == nil }.map {
            Diagnostic(
                file: configuration.file,
                message: "the language '\($0)' has no file in \(configuration.languagesFolder)",
                remedy: "remove it from languages:, or translate en.yaml")
        }
        let sensors = Set(configuration.sensors.map(\.sensor.id))
        let strangers = zip(files, resolutions).flatMap { name, result in
            (result.0?.limits ?? []).flatMap(\.sensors).filter { !sensors.isEmpty && !sensors.contains($0) }.map {
                Diagnostic(
                    file: configuration.resolutionsFolder + "/" + name,
                    message: "the sensor '\($0)' is not in the configuration",
                    remedy: "add it there, or assign a device to it before the decision is adopted")
            }
        }
        let site = Site(configuration: configuration, profiles: profiles, languages: languages)
        let inbox = AgendaInbox(site: site)
        // Before the first start there is no database, and nothing adopted.
        let mandates = (try? site.readingStore()).flatMap { try? site.mandateProblems($0) } ?? []
        let waiting = inbox.proposals().problems + inbox.neighbours().problems
        let secrets = configuration.troubledFiles.map {
            Diagnostic(file: configuration.file, message: $0.message, remedy: $0.remedy)
        }
        let summary =
            "All files are good: \(configuration.sensors.count) sensors, \(profiles.profiles.count) device profiles, "
            + "\(languages.books.count) languages, \(files.count) decisions."
        return Result(
            problems: configProblems + profileProblems + languageProblems + resolutions.flatMap(\.1) + missing
                + strangers + waiting + secrets + mandates,
            summary: summary)
    }
}
