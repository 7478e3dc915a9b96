import Foundation
import GatewayModel

/// The state of every open alert as retained JSON on the broker, for lamps, panels and home automation.
///
/// `alerts/<id>` holds an alert until it is closed, when the last word is published and the retained one removed;
/// `notices/<type>` holds the last notice of each type that belongs to no alert. Publishing again is harmless.
public struct MQTTDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let publisher: any StatePublishing
    private let discovery: String?
    private let place: HomeAssistantEntry.Place

    private static let timeoutSeconds = 10

    init(
        settings: DestinationSettings, mqtt: MQTTSettings, publisher: any StatePublishing, context: DestinationContext
    ) {
        discovery = mqtt.discovery
        place = HomeAssistantEntry.Place(
            community: context.community, phrases: context.texts(settings.language).phrases)
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.publisher = publisher
    }

    /// A lamp or a panel shows the state of each alert, and of none a list.
    public var keepsStates: Bool { true }

    /// True while the broker hears us.
    public var isKnownToListen: Bool { publisher.isConnected }

    /// Publishes one state; blocks for at most twenty seconds.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let payload = Array(CommandDestination.input(for: item).utf8.dropLast())
        let topic =
            item.alert.map { "alerts/\(MQTTDestination.level($0))" }
            ?? "notices/\(MQTTDestination.level(item.type == MQTTDestination.withdrawn ? item.title : item.type))"
        // Alerts about the box close by themselves when they are over.
        let isLast = MQTTDestination.isLast(item)
        let isWithdrawn = item.type == MQTTDestination.withdrawn
        var result = isWithdrawn ? .confirmed : publish(topic, payload, retain: !isLast)
        if isLast || isWithdrawn, result == .confirmed { result = publish(topic, [], retain: true) }
        if result == .confirmed, let alert = item.alert {
            result = describe(alert, item, isOver: isLast || isWithdrawn)
        }
        switch result {
        case .confirmed: return .delivered(remoteID: topic)
        case .notConnected: return .retry(after: nil, reason: "the broker is away")
        case .unconfirmed: return .unknown(reason: "the broker did not confirm")
        }
    }

    /// The type of a notice that only takes back what the broker holds of an alert, or the last notice of the type that is its
    /// title.
    public static let withdrawn = "alert.withdrawn"

    /// True for a notice after which the broker holds nothing of its alert.
    public static func takesBack(_ item: OutboxItem) -> Bool { item.type == withdrawn || isLast(item) }

    private static func isLast(_ item: OutboxItem) -> Bool {
        item.type == "alert.closed" || figures(of: item)?.state == AlertState.closed.rawValue
    }

    /// The alert that a topic speaks of; nil for other topics.
    public static func alert(ofTopic topic: String) -> String? {
        topic.hasPrefix("alerts/") ? String(topic.dropFirst("alerts/".count)) : nil
    }

    /// Lets home automation know of an alert, or forget it.
    private func describe(_ alert: String, _ item: OutboxItem, isOver: Bool) -> StatePublishResult {
        guard let discovery else { return .confirmed }
        let prefix = publisher.prefix
        let entry = HomeAssistantEntry.alert(
            MQTTDestination.level(alert), number: MQTTDestination.figures(of: item)?.alert.map { "\($0)" } ?? "",
            prefix: prefix,
            node: prefix.replacing("/", with: "_"), place)
        return publisher.announce(
            discovery: discovery, component: entry.component, object: entry.object,
            payload: isOver ? [] : Array(entry.text.utf8), timeoutSeconds: MQTTDestination.timeoutSeconds)
    }

    /// What is needed of the figures.
    private struct Figures: Decodable {
        /// The number that people say.
        var alert: Int?
        var state: String?
    }

    private static func figures(of item: OutboxItem) -> Figures? {
        try? JSONDecoder().decode(Figures.self, from: Data(item.dataJSON.utf8))
    }

    private func publish(_ topic: String, _ payload: [UInt8], retain: Bool) -> StatePublishResult {
        publisher.publish(
            topic: topic, payload: payload, retain: retain, timeoutSeconds: MQTTDestination.timeoutSeconds)
    }

    /// One level of a topic: separators, wildcards and anything unusual become dashes.
    private static func level(_ text: String) -> String {
        String(text.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") ? $0 : "-" })
    }
}
