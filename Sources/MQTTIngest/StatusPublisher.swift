import Foundation
import GatewayModel
import Synchronization

/// The second connection to the broker: says that the gateway lives, and publishes below the gateway's own prefix.
///
/// It runs on a thread of its own, so that nothing that is published delays the acknowledged loop. The retained
/// message at `<prefix>/status` is `{"state":"online","since":…}` with what ``update(health:)`` adds; the broker replaces
/// it by `{"state":"offline"}` (last will) when it no longer hears from us. All methods may be called from any thread.
public final class StatusPublisher: Sendable {
    /// What became of a message.
    public enum Outcome: Sendable, Hashable {
        /// The broker has acknowledged it.
        case confirmed
        /// There is no connection; nothing was sent.
        case notConnected
        /// It was sent or queued, and no acknowledgement came in time.
        case unconfirmed
        /// The topic cannot stand below the prefix, or the broker forbids it.
        case refused
    }

    private let shared: StatusShared
    private let options: BrokerOptions
    private let prefix: String
    private let clock: @Sendable () -> Instant
    private let ended = DispatchSemaphore(value: 0)

    /// Makes a publisher; nothing happens before ``start()``. The client identifier is the session's with `-status`.
    public init(options: BrokerOptions, prefix: String, clock: @escaping @Sendable () -> Instant) {
        self.options = options
        self.prefix = prefix
        self.clock = clock
        shared = StatusShared()
    }

    /// Starts the thread; later calls do nothing. A broker that is away is waited for.
    public func start() {
        guard shared.takeStart() else { return }
        let thread = Thread { [shared, options, prefix, clock, ended] in
            StatusLoop(shared: shared, options: options, prefix: prefix, clock: clock).run()
            ended.signal()
        }
        thread.name = "status"
        thread.start()
    }

    /// Publishes the offline state, says goodbye and ends the thread; waits for that at most five seconds.
    public func stop() {
        guard shared.takeStop() else { return }
        _ = ended.wait(timeout: .now() + 5)
    }

    /// Adds the members of a JSON object to the retained state; false where the text is no JSON object.
    @discardableResult
    public func update(health: String) -> Bool {
        let text = health.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)), object is [String: Any] else {
            return false
        }
        shared.setHealth(text.dropFirst().dropLast().trimmingCharacters(in: .whitespacesAndNewlines))
        return true
    }

    /// Keeps a text retained below the prefix, also after the connection was lost; false where the topic cannot stand
    /// there. Does not wait.
    @discardableResult
    public func keep(topic: String, text: String) -> Bool {
        guard StatusPublisher.isBelowPrefix(topic) else { return false }
        shared.keep(text, at: prefix + "/" + topic)
        return true
    }

    /// Keeps a description of something of ours retained where home automation looks for it (Home Assistant's "MQTT
    /// discovery"), also after the connection was lost; false where that is not one of ``announcementTopic``.
    @discardableResult
    public func keepAnnouncement(discovery: String, component: String, object: String, text: String) -> Bool {
        guard let topic = announcementTopic(discovery: discovery, component: component, object: object) else {
            return false
        }
        shared.keep(text, at: topic)
        return true
    }

    /// Publishes such a description retained at QoS 1; an empty one takes it back. Blocks up to that many seconds.
    public func announce(
        discovery: String, component: String, object: String, payload: [UInt8], timeoutSeconds: Double
    ) -> Outcome {
        guard let topic = announcementTopic(discovery: discovery, component: component, object: object) else {
            return .refused
        }
        let request = StatusShared.Request(topic: topic, payload: payload, retain: true)
        guard shared.submit(request) else { return .notConnected }
        return request.wait(seconds: timeoutSeconds)
    }

    /// `<discovery>/<component>/<node>/<object>/config`: the node is our own prefix in one level, so that no configuration
    /// describes, or speaks to, anything that is not ours. Nil where a part is not one plain level.
    public func announcementTopic(discovery: String, component: String, object: String) -> String? {
        let isPlain = [discovery, component, object].allSatisfy { level in
            !level.isEmpty && level.utf8.count < 100
                && level.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                        || $0 == 0x5F
                }
        }
        return isPlain ? "\(discovery)/\(component)/\(StatusPublisher.node(of: prefix))/\(object)/config" : nil
    }

    /// The own prefix in one level: `commons_vall-clara`.
    public static func node(of prefix: String) -> String { prefix.replacing("/", with: "_") }

    /// Publishes at QoS 1 below the prefix and waits for the acknowledgement; blocks up to that many seconds.
    public func publish(topic: String, payload: [UInt8], retain: Bool, timeoutSeconds: Double) -> Outcome {
        guard StatusPublisher.isBelowPrefix(topic) else { return .refused }
        let request = StatusShared.Request(topic: prefix + "/" + topic, payload: payload, retain: retain)
        guard shared.submit(request) else { return .notConnected }
        return request.wait(seconds: timeoutSeconds)
    }

    /// When the running broker was started, right to a second; nil until its first uptime message after connecting,
    /// which takes the broker's `sys_interval` and a second, and while the connection is down.
    public var brokerStartedAt: Instant? { shared.brokerStartedAt }

    /// True while the broker hears us.
    public var isConnected: Bool { shared.isConnected }

    /// MQTT 5.0 section 4.7: no wildcards and no zero in a topic's name, at most 65,535 bytes.
    private static func isBelowPrefix(_ topic: String) -> Bool {
        !topic.isEmpty && topic.utf8.count < 65_000 && !topic.hasPrefix("/")
            && !topic.utf8.contains { [0x2B, 0x23, 0].contains($0) }
    }
}
