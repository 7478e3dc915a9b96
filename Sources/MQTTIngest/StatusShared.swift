import Foundation
import GatewayModel
import Synchronization

/// What the status thread shares with those who call it.
final class StatusShared: Sendable {
    /// A message on its way, with the one who waits for its acknowledgement.
    final class Request: Sendable {
        let topic: String
        let payload: [UInt8]
        let retain: Bool
        private let outcome = Mutex<StatusPublisher.Outcome?>(nil)
        private let done = DispatchSemaphore(value: 0)

        init(topic: String, payload: [UInt8], retain: Bool) {
            self.topic = topic
            self.payload = payload
            self.retain = retain
        }

        /// Tells the waiting thread; the first answer counts.
        func finish(_ result: StatusPublisher.Outcome) {
            let isFirst = outcome.withLock { outcome in
                defer { outcome = outcome ?? result }
                return outcome == nil
            }
            if isFirst { done.signal() }
        }

        func wait(seconds: Double) -> StatusPublisher.Outcome {
            let milliseconds = seconds.isFinite ? Int(min(max(seconds, 0), 86_400) * 1000) : 86_400_000
            _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
            return outcome.withLock { outcome in
                let result = outcome ?? .unconfirmed
                outcome = result
                return result
            }
        }

        /// True where nobody waits any more.
        var isOver: Bool { outcome.withLock { $0 != nil } }
    }

    private struct State {
        var isStarted = false
        var isStopping = false
        var isConnected = false
        var requests: [Request] = []
        var health = ""
        var isHealthNew = false
        /// Retained texts by their whole topics, and those of them that changed.
        var kept: [String: String] = [:]
        var changed: Set<String> = []
        var brokerStart = BrokerStart()
    }

    let wakeup = Wakeup()
    private let state = Mutex(State())

    /// True for the first call only.
    func takeStart() -> Bool {
        state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isStopping
        }
    }

    /// True for the first call after a start.
    func takeStop() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return state.isStarted && !state.isStopping
        }
        wakeup.signal()
        return isFirst
    }

    /// Hands a message to the thread; false while there is no connection.
    func submit(_ request: Request) -> Bool {
        let isAccepted = state.withLock { state in
            guard state.isConnected, !state.isStopping else { return false }
            state.requests.append(request)
            return true
        }
        if isAccepted { wakeup.signal() }
        return isAccepted
    }

    func setHealth(_ members: String) {
        state.withLock { state in
            guard state.health != members else { return }
            state.health = members
            state.isHealthNew = true
        }
        wakeup.signal()
    }

    /// The members to publish where they changed since the last call, or `always`.
    func takeHealth(always: Bool) -> String? {
        state.withLock { state in
            guard state.isHealthNew || always else { return nil }
            state.isHealthNew = false
            return state.health
        }
    }

    func keep(_ text: String, at topic: String) {
        let isNew = state.withLock { state in
            guard state.kept[topic] != text else { return false }
            state.kept[topic] = text
            state.changed.insert(topic)
            return true
        }
        if isNew { wakeup.signal() }
    }

    /// The retained texts that changed since the last call, or all of them, by topic.
    func takeKept(all: Bool) -> [(topic: String, text: String)] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.kept.filter { all || state.changed.contains($0.key) }.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value) }
        }
    }

    func takeRequests() -> [Request] {
        state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// Notes that the connection was made or lost; messages that nobody took are not sent later.
    func setConnected(_ isConnected: Bool) {
        let stranded = state.withLock { state in
            state.isConnected = isConnected
            guard !isConnected else { return [Request]() }
            state.brokerStart.connectionLost()
            defer { state.requests = [] }
            return state.requests
        }
        for request in stranded { request.finish(.notConnected) }
    }

    func heard(uptimeSeconds: Int64, isRetained: Bool, now: Instant) {
        state.withLock { $0.brokerStart.heard(uptimeSeconds: uptimeSeconds, isRetained: isRetained, now: now) }
    }

    var brokerStartedAt: Instant? { state.withLock { $0.brokerStart.startedAt } }
    var isConnected: Bool { state.withLock { $0.isConnected } }
    var isStopping: Bool { state.withLock { $0.isStopping } }
}
