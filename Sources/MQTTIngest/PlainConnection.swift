import CMosquitto
import GatewayModel
import Glibc

/// A connection without memory at the broker, for what needs no delayed acknowledgement: status, publishing, looking.
///
/// Used from one thread. Acknowledgements leave at once; after a disconnect a new connection is made from scratch.
final class PlainConnection {
    /// What a call of ``turn(wakeup:milliseconds:)`` brought, in order.
    enum Event {
        case connected(code: Int32)
        case published(id: Int32, code: Int32)
        case disconnected(code: Int32)
        case message(topic: String, payload: [UInt8], isRetained: Bool)
    }

    private let handle: OpaquePointer
    private var events: [Event] = []
    let version: Int32

    private static let isFine = Int32(MOSQ_ERR_SUCCESS.rawValue)

    /// Prepares a connection; nil where libmosquitto refuses the options, for instance unreadable TLS files.
    init?(_ options: BrokerOptions, clientID: String?, version: Int32) {
        _ = MosquittoLibrary.start
        guard let handle = mosquitto_new(clientID, true, nil) else { return nil }
        self.handle = handle
        self.version = version
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        var isAccepted = true
        if let user = options.user {
            isAccepted = mosquitto_username_pw_set(handle, user, options.password) == PlainConnection.isFine
        }
        if let encryption = options.encryption {
            let result = mosquitto_tls_set(
                handle, encryption.authorityFile, nil, encryption.certificateFile, encryption.keyFile, nil)
            isAccepted = isAccepted && result == PlainConnection.isFine
        }
        // All properties are set, so that `deinit` destroys the handle.
        guard isAccepted else { return nil }
        PlainConnection.installCallbacks(on: handle)
    }

    deinit {
        mosquitto_destroy(handle)
    }

    /// What the broker publishes, retained at QoS 1, once it no longer hears from us; before ``connect(_:)``.
    func setWill(topic: String, payload: [UInt8]) -> Bool {
        mosquitto_will_set(handle, topic, Int32(payload.count), payload, 1, true) == PlainConnection.isFine
    }

    /// Opens the connection; blocks until TCP answers or fails. Returns a libmosquitto error code.
    func connect(_ options: BrokerOptions) -> Int32 {
        mosquitto_connect_bind_v5(handle, options.host, Int32(options.port), options.keepalive, nil, nil)
    }

    /// Queues a message at QoS 1; the packet identifier, or nil where libmosquitto refuses it.
    func publish(topic: String, payload: [UInt8], retain: Bool) -> Int32? {
        var id: Int32 = 0
        let code = mosquitto_publish_v5(handle, &id, topic, Int32(payload.count), payload, 1, retain, nil)
        return code == PlainConnection.isFine ? id : nil
    }

    /// Queues a subscription at QoS 0; false where libmosquitto refuses the filter.
    func subscribe(_ filter: String) -> Bool {
        mosquitto_subscribe(handle, nil, filter, 0) == PlainConnection.isFine
    }

    /// Queues the DISCONNECT packet.
    func disconnect() -> Int32 { mosquitto_disconnect(handle) }

    /// Waits for the socket or the wakeup, then reads, writes and keeps alive; returns a libmosquitto error code.
    func turn(wakeup: Wakeup, milliseconds: Int32) -> Int32 {
        let interest = POLLIN | (mosquitto_want_write(handle) ? POLLOUT : 0)
        var descriptors = [
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mosquitto_socket(handle), events: Int16(interest), revents: 0),
        ]
        _ = poll(&descriptors, 2, milliseconds)
        if descriptors[0].revents != 0 { wakeup.drain() }
        let ready = Int32(descriptors[1].revents)
        var code = PlainConnection.isFine
        if ready & (POLLIN | POLLHUP | POLLERR) != 0 { code = mosquitto_loop_read(handle, 1) }
        if code == PlainConnection.isFine, mosquitto_want_write(handle) { code = mosquitto_loop_write(handle, 1) }
        if code == PlainConnection.isFine { code = mosquitto_loop_misc(handle) }
        return code
    }

    /// The events since the last call, in order.
    func takeEvents() -> [Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> PlainConnection? {
        pointer.map { Unmanaged<PlainConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func installCallbacks(on handle: OpaquePointer) {
        mosquitto_connect_v5_callback_set(handle) { _, owner, code, _, _ in
            PlainConnection.of(owner)?.events.append(.connected(code: code))
        }
        mosquitto_disconnect_callback_set(handle) { _, owner, code in
            PlainConnection.of(owner)?.events.append(.disconnected(code: code))
        }
        mosquitto_publish_v5_callback_set(handle) { _, owner, id, code, _ in
            PlainConnection.of(owner)?.events.append(.published(id: id, code: code))
        }
        mosquitto_message_callback_set(handle) { _, owner, message in
            guard let connection = PlainConnection.of(owner), let message = message?.pointee else { return }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            connection.events.append(
                .message(
                    topic: String(cString: message.topic), payload: Array(payload), isRetained: message.retain))
        }
    }
}

extension BrokerOptions {
    /// The number that libmosquitto knows the version by: 5, or 4 for 3.1.1.
    var firstVersion: Int32 { protocolVersion == .threeOneOne ? 4 : 5 }

    /// True where the broker's answer says that it does not speak MQTT 5 and the older version may be tried.
    func mayFallBack(from version: Int32, code: Int32) -> Bool {
        // MQTT 5.0 section 3.2.2.2: 0x84; brokers of 3.1.1 answer 1, "unacceptable protocol version".
        version == 5 && protocolVersion == .auto && (code == 0x84 || code == 1)
    }
}
