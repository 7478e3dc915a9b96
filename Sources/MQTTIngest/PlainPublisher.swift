import CMosquitto
import Synchronization

/// Publishes as a device would, on a connection and a library thread of its own; for the simulated village.
public final class PlainPublisher: Sendable {
    // The pointer is only read under the lock; libmosquitto's own calls on it are thread-safe.
    private let handle: Mutex<SendableHandle?>

    private struct SendableHandle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Connects in the background and reconnects by itself.
    public init(options: BrokerOptions) {
        mosquitto_lib_init()
        guard let pointer = mosquitto_new(nil, true, nil) else {
            handle = Mutex(nil)
            return
        }
        if let user = options.user { mosquitto_username_pw_set(pointer, user, options.password) }
        if let encryption = options.encryption {
            mosquitto_tls_set(
                pointer, encryption.authorityFile, nil, encryption.certificateFile, encryption.keyFile, nil)
        }
        mosquitto_connect_async(pointer, options.host, Int32(options.port), options.keepalive)
        mosquitto_loop_start(pointer)
        handle = Mutex(SendableHandle(pointer: pointer))
    }

    /// Queues a message at QoS 1; from any thread. What cannot be sent now is sent after the next connect.
    public func publish(_ topic: String, _ payload: [UInt8], retain: Bool) {
        handle.withLock { handle in
            guard let handle else { return }
            mosquitto_publish(handle.pointer, nil, topic, Int32(payload.count), payload, 1, retain)
        }
    }

    /// Disconnects and ends the thread; later messages are dropped.
    public func close() {
        handle.withLock { handle in
            guard let open = handle else { return }
            handle = nil
            mosquitto_disconnect(open.pointer)
            mosquitto_loop_stop(open.pointer, false)
            mosquitto_destroy(open.pointer)
        }
    }
}
