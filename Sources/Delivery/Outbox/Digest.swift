import Crypto
import GatewayModel

/// One message in place of many that waited through an outage (field case 18: nobody wants forty old messages).
public struct Digest: Hashable, Sendable {
    /// When waiting messages are put together.
    public struct Rule: Hashable, Sendable {
        /// More messages than this must have waited.
        public var moreThan: Int
        /// Seconds that a message must have waited to count.
        public var waitedSeconds: Int64
        /// The lines that a digest lists; the rest is counted.
        public var lines: Int

        /// Makes a rule.
        public init(moreThan: Int = 3, waitedSeconds: Int64 = 900, lines: Int = 20) {
            self.moreThan = moreThan
            self.waitedSeconds = waitedSeconds
            self.lines = lines
        }

        /// True where these messages go out as one.
        public func applies(to entries: [OutboxEntry], now: Instant) -> Bool {
            entries.count { hasWaited($0, now: now) } > moreThan
        }

        /// True where a message has waited so long that it counts; what was held back on purpose waits from then on.
        public func hasWaited(_ entry: OutboxEntry, now: Instant) -> Bool {
            entry.item.waitsSince <= now.advanced(bySeconds: -waitedSeconds)
        }
    }

    /// The type that a digest's item carries.
    public static let type = "digest"

    /// The message for people.
    public var item: OutboxItem
    /// The messages that it stands for.
    public var entries: [OutboxEntry]

    /// Puts entries of one destination together; nil for an empty list.
    ///
    /// The text and the key follow from the entries alone, so that every attempt with the same entries is the same
    /// message. Lines are ordered by priority, newest first: what matters now stands on top.
    public init?(_ entries: [OutboxEntry], rule: Rule, phrases: Phrasebook, zone: Zone) {
        let byTime = entries.sorted { ($0.item.createdAt, $0.item.key) < ($1.item.createdAt, $1.item.key) }
        guard let oldest = byTime.first, let newest = byTime.last else { return nil }
        let listed = byTime.reversed().sorted { $0.item.priority < $1.item.priority }
        var lines = listed.prefix(rule.lines).map { entry in
            phrases.text(
                "delivery.digest.line",
                ["time": Digest.time(entry.item.createdAt, zone: zone), "title": Escaping.singleLine(entry.item.title)])
        }
        if listed.count > rule.lines {
            lines.append(phrases.text("delivery.digest.more", ["count": String(listed.count - rule.lines)]))
        }
        let values = [
            "count": String(entries.count), "from": Digest.time(oldest.item.createdAt, zone: zone),
            "until": Digest.time(newest.item.createdAt, zone: zone),
        ]
        item = OutboxItem(
            key: Digest.key(of: entries.map(\.item.key)), destination: oldest.item.destination, type: Digest.type,
            priority: listed.first?.item.priority ?? .today, title: phrases.text("delivery.digest.title", values),
            body: ([phrases.text("delivery.digest.intro", values), ""] + lines).joined(separator: "\n"),
            dataJSON: "{\"refs\":[" + byTime.map { Escaping.json($0.item.key) }.joined(separator: ",") + "]}",
            createdAt: newest.item.createdAt)
        self.entries = byTime
    }

    /// The first 32 hexadecimal digits of SHA-256 over the sorted keys.
    static func key(of keys: [String]) -> String {
        let hash = SHA256.hash(data: Array(keys.sorted().joined(separator: "\n").utf8))
        return hash.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// `2026-11-23 06:14`, in the community's time.
    private static func time(_ instant: Instant, zone: Zone) -> String {
        let text = instant.rfc3339(offsetSeconds: zone.offsetSeconds(at: instant))
        return String(text.prefix(16)).split(separator: "T").joined(separator: " ")
    }
}
