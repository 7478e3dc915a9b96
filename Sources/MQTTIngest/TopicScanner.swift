import GatewayModel

/// Listens to the broker for a limited time on a connection of its own, to find devices that nobody assigned yet.
///
/// The session keeps nothing at the broker (random client identifier, clean start, QoS 0), so a filter such as `#` does
/// no harm to the gateway's own session. An account sees only what its ACL lets it read.
public enum TopicScanner {
    /// Listens and hands over each message on the calling thread, which is blocked for that long.
    ///
    /// Left out are the gateway's own topics below `prefix` and the entries that it announces itself by Home
    /// Assistant's discovery. Ends early where `receive` returns false. Throws ``ScanError`` where the broker cannot be
    /// reached or refuses us.
    public static func scan(
        options: BrokerOptions, filter: String, seconds: Double, prefix: String,
        clock: @Sendable () -> Instant, receive: (InboundMessage) throws -> Bool
    ) throws {
        let wakeup = Wakeup()
        let end = monotonicMilliseconds() + Int64(min(max(seconds, 0), 86_400) * 1000)
        var version = options.firstVersion
        var connection = try connect(options, version: version)
        while case let left = end - monotonicMilliseconds(), left > 0 {
            let code = connection.turn(wakeup: wakeup, milliseconds: Int32(clamping: min(left, 1000)))
            var isRefusedVersion = false
            for event in connection.takeEvents() {
                switch event {
                case .connected(0):
                    guard connection.subscribe(filter) else { throw ScanError.badFilter(filter) }
                case .connected(let code):
                    guard options.mayFallBack(from: version, code: code) else { throw ScanError.refused(code: code) }
                    isRefusedVersion = true
                case .message(let topic, let payload, let isRetained):
                    guard !isOwn(topic: topic, prefix: prefix) else { continue }
                    let message = InboundMessage(
                        topic: topic, payload: payload, retained: isRetained, receivedAt: clock())
                    guard try receive(message) else { return close(connection, wakeup) }
                case .disconnected, .published: continue
                }
            }
            if isRefusedVersion {
                version = 4
                connection = try connect(options, version: version)
            } else if code != 0 {
                throw ScanError.lost(reason: BrokerSession.explanation(of: code))
            }
        }
        close(connection, wakeup)
    }

    /// True for what the gateway publishes itself: below its prefix, or a discovery entry (`homeassistant/<component>/
    /// [<node>/]<object>/config`) whose node or object carries the prefix.
    static func isOwn(topic: String, prefix: String) -> Bool {
        if topic == prefix || topic.hasPrefix(prefix + "/") { return true }
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count >= 4, levels.first == "homeassistant" else { return false }
        return levels[2..<(levels.count - 1)].contains { level in
            level == prefix || level.hasPrefix(prefix + "_") || level.hasPrefix(prefix + "-")
        }
    }

    private static func connect(_ options: BrokerOptions, version: Int32) throws -> PlainConnection {
        let clientID = "commons-scan-" + String(UInt64.random(in: .min ... .max), radix: 36)
        guard let connection = PlainConnection(options, clientID: clientID, version: version) else {
            throw ScanError.badOptions()
        }
        let code = connection.connect(options)
        guard code == 0 else { throw ScanError.unreachable(options, reason: BrokerSession.explanation(of: code)) }
        return connection
    }

    private static func close(_ connection: PlainConnection, _ wakeup: Wakeup) {
        _ = connection.disconnect()
        _ = connection.turn(wakeup: wakeup, milliseconds: 0)
    }
}
