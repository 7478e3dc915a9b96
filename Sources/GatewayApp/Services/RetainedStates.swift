import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import Storage

/// What the broker still holds of alerts for destinations, or for home automation, that the configuration knows no more.
///
/// Found at a start. What is taken back for a destination goes through the outbox, by a destination of its own, so that it
/// waits for a broker that is away; what home automation was told is emptied with each connection.
struct RetainedStates {
    /// The destination that takes back; nil where there is nothing to.
    let destination: DestinationSettings?
    /// What it has to take back.
    let withdrawals: [OutboxItem]
    /// Where home automation looked once and looks no more, by word.
    private let retiredWords: [String]
    /// The alerts that may still be shown there.
    private let shown: [String]

    /// No destination of a configuration can have this name.
    static let name = "mqtt/removed"
    private static let file = "home-automation"
    /// Home Assistant's own word, for boxes that have noted none yet.
    private static let usualWord = "homeassistant"

    init(_ site: Site, _ store: Store) {
        let current = site.configuration.destinations.compactMap { destination -> (String, String?)? in
            guard case .mqtt(let mqtt) = destination.kind else { return nil }
            return (destination.name, mqtt.discovery)
        }
        let names = Set(current.map(\.0))
        let words = current.compactMap(\.1)
        // In the order in which they were made: what was taken back is held no more.
        var held: [OutboxItem] = []
        for item in (try? store.lastPublished()) ?? [] {
            if item.destination == RetainedStates.name { held.removeAll { $0.alert == item.alert } }
            if !MQTTDestination.takesBack(item) { held.append(item) }
        }
        // An alert that another destination still shows stands at the same place.
        let kept = Set(held.filter { names.contains($0.destination) }.map(\.alert))
        withdrawals = held.filter { !names.contains($0.destination) && !kept.contains($0.alert) }.map { item in
            OutboxItem(
                key: RetainedStates.key(of: item), destination: RetainedStates.name, type: MQTTDestination.withdrawn,
                priority: .today, title: "", body: "", alert: item.alert, createdAt: item.createdAt)
        }
        destination =
            withdrawals.isEmpty
            ? nil
            : DestinationSettings(
                name: RetainedStates.name, audience: .stewards,
                language: site.configuration.community.languages.first ?? "en",
                kind: .mqtt(MQTTSettings(discovery: words.first)))
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
        String(Fingerprint.sha256(Data("\(MQTTDestination.withdrawn)/\(item.destination)/\(item.key)".utf8)).prefix(32))
    }
}
