import Foundation
import GatewayModel
import StrictYAML

/// All device profiles of a folder, in the order in which they are tried.
public struct ProfileCatalog: Sendable {
    /// The profiles, those of the highest priority first.
    public let profiles: [DeviceProfile]

    /// Reads every `*.yaml` of a folder; a profile with problems is left out and its problems are returned.
    public static func load(folder: String) -> (catalog: ProfileCatalog, problems: [Diagnostic]) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            let problem = Diagnostic(
                file: folder, message: "the folder of the device profiles cannot be read",
                remedy: "check that it exists and that the gateway's user may read it")
            return (ProfileCatalog(profiles: []), [problem])
        }
        var texts: [(file: String, text: String)] = []
        var problems: [Diagnostic] = []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name),
                let text = String(validating: data, as: UTF8.self)
            else {
                problems.append(Diagnostic(file: name, message: "the file cannot be read as UTF-8"))
                continue
            }
            texts.append((name, text))
        }
        let (catalog, found) = ProfileCatalog.reading(texts)
        return (catalog, problems + found)
    }

    /// Reads profiles from texts, in any order.
    public static func reading(_ texts: [(file: String, text: String)]) -> (
        catalog: ProfileCatalog, problems: [Diagnostic]
    ) {
        var profiles: [DeviceProfile] = []
        var problems: [Diagnostic] = []
        for (file, text) in texts {
            let yaml = StrictYAML(file: file)
            if var profile = DeviceProfile.read(text, yaml: yaml) {
                profile.rules = DeviceProfile.rules(in: text)
                if let other = profiles.first(where: { $0.name == profile.name }) {
                    problems.append(
                        Diagnostic(
                            file: file, line: profile.line,
                            message: "the profile '\(profile.name)' stands in \(other.file) too",
                            remedy: "give one of them another name"))
                    continue
                }
                profiles.append(profile)
            }
            problems += yaml.problems
        }
        let byName = Dictionary(
            profiles.map { ($0.name, (fields: $0.fields, rules: $0.rules)) }, uniquingKeysWith: { first, _ in first })
        for index in profiles.indices {
            for name in profiles[index].sharedFields {
                if let shared = byName[name] {
                    profiles[index].fields += shared.fields
                    profiles[index].rules += shared.rules
                } else {
                    let nearest = Diagnostic.nearest(to: name, among: byName.keys.sorted())
                    problems.append(
                        Diagnostic(
                            file: profiles[index].file, line: profiles[index].line,
                            message: "fields_from names the profile '\(name)', which does not exist",
                            remedy: nearest.map { "did you mean '\($0)'?" } ?? ""))
                }
            }
        }
        // Nobody knows how deep the messages of unknown devices are: names of nested values are told whole.
        for index in profiles.indices where profiles[index].priority == 0 {
            for place in profiles[index].fields.indices { profiles[index].fields[place].namesWholePath = true }
        }
        profiles.sort { ($1.priority, $0.name) < ($0.priority, $1.name) }
        return (ProfileCatalog(profiles: profiles), problems)
    }
}
