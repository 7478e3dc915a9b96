import GatewayModel
import TestSupport

@testable import MQTTIngest

/// A client with an account, driven by hand from a test; it says what the broker answers.
final class TestClient {
    private let connection: PlainConnection
    private let wakeup = Wakeup()
    /// The broker's answer to CONNECT; nil before it came.
    private(set) var connectCode: Int32?
    /// The broker's answers to PUBLISH by packet identifier.
    private var answers: [Int32: Int32] = [:]
    /// What arrived, in order.
    private(set) var received: [InboundMessage] = []

    struct NotMade: Error {}

    init(port: Int, user: String? = nil, password: String? = nil, authorityFile: String? = nil) throws {
        var options = BrokerOptions(host: "127.0.0.1", port: port, clientID: "", filters: [])
        options.user = user
        options.password = password
        options.encryption = authorityFile.map { BrokerOptions.Encryption(authorityFile: $0) }
        let number = UInt32.random(in: .min ... .max)
        guard let connection = PlainConnection(options, clientID: "test-\(number)", version: 5),
            connection.connect(options) == 0
        else { throw NotMade() }
        self.connection = connection
        wait { connectCode != nil }
    }

    /// Publishes and returns the broker's answer: 0 or 16 where it was taken, 0x87 where it is forbidden.
    func publish(_ topic: String, _ payload: String = "x", retain: Bool = false) -> Int32? {
        guard let id = connection.publish(topic: topic, payload: Array(payload.utf8), retain: retain) else {
            return nil
        }
        wait { answers[id] != nil }
        return answers[id]
    }

    /// Subscribes; what arrives is in ``received``.
    func subscribe(_ filter: String) -> Bool { connection.subscribe(filter) }

    /// Lets the connection work until the condition holds; true where it did in time.
    @discardableResult
    func wait(_ seconds: Double = 20, _ condition: () -> Bool) -> Bool {
        let end = steadySeconds() + seconds
        while !condition() {
            guard steadySeconds() < end else { return false }
            let code = connection.turn(wakeup: wakeup, milliseconds: 20)
            for event in connection.takeEvents() {
                switch event {
                case .connected(let code): connectCode = code
                case .published(let id, let code): answers[id] = code
                case .message(let topic, let payload, let isRetained):
                    received.append(
                        InboundMessage(
                            topic: topic, payload: payload, retained: isRetained,
                            receivedAt: Instant(milliseconds: 0)))
                case .disconnected: break
                }
            }
            if code != 0 { return condition() }
        }
        return true
    }

    /// The payload of the newest message of a topic.
    func text(of topic: String) -> String? {
        received.last { $0.topic == topic }.map { String(decoding: $0.payload, as: UTF8.self) }
    }
}
