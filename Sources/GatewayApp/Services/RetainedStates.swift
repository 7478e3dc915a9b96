import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import Storage

/// What the broker still holds for destinations, or for home automation, that the configuration knows no more.
///
/// Found at a start. What is taken back for a destination goes through the outbox, by a destination of its own, so that it
/// waits for a broker that is away; what home automation was told is emptied with each connection.
struct RetainedStates {
    /// The destination that takes back; nil where there is nothing to.
    let destination: DestinationSettings?
    /// What it has to take back.
    let withdrawals: [OutboxItem]
    /// What destinations that stand there still have to tell again, since one that is removed wrote over it.
    let retold: [OutboxItem]
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
        let published = (try? store.lastPublished() + store.lastPublishedNotices()) ?? []
        for item in published {
            let place = Place(item)
            if item.destination == RetainedStates.name { held.removeAll { Place($0) == place } }
            if !MQTTDestination.takesBack(item) { held.append(item) }
        }
        // What another destination still shows stands at the same place.
        let kept = Dictionary(grouping: held.filter { names.contains($0.destination) }, by: Place.init)
        let removed = held.filter { !names.contains($0.destination) }
        withdrawals = removed.filter { kept[Place($0)] == nil }.map { item in
            OutboxItem(
                key: RetainedStates.key(of: item), destination: RetainedStates.name, type: MQTTDestination.withdrawn,
                priority: .today, title: item.alert == nil ? item.type : "", body: "", alert: item.alert,
                createdAt: item.createdAt)
        }
        retold = removed.flatMap { item in
            (kept[Place(item)] ?? []).filter { $0.createdAt <= item.createdAt }.map { own in
                var own = own
                own.key = RetainedStates.key(of: item)
                return own
            }
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
            words, usual: shown.isEmpty ? [] : [RetainedStates.usualWord], in: site.configuration.dataFolder)
    }

    /// Where the broker holds a notice: an alert's own, or the one of its type.
    private struct Place: Hashable {
        let alert: String?
        let type: String

        init(_ item: OutboxItem) {
            alert = item.alert
            type = item.alert != nil ? "" : item.type == MQTTDestination.withdrawn ? item.title : item.type
        }
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
