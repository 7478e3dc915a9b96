import GatewayModel
import Glibc

/// The work of the status thread: connect, publish, wait, and connect again with growing waits.
final class StatusLoop {
    private let shared: StatusShared
    private let options: BrokerOptions
    private let prefix: String
    private let clock: @Sendable () -> Instant
    private let since: Instant
    private var version: Int32
    private var connection: PlainConnection?
    private var isConnected = false
    private var pending: [Int32: StatusShared.Request] = [:]
    private var backoff = Backoff()
    private var nextAttempt: Int64 = 0
    private var connectDeadline: Int64 = 0

    init(shared: StatusShared, options: BrokerOptions, prefix: String, clock: @escaping @Sendable () -> Instant) {
        self.shared = shared
        self.options = options
        self.prefix = prefix
        self.clock = clock
        since = clock()
        version = options.firstVersion
    }

    /// Runs until the publisher is stopped.
    func run() {
        while !shared.isStopping {
            connectIfDue()
            turn(milliseconds: 1000)
        }
        goodbye()
    }

    private func turn(milliseconds: Int64) {
        let now = monotonicMilliseconds()
        guard let connection else {
            var descriptor = pollfd(fd: shared.wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            let wait = min(milliseconds, max(0, nextAttempt - now))
            if poll(&descriptor, 1, Int32(clamping: wait)) > 0 { shared.wakeup.drain() }
            return
        }
        if isConnected { publishWaiting(on: connection) }
        let code = connection.turn(wakeup: shared.wakeup, milliseconds: Int32(clamping: milliseconds))
        handleEvents(of: connection)
        let isLate = !isConnected && monotonicMilliseconds() > connectDeadline
        if code != 0 || isLate { lose(connection) }
        pending = pending.filter { !$0.value.isOver }
    }

    private func connectIfDue() {
        let now = monotonicMilliseconds()
        guard connection == nil, now >= nextAttempt else { return }
        let clientID = options.clientID + "-status"
        guard let fresh = PlainConnection(options, clientID: clientID, version: version),
            fresh.setWill(topic: prefix + "/status", payload: Array(StatusLoop.offline.utf8)),
            fresh.connect(options) == 0
        else {
            nextAttempt = monotonicMilliseconds() + backoff.next()
            return
        }
        connection = fresh
        connectDeadline = monotonicMilliseconds() + 30_000
    }

    private func handleEvents(of connection: PlainConnection) {
        for event in connection.takeEvents() {
            switch event {
            case .connected(let code): connected(connection, code)
            case .published(let id, let code):
                pending.removeValue(forKey: id)?.finish(code < 0x80 ? .confirmed : .refused)
            case .disconnected: lose(connection)
            case .message(let topic, let payload, let isRetained):
                guard topic == BacklogClock.uptimeTopic, let seconds = BacklogClock.seconds(inUptime: payload)
                else { continue }
                shared.heard(uptimeSeconds: seconds, isRetained: isRetained, now: clock())
            }
        }
    }

    private func connected(_ connection: PlainConnection, _ code: Int32) {
        guard code == 0 else {
            lose(connection)
            if options.mayFallBack(from: version, code: code) {
                version = 4
                nextAttempt = 0
            }
            return
        }
        backoff = Backoff()
        isConnected = true
        publishState(on: connection, always: true)
        _ = connection.subscribe(BacklogClock.uptimeTopic)
        shared.setConnected(true)
    }

    private func publishWaiting(on connection: PlainConnection) {
        publishState(on: connection, always: false)
        for request in shared.takeRequests() where !request.isOver {
            let id = connection.publish(topic: request.topic, payload: request.payload, retain: request.retain)
            if let id { pending[id] = request } else { request.finish(.refused) }
        }
    }

    private func publishState(on connection: PlainConnection, always: Bool) {
        for (topic, text) in shared.takeKept(all: always) {
            _ = connection.publish(topic: topic, payload: Array(text.utf8), retain: true)
        }
        guard let members = shared.takeHealth(always: always) else { return }
        let state = #"{"state":"online","since":"\#(since)"\#(members.isEmpty ? "" : "," + members)}"#
        _ = connection.publish(topic: prefix + "/status", payload: Array(state.utf8), retain: true)
    }

    private func lose(_ lost: PlainConnection) {
        guard connection === lost else { return }
        connection = nil
        isConnected = false
        shared.setConnected(false)
        for request in pending.values { request.finish(.unconfirmed) }
        pending = [:]
        nextAttempt = monotonicMilliseconds() + backoff.next()
    }

    /// Without a DISCONNECT the broker would publish the will; with it the state has to be published by us.
    private func goodbye() {
        let deadline = monotonicMilliseconds() + 3_000
        if let connection, isConnected {
            publishWaiting(on: connection)
            let last = StatusShared.Request(
                topic: prefix + "/status", payload: Array(StatusLoop.offline.utf8), retain: true)
            let id = connection.publish(topic: last.topic, payload: last.payload, retain: last.retain)
            if let id { pending[id] = last }
            while self.connection === connection, !last.isOver, monotonicMilliseconds() < deadline {
                turn(milliseconds: 100)
            }
            if self.connection === connection {
                _ = connection.disconnect()
                _ = connection.turn(wakeup: shared.wakeup, milliseconds: 0)
                lose(connection)
            }
        }
        shared.setConnected(false)
    }

    private static let offline = #"{"state":"offline"}"#
}
