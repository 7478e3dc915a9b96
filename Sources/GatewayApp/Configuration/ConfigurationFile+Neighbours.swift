import Delivery
import GatewayModel
import StrictYAML

extension ConfigurationFile {
    /// How long a sign may be late where nothing is said: a day, and six hours for what waits on its way.
    private static let usualPatience: Int64 = 30 * 3600

    /// When and where the box says that it lives.
    func signOfLife(_ field: Field, _ destinations: [DestinationSettings]) -> Configuration.SignOfLife? {
        guard let fields = field.mapping(keys: ["at", "to"]),
            let minute = fields.required("at", example: "\"09:00\"").flatMap(minute),
            let to = fields.required("to", example: "[watcher]")
        else { return nil }
        // What is one household's business is nobody's who watches over boxes.
        let known = destinations.filter { $0.audience != .person }.map(\.name)
        let names = to.list().compactMap { entry -> String? in
            guard let name = entry.string() else { return nil }
            if !known.contains(name) {
                entry.report(
                    "'\(name)' is no destination",
                    remedy: Diagnostic.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                        ?? "name one from destinations: that is not one household's")
            }
            return name
        }
        return Configuration.SignOfLife(minute: minute, to: names)
    }

    /// The neighbours' boxes whose sign is waited for.
    func neighbours(_ field: Field?, prefix: String) -> [Configuration.Neighbour] {
        var found: [Configuration.Neighbour] = []
        for entry in field?.list() ?? [] {
            guard let neighbour = neighbour(entry, prefix: prefix) else { continue }
            if found.contains(where: { $0.name == neighbour.name }) {
                entry.report("the neighbour '\(neighbour.name)' stands twice", remedy: "give each a name of its own")
            } else {
                found.append(neighbour)
            }
        }
        return found
    }

    private func neighbour(_ field: Field, prefix: String) -> Configuration.Neighbour? {
        guard let fields = field.mapping(keys: ["name", "topic", "file", "every"]),
            let name = fields.required("name", example: "vall-sol")?.string()
        else { return nil }
        let (topic, file) = (fields["topic"]?.string(), fields["file"]?.string())
        guard (topic == nil) != (file == nil) else {
            field.report(
                "it is not said how the sign of life of '\(name)' comes",
                remedy: "add either topic: neighbours/\(name)/notices/life.sign, or file: with a path")
            return nil
        }
        if let topic, topic.isEmpty || topic.contains("+") || topic.contains("#") || topic.hasPrefix("$") {
            fields["topic"]?.report("'\(topic)' is not one topic", remedy: "write it whole, without + and #")
        }
        if let topic, topic == prefix || topic.hasPrefix(prefix + "/") {
            fields["topic"]?.report(
                "'\(topic)' is this box's own: it would hear itself",
                remedy: "let the broker's bridge put the neighbours' topics elsewhere, such as below neighbours/")
        }
        let every = fields["every"]?.seconds() ?? ConfigurationFile.usualPatience
        if !(3600...30 * 86_400).contains(every) {
            fields["every"]?.report("a sign is waited for between 1 h and 30 d", remedy: "30 h suits a daily sign")
        }
        return Configuration.Neighbour(name: name, topic: topic, file: file, every: every)
    }
}
