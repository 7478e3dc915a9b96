import Delivery
import Foundation
import GatewayModel
import StrictYAML

/// Reads `config/gateway.yaml` strictly: every unknown key or wrong form is a problem with its line.
public struct ConfigurationFile {
    private let reader: StrictYAML
    private let file: String

    /// Makes a reader for a file of that name.
    public init(file: String) {
        self.file = file
        reader = StrictYAML(file: file)
    }

    /// Reads the file from disk; the configuration is nil where anything is wrong, and the problems say what.
    public static func load(_ file: String) -> (configuration: Configuration?, problems: [Diagnostic]) {
        guard let data = FileManager.default.contents(atPath: file) else {
            let problem = Diagnostic(
                file: file, message: "cannot be read",
                remedy: "name the configuration with --config, or start from the example in config/gateway.yaml")
            return (nil, [problem])
        }
        guard let text = String(data: data, encoding: .utf8) else {
            return (nil, [Diagnostic(file: file, message: "is not UTF-8", remedy: "save it as UTF-8")])
        }
        return ConfigurationFile(file: file).parse(text)
    }

    /// Parses the text of a configuration.
    public func parse(_ text: String) -> (configuration: Configuration?, problems: [Diagnostic]) {
        let keys = [
            "community", "data_folder", "devices_folder", "resolutions_folder", "languages_folder", "mqtt", "assembly",
            "stewards", "duty", "round", "sign_of_life", "neighbours", "destinations", "backup", "clock", "sensors",
            "metrics_port", "answer_page", "proposals_folder", "neighbours_folder", "papers_folder",
        ]
        guard let top = reader.mapping(of: text, keys: keys) else { return (nil, reader.problems) }
        let community = top.required("community", example: "{id: vall-clara, …}").flatMap(community)
        let broker = top.required("mqtt", example: "{broker: embedded}").flatMap {
            self.broker($0, community: community)
        }
        let assembly = top.required("assembly", example: "{meets: first Sunday 18:00}").flatMap {
            self.assembly($0, zone: community?.zone ?? .utc)
        }
        let stewards = (top["stewards"]?.list() ?? []).compactMap(steward)
        let entries = (top["sensors"]?.list() ?? []).map { (field: $0, declared: sensor($0)) }
        let sensors = entries.compactMap(\.declared)
        checkChannels(entries)
        reportDoubles(in: sensors, at: top["sensors"])
        checkComputed(sensors, at: top["sensors"])
        var configuration = Configuration(
            file: file,
            community: community
                ?? .init(id: "", name: "", languages: ["en"], zone: .utc, isDemonstration: true),
            dataFolder: top["data_folder"]?.string() ?? "var/data",
            devicesFolder: top["devices_folder"]?.string() ?? "Devices",
            resolutionsFolder: top["resolutions_folder"]?.string() ?? "config/resolutions",
            languagesFolder: top["languages_folder"]?.string() ?? "config/languages",
            broker: broker ?? .init(place: .embedded, protocolVersion: "auto", topics: [], prefix: ""),
            assembly: assembly ?? AssemblySettings(meetings: Meetings([])),
            stewards: stewards,
            destinations: top["destinations"].map {
                DestinationSettings.list($0, defaultLanguage: community?.languages.first ?? "en")
            } ?? [], backup: top["backup"].flatMap(backup), sensors: sensors,
            metricsPort: top["metrics_port"]?.integer(in: 1...65_535))
        configuration.proposalsFolder = top["proposals_folder"]?.string() ?? configuration.proposalsFolder
        configuration.neighboursFolder = top["neighbours_folder"]?.string() ?? configuration.neighboursFolder
        configuration.papersFolder = top["papers_folder"]?.string() ?? configuration.papersFolder
        configuration.duty = top["duty"].flatMap { duty($0, stewards: stewards, zone: community?.zone ?? .utc) }
        checkReach(configuration, at: top["stewards"])
        configuration.signOfLife = top["sign_of_life"].flatMap { signOfLife($0, configuration.destinations) }
        configuration.neighbours = neighbours(top["neighbours"], prefix: configuration.broker.prefix)
        configuration.broker.topics += configuration.neighbours.compactMap(\.topic)
        configuration.round = top["round"].flatMap { round($0, configuration.destinations) }
        configuration.answerPage = top["answer_page"].flatMap(answerPage)
        checkSecretary(configuration, at: top["assembly"])
        if let clock = top["clock"]?.mapping(keys: ["wait_for_network"]) {
            configuration.waitsForNetworkTime = clock["wait_for_network"]?.boolean() ?? false
        }
        return (reader.problems.isEmpty ? configuration : nil, reader.problems)
    }

    private func community(_ field: Field) -> Configuration.Community? {
        guard let fields = field.mapping(keys: ["id", "name", "languages", "time_zone", "kind"]) else { return nil }
        enum Kind: String, CaseIterable { case demonstration, real }
        let id = fields.required("id", example: "vall-clara")?.string()
        let zoneField = fields.required("time_zone", example: "Europe/Madrid")
        let zone = zoneField?.string().flatMap { Zone(identifier: $0) }
        if let zoneField, zone == nil {
            zoneField.report(
                "the time zone is not known to this machine",
                remedy: "use a name such as Europe/Madrid, and install the package tzdata")
        }
        guard let id, let zone, let kind = fields.required("kind", example: "real")?.choice(Kind.self) else {
            return nil
        }
        if !SensorID(rawValue: id).isWellFormed || id.contains("/") {
            fields["id"]?.report(
                "the id may have lower-case letters, digits, '-' and '_' only", remedy: "for example vall-clara")
        }
        return .init(
            id: id, name: fields["name"]?.string() ?? id,
            languages: fields["languages"]?.list().compactMap { $0.string() } ?? ["en"], zone: zone,
            isDemonstration: kind == .demonstration)
    }

    private func reportDoubles(in sensors: [Configuration.DeclaredSensor], at field: Field?) {
        let names = Dictionary(grouping: sensors, by: \.sensor.id).filter { $0.value.count > 1 }.keys.sorted()
        for name in names {
            field?.report("the sensor '\(name)' stands twice", remedy: "give each sensor an id of its own")
        }
    }
}
