import DeviceProfiles
import GatewayModel
import MQTTIngest

/// What is heard on each topic since the start: how often, read by which profile, and what was refused and why.
///
/// In memory only, and at most ``limit`` topics, so that a flood of topics costs nothing.
struct DeviceNotes: Sendable {
    /// One topic.
    struct Topic: Sendable {
        /// The device that its readings name; nil while none were read.
        var device: String?
        var profile: String?
        var messages = 0
        var firstSeen: Instant
        var lastSeen: Instant
        /// Refusals by reason.
        var rejections: [String: Int] = [:]
        /// The last refusal in words.
        var lastRejection: String?
    }

    static let limit = 2_000
    private(set) var topics: [String: Topic] = [:]

    mutating func note(_ received: ReceivedMessage, _ decoding: Decoding) {
        let name = received.message.topic
        let now = received.message.receivedAt
        guard topics[name] != nil || topics.count < DeviceNotes.limit else { return }
        var topic = topics[name] ?? Topic(firstSeen: now, lastSeen: now)
        topic.messages += 1
        topic.lastSeen = now
        if let device = decoding.readings.first?.stream.device { topic.device = device }
        if let profile = decoding.profile { topic.profile = profile }
        for rejection in decoding.rejections {
            topic.rejections[rejection.reason, default: 0] += 1
            topic.lastRejection = rejection.explanation
        }
        topics[name] = topic
    }

    /// The topics of a device, by name.
    func topics(of device: String) -> [(name: String, topic: Topic)] {
        topics.filter { $0.value.device == device }.sorted { $0.key < $1.key }.map { (name: $0.key, topic: $0.value) }
    }
}
