import GatewayModel
import Glibc

extension LoopDriver {
    /// Begins an attempt when it is due, and takes over the connection when one has succeeded.
    func connectIfDue() {
        guard session == nil else { return }
        if let attempt {
            guard let outcome = attempt.take() else { return }
            self.attempt = nil
            switch outcome {
            case .opened(let fresh):
                // While the store fails nothing may be received; the connection is made again afterwards.
                if !storeFails { begin(fresh) }
            case .failed(let reason): away(reason)
            }
        } else if !storeFails, monotonicMilliseconds() >= nextAttempt {
            attempt = ConnectionAttempt(options, version: version, wakeup: wakeup)
        }
    }

    private func begin(_ fresh: BrokerSession) {
        session = fresh
        filter.reconnected()
        fresh.watchForDuplicates(filter.isReplaying || poison.isGuarding)
        isCatchingUp = true
        backlogClock?.connected(lastHeard: lastHeard)
        if !writeAll(fresh) { lose(fresh, "the broker does not answer") }
    }

    private func away(_ reason: String) {
        nextAttempt = monotonicMilliseconds() + backoff.next()
        handler.connectionChanged(.away(reason: reason), now: clock())
    }

    /// Drops the connection with everything unwritten.
    ///
    /// What was received is committed nonetheless: messages at QoS 0 come only once, and the others are recognised when
    /// they come again.
    func lose(_ lost: BrokerSession, _ reason: String) {
        guard session === lost else { return }
        session = nil
        isAccepted = false
        openRequests = []
        marker = nil
        mayHoldMore = false
        if firstUncommitted != nil { _ = commit() } else { handleUndated() }
        mustWrite = false
        away(reason)
    }

    /// Sends pings and what else may leave: only while nothing received waits for its commit.
    func keepAlive() {
        guard let session else { return }
        let code = session.keepAlive()
        handleEvents(of: session)
        guard code == 0 else { return lose(session, BrokerSession.explanation(of: code)) }
        guard self.session === session else { return }
        guard session.descriptor >= 0 else { return lose(session, "the connection was closed") }
        if session.wantsWrite, firstUncommitted == nil, !writeAll(session) {
            lose(session, "the broker does not take our packets")
        }
    }

    func handleEvents(of session: BrokerSession) {
        for event in session.takeEvents() where self.session === session {
            switch event {
            case .connected(let code, let isSessionPresent): connected(session, code, isSessionPresent)
            case .answered(let request, let isRefused): answered(session, request, isRefused)
            case .disconnected(let code): lose(session, BrokerSession.explanation(of: code))
            }
        }
    }

    private func connected(_ session: BrokerSession, _ code: Int32, _ isSessionPresent: Bool) {
        // 0x84 is MQTT 5's "unsupported protocol version", 1 is 3.1.1's (sections 3.2.2.2 and 3.2.2.3).
        if version == 5, options.protocolVersion == .auto, code == 0x84 || code == 1 {
            version = 4
            lose(session, "the broker refuses MQTT 5")
            nextAttempt = 0
            return
        }
        guard code == 0 else { return lose(session, "the broker refuses us (reason code \(code))") }
        backoff = Backoff()
        isAccepted = true
        if !isSessionPresent {
            filter.startSession()
            poison.release()
            session.watchForDuplicates(false)
            isCatchingUp = false
            knownFilters = []
            guard isStored({ try handler.sessionStarted(now: clock()) }) else { return }
        }
        let wanted = wantedFilters
        let clocks = backlogClock.map { [BacklogClock.uptimeTopic, $0.clockTopic] } ?? []
        for (index, filter) in wanted.enumerated() where !knownFilters.contains(filter) {
            guard let request = session.subscribe(filter, identifier: UInt32(index + 1)) else { continue }
            // A broker that shows us no clock is listened to all the same.
            if !clocks.contains(filter) { openRequests.insert(request) }
        }
        for filter in knownFilters where !wanted.contains(filter) {
            session.unsubscribe(filter).map { _ = openRequests.insert($0) }
        }
        mustWrite = session.wantsWrite
        if openRequests.isEmpty { listening() }
    }

    /// The filters of the configuration and the clocks, none of them delivering what another delivers.
    private var wantedFilters: [String] {
        let clocks = backlogClock.map { [BacklogClock.uptimeTopic, $0.clockTopic] } ?? []
        return TopicFilter.withoutSubsumed(options.filters + clocks)
    }

    private func answered(_ session: BrokerSession, _ request: Int32, _ isRefused: Bool) {
        if request == marker?.request { return queueMarkReturned(session) }
        guard openRequests.remove(request) != nil else { return }
        // The session goes on queueing what the other filters match, so nothing is lost by waiting for the operator.
        guard !isRefused else { return lose(session, "the broker refuses a subscription") }
        if openRequests.isEmpty { listening() }
    }

    /// Only now that the broker has answered are the filters remembered: an unsent subscription would never be made up.
    private func listening() {
        let wanted = wantedFilters
        if knownFilters != wanted, !isStored({ try handler.subscribed(wanted) }) { return }
        knownFilters = wanted
        handler.connectionChanged(.listening, now: clock())
    }

    private func isStored(_ write: () throws -> Void) -> Bool {
        do {
            try write()
            return true
        } catch {
            storeFails = true
            session.map { lose($0, "the store cannot be written") }
            return false
        }
    }

    /// Says goodbye and waits until the broker has closed its side.
    ///
    /// The library closes the socket at once; what came meanwhile would be unread, and the reset that follows could
    /// overtake the last acknowledgements. A second descriptor keeps the socket open until the broker has read them.
    func sayGoodbye(_ session: BrokerSession) {
        let kept = dup(session.descriptor)
        guard kept >= 0 else { return }
        defer { close(kept) }
        _ = session.disconnect()
        guard writeAll(session) else { return }
        shutdown(kept, Int32(SHUT_WR))
        let deadline = monotonicMilliseconds() + 2000
        var rest = [UInt8](repeating: 0, count: 16_384)
        while case let left = deadline - monotonicMilliseconds(), left > 0 {
            var descriptor = pollfd(fd: kept, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, Int32(clamping: left)) > 0, recv(kept, &rest, rest.count, 0) > 0 else { return }
        }
    }
}
