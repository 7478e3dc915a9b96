import CMosquitto
import Foundation
import GatewayModel
import Glibc

/// One connection to the broker through libmosquitto, driven by hand; the only file that owns its pointers.
///
/// Used from one thread. libmosquitto queues an acknowledgement before it calls back; because the session is marked as
/// threaded and no library loop runs, nothing leaves before ``write()`` is called (seen with version 2.0.11).
final class BrokerSession {
    /// What the callbacks of one call reported besides messages.
    enum Event: Sendable, Hashable {
        case connected(code: Int32, isSessionPresent: Bool)
        case answered(request: Int32, isRefused: Bool)
        case disconnected(code: Int32)
    }

    /// A message with the flags that only the library knows.
    struct Delivered {
        var topic: String
        var payload: [UInt8]
        var packetID: UInt16
        var qos: Int
        var isRetained: Bool
        var isDuplicate: Bool
    }

    private let handle: OpaquePointer
    private var nextIsDuplicate = false
    private var inbox: [Delivered] = []
    private var events: [Event] = []
    private(set) var deliveredCount = 0
    let version: Int32

    /// Prepares a session; nothing is sent before ``connect()``. Nil where libmosquitto refuses the options.
    init?(_ options: BrokerOptions, version: Int32) {
        _ = MosquittoLibrary.start
        guard let handle = mosquitto_new(options.clientID, false, nil) else { return nil }
        self.handle = handle
        self.version = version
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(options.receiveMaximum))
        mosquitto_threaded_set(handle, true)
        if let user = options.user { mosquitto_username_pw_set(handle, user, options.password) }
        if let encryption = options.encryption {
            let result = mosquitto_tls_set(
                handle, encryption.authorityFile, nil, encryption.certificateFile, encryption.keyFile, nil)
            // All properties are set, so that `deinit` destroys the handle.
            guard result == Int32(MOSQ_ERR_SUCCESS.rawValue) else { return nil }
        }
        BrokerSession.installCallbacks(on: handle)
    }

    deinit {
        mosquitto_destroy(handle)
    }

    /// Opens the connection and queues the CONNECT packet; blocks until name and TCP are answered or fail.
    func connect(_ options: BrokerOptions) -> Int32 {
        guard version == 5 else {
            return mosquitto_connect(handle, options.host, Int32(options.port), options.keepalive)
        }
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), .max)
        mosquitto_property_add_int16(&properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), options.receiveMaximum)
        mosquitto_property_add_int32(
            &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), options.maximumPacketSize)
        return mosquitto_connect_bind_v5(
            handle, options.host, Int32(options.port), options.keepalive, nil, properties)
    }

    /// The socket, -1 while there is none.
    var descriptor: Int32 { mosquitto_socket(handle) }

    /// True while packets wait to be written.
    var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Reads what the socket has; returns a libmosquitto error code.
    func read() -> Int32 { mosquitto_loop_read(handle, 1) }

    /// Writes what is queued, acknowledgements included: only after a commit.
    func write() -> Int32 { mosquitto_loop_write(handle, 1) }

    /// Keeps the connection alive; may queue a ping.
    func keepAlive() -> Int32 { mosquitto_loop_misc(handle) }

    /// Queues a subscription at QoS 1, with an identifier where the version has them; returns the request's number.
    func subscribe(_ filter: String, identifier: UInt32) -> Int32? {
        var request: Int32 = 0
        guard version == 5 else { return mosquitto_subscribe(handle, &request, filter, 1) == 0 ? request : nil }
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        mosquitto_property_add_varint(&properties, Int32(MQTT_PROP_SUBSCRIPTION_IDENTIFIER.rawValue), identifier)
        return mosquitto_subscribe_v5(handle, &request, filter, 1, 0, properties) == 0 ? request : nil
    }

    /// Queues the end of a subscription; returns the request's number.
    func unsubscribe(_ filter: String) -> Int32? {
        var request: Int32 = 0
        return mosquitto_unsubscribe(handle, &request, filter) == 0 ? request : nil
    }

    /// Queues the DISCONNECT packet; the library closes the socket once it is written.
    func disconnect() -> Int32 { mosquitto_disconnect(handle) }

    /// Watches for the DUP flag; costs about a microsecond a message, so only while repeats may come.
    func watchForDuplicates(_ isOn: Bool) {
        BrokerSession.setLog(on: handle, isOn)
        nextIsDuplicate = false
    }

    /// Hands over the messages since the last call, in order.
    func takeMessages(_ body: (Delivered) -> Void) {
        guard !inbox.isEmpty else { return }
        for index in inbox.indices { body(inbox[index]) }
        inbox.removeAll(keepingCapacity: true)
    }

    /// The events since the last call, in order.
    func takeEvents() -> [Event] {
        guard !events.isEmpty else { return [] }
        defer { events = [] }
        return events
    }

    /// What a libmosquitto error code means, in words.
    static func explanation(of code: Int32) -> String {
        code == Int32(MOSQ_ERR_ERRNO.rawValue)
            ? String(cString: strerror(errno)) : String(cString: mosquitto_strerror(code))
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> BrokerSession? {
        pointer.map { Unmanaged<BrokerSession>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func installCallbacks(on handle: OpaquePointer) {
        mosquitto_message_callback_set(handle) { _, owner, message in
            guard let session = BrokerSession.of(owner), let message = message?.pointee else { return }
            let bytes = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            session.inbox.append(
                Delivered(
                    topic: String(cString: message.topic), payload: Array(bytes),
                    packetID: UInt16(truncatingIfNeeded: message.mid), qos: Int(message.qos),
                    isRetained: message.retain, isDuplicate: session.nextIsDuplicate))
            session.nextIsDuplicate = false
            session.deliveredCount += 1
        }
        mosquitto_connect_v5_callback_set(handle) { _, owner, code, flags, _ in
            BrokerSession.of(owner)?.events.append(.connected(code: code, isSessionPresent: flags & 1 == 1))
        }
        mosquitto_subscribe_callback_set(handle) { _, owner, request, count, granted in
            // A granted quality of service is at most 2; a refusal has its highest bit set (MQTT 5.0, section 3.9.3).
            let isRefused = UnsafeBufferPointer(start: granted, count: Int(count)).contains { $0 >= 0x80 }
            BrokerSession.of(owner)?.events.append(.answered(request: request, isRefused: isRefused))
        }
        mosquitto_unsubscribe_callback_set(handle) { _, owner, request in
            BrokerSession.of(owner)?.events.append(.answered(request: request, isRefused: false))
        }
        mosquitto_disconnect_callback_set(handle) { _, owner, code in
            BrokerSession.of(owner)?.events.append(.disconnected(code: code))
        }
    }

    private static func setLog(on handle: OpaquePointer, _ isOn: Bool) {
        guard isOn else {
            mosquitto_log_callback_set(handle, nil)
            return
        }
        mosquitto_log_callback_set(handle) { _, owner, level, text in
            // The line "… received PUBLISH (d1, q1, …" comes just before the message callback; it alone tells the flag.
            guard level == MOSQ_LOG_DEBUG, let text, let found = strstr(text, "received PUBLISH (d") else { return }
            BrokerSession.of(owner)?.nextIsDuplicate = found[19] == 0x31
        }
    }
}
