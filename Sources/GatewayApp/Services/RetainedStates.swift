import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import Storage

/// What the broker still holds of alerts for destinations, or for home automation, that the configuration knows no more.
///
/// Found at a start. What is taken back for a destination goes through the outbox, by a destination of its name that takes
/// nothing else, so that it waits for a broker that is away; what home automation was told is emptied with each connection.
struct RetainedStates {
    /// Destinations that are no more, as ones that only take back.
    let removed: [DestinationSettings]
    /// What they have to take back.
    let withdrawals: [OutboxItem]
    /// Where home automation looked once and looks no more, by word.
    private let retiredWords: [String]
    /// The alerts that may still be shown there.
    private let shown: [String]

    private static let file = "home-automation"
    /// Home Assistant's own word, for boxes that have noted none yet.
    private static let usualWord = "homeassistant"

    init(_ site: Site, _ store: Store) {
        let current = site.configuration.destinations.compactMap { destination -> (String, String?)? in
            guard case .mqtt(let mqtt) = destination.kind else { return nil }
            return (destination.name, mqtt.discovery)
        }
        let names = Set(current.map(\.0))
        let held = ((try? store.lastPublished()) ?? []).filter { !MQTTDestination.takesBack($0) }
        let kept = Set(held.filter { names.contains($0.destination) }.map(\.alert))
        // An alert that another destination still shows stands at the same place.
        let stale = held.filter { !names.contains($0.destination) && !kept.contains($0.alert) }
        let words = current.compactMap(\.1)
        withdrawals = stale.map { item in
            var item = item
            item.key = RetainedStates.key(of: item)
            item.type = MQTTDestination.withdrawn
            (item.title, item.body, item.dataJSON, item.notBefore) = ("", "", "{}", nil)
            item.priority = .today
            return item
        }
        removed = Set(stale.map(\.destination)).sorted().map { name in
            DestinationSettings(
                name: name, audience: .stewards, language: site.configuration.community.languages.first ?? "en",
                kind: .mqtt(MQTTSettings(discovery: words.first)))
        }
        shown = Set(held.compactMap(\.alert)).sorted()
        retiredWords = RetainedStates.note(
            words, usual: held.isEmpty ? [] : [RetainedStates.usualWord], in: site.configuration.dataFolder)
    }

    /// Takes back what home automation was told, where it is told nothing any more.
    func withdrawDescriptions(from status: StatusPublisher) {
        for word in retiredWords {
            for entry in [("binary_sensor", "running"), ("sensor", "open_alerts")]
                + shown.map({ ("binary_sensor", $0) })
            {
                status.keepAnnouncement(discovery: word, component: entry.0, object: entry.1, text: "")
            }
        }
    }

    /// Notes the words in use beside those that were, and returns those that are in use no more.
    private static func note(_ words: [String], usual: [String], in folder: String) -> [String] {
        let path = folder + "/" + file
        let noted = FileManager.default.contents(atPath: path).map { data in
            String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        let all = Set(noted ?? usual).union(words)
        if all != Set(noted ?? []) {
            try? AtomicFile.write(Data(all.sorted().joined(separator: "\n").utf8), to: path)
        }
        return all.subtracting(words).sorted()
    }

    /// The same notice is taken back once, whatever is restarted meanwhile.
    private static func key(of item: OutboxItem) -> String {
        String(Fingerprint.sha256(Data("\(MQTTDestination.withdrawn)/\(item.key)".utf8)).prefix(32))
    }
}
