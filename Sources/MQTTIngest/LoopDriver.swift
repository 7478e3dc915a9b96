import GatewayModel
import Glibc

/// The state of the acknowledged loop; lives on the ingest thread alone.
final class LoopDriver {
    let options: BrokerOptions
    let handler: any BatchHandler
    let clock: @Sendable () -> Instant
    private let wakeup: Wakeup
    var filter: ReplayFilter
    var poison: PoisonGuard
    var knownFilters: [String]
    var session: BrokerSession?
    var isListening = false
    var version: Int32
    /// Messages received and not committed, oldest first; repeats that only need their acknowledgement are not in it.
    var uncommitted: [ReplayFilter.Entry] = []
    private var firstUncommitted: Int64?
    private var mustCommit = false
    /// Acknowledgements of committed messages, pings or subscriptions wait to be written.
    var mustWrite = false
    private var storeFails = false
    private var nextAttempt: Int64 = 0
    private var nextTick: Int64 = 0
    private var backoff = Backoff()
    /// The most messages seen unacknowledged at once; tells the window of brokers that do not let us choose it.
    private var largestBurst = 20
    /// True from a reconnect until the socket was dry once: what comes waited for an unknown time.
    var isCatchingUp = false
    private var waitingCommands: [AcknowledgedLoop.Command] = []

    init(
        options: BrokerOptions, handler: any BatchHandler, filter: ReplayFilter, poison: PoisonGuard,
        knownFilters: [String], clock: @escaping @Sendable () -> Instant, wakeup: Wakeup
    ) {
        self.options = options
        self.handler = handler
        self.filter = filter
        self.poison = poison
        self.knownFilters = knownFilters
        self.clock = clock
        self.wakeup = wakeup
        version = options.protocolVersion == .threeOneOne ? 4 : 5
    }

    /// One turn: wait, take commands, read, commit where due, write.
    func turn(commands: [AcknowledgedLoop.Command]) {
        perform(commands)
        connectIfDue()
        let isReadable = wait()
        if isReadable { readUntilDry() }
        tickIfDue()
        if isCommitDue { commitAndWrite() }
        keepAlive()
    }

    /// The last commit, its acknowledgements, and a clean goodbye.
    func finish() {
        perform([])
        commitAndWrite()
        guard let session else { return }
        _ = session.disconnect()
        _ = writeAll(session)
        self.session = nil
    }

    private var window: Int { version == 5 ? Int(options.receiveMaximum) : largestBurst }

    private var isCommitDue: Bool {
        guard let firstUncommitted else { return mustCommit || mustWrite }
        return mustCommit || mustWrite || uncommitted.count >= max(1, window / 2)
            || monotonicMilliseconds() - firstUncommitted >= options.commitInterval
    }

    private func perform(_ commands: [AcknowledgedLoop.Command]) {
        for command in commands {
            command.work(handler)
            waitingCommands.append(command)
            mustCommit = true
        }
    }

    /// Waits for the socket, a command or the next thing that is due; true where the socket can be read.
    private func wait() -> Bool {
        let now = monotonicMilliseconds()
        var due = nextTick
        if let firstUncommitted { due = min(due, firstUncommitted + options.commitInterval) }
        if session == nil { due = min(due, nextAttempt) }
        if isCommitDue { due = now }
        var descriptors = [pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)]
        if let session, session.descriptor >= 0 {
            descriptors.append(pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0))
        }
        let count = poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: max(0, due - now)))
        guard count > 0 else { return false }
        if descriptors[0].revents != 0 { wakeup.drain() }
        return descriptors.count > 1 && descriptors[1].revents != 0
    }

    /// Reads until two calls in a row deliver nothing (TLS may hold packets back), or half the window is uncommitted.
    private func readUntilDry() {
        guard let session else { return }
        var dryCalls = 0
        var taken = 0
        while dryCalls < 2, uncommitted.count < max(1, window / 2), taken < 4 * window, !mustCommit {
            let before = session.deliveredCount
            let code = session.read()
            for delivered in session.takeInbox() {
                take(delivered)
                taken += 1
            }
            handleEvents(of: session)
            guard code == 0 else { return lose(session, BrokerSession.explanation(of: code)) }
            guard self.session === session else { return }
            dryCalls = session.deliveredCount == before ? dryCalls + 1 : 0
        }
        largestBurst = max(largestBurst, uncommitted.count)
        if dryCalls >= 2, !filter.isReplaying { isCatchingUp = false }
    }

    private func take(_ delivered: BrokerSession.Delivered) {
        let now = clock()
        let message = InboundMessage(
            topic: delivered.topic, payload: delivered.payload, retained: delivered.isRetained, receivedAt: now)
        var received = ReceivedMessage(
            message: message, packetID: delivered.packetID, qos: delivered.qos, isDuplicate: delivered.isDuplicate)
        if isCatchingUp, delivered.qos > 0, !delivered.isRetained {
            received.timing = .queued(earliest: Instant(milliseconds: .min), latest: now)
        }
        let entry = ReplayFilter.Entry(id: delivered.packetID, digest: received.digest)
        if delivered.qos > 0 {
            let wasReplaying = filter.isReplaying
            let isRepeat = filter.isRepeat(entry, isDuplicate: delivered.isDuplicate)
            if wasReplaying, !filter.isReplaying { session?.watchForDuplicates(false) }
            if isRepeat {
                mustWrite = true
                return
            }
            uncommitted.append(entry)
        }
        if firstUncommitted == nil { firstUncommitted = monotonicMilliseconds() }
        if poison.isGuarding, delivered.qos > 0 {
            guard delivered.isDuplicate else {
                poison.release()
                return handle(received)
            }
            guard !poison.isPoison(entry) else {
                handler.putAside(received)
                mustCommit = true
                return
            }
            poison.note(entry)
            handle(received)
            mustCommit = true
            return
        }
        handle(received)
    }

    private func handle(_ received: ReceivedMessage) {
        if handler.receive(received) == .now { mustCommit = true }
        FailPoint.hit("after-receive")
    }

    private func tickIfDue() {
        let now = monotonicMilliseconds()
        guard now >= nextTick else { return }
        nextTick = now + 1000
        if storeFails { probe() }
        if !storeFails, handler.tick(now: clock()) == .now { mustCommit = true }
    }

    /// Commits what was received, then writes; a failed commit drops the socket with its acknowledgements unwritten.
    func commitAndWrite() {
        guard !storeFails else { return }
        do {
            FailPoint.hit("before-commit")
            try handler.commit(uncommitted, now: clock())
            FailPoint.hit("after-commit")
            filter.remember(uncommitted)
            settle(succeeded: true)
            poison.clear()
            if let session, !writeAll(session) { lose(session, "the broker does not take our acknowledgements") }
            FailPoint.hit("after-write")
        } catch {
            handler.discard(now: clock())
            settle(succeeded: false)
            storeFails = true
            session.map { lose($0, "the store cannot be written") }
        }
    }

    private func settle(succeeded: Bool) {
        uncommitted.removeAll(keepingCapacity: true)
        firstUncommitted = nil
        mustCommit = false
        mustWrite = false
        let commands = waitingCommands
        waitingCommands = []
        commands.forEach { $0.whenCommitted(succeeded) }
    }

    /// Writes until nothing wants writing and reads nothing meanwhile; false where the broker takes nothing for 30 s.
    func writeAll(_ session: BrokerSession) -> Bool {
        let deadline = monotonicMilliseconds() + 30_000
        while session.wantsWrite, session.descriptor >= 0 {
            guard session.write() == 0 else { return false }
            guard session.wantsWrite else { return true }
            let left = deadline - monotonicMilliseconds()
            var descriptor = pollfd(fd: session.descriptor, events: Int16(POLLOUT), revents: 0)
            guard left > 0, poll(&descriptor, 1, Int32(left)) > 0 else { return false }
        }
        return true
    }

    private func probe() {
        do {
            try handler.probe(now: clock())
            storeFails = false
            nextAttempt = 0
        } catch {
            return
        }
    }

    private func keepAlive() {
        guard let session else { return }
        let code = session.keepAlive()
        if code != 0 { return lose(session, BrokerSession.explanation(of: code)) }
        if session.wantsWrite, uncommitted.isEmpty, firstUncommitted == nil {
            if !writeAll(session) { lose(session, "the broker does not take our packets") }
        } else if session.wantsWrite, isPingDue(session) {
            mustWrite = true
        }
    }

    /// With messages uncommitted, a ping waits for the next commit, which is never later than the commit interval.
    private func isPingDue(_ session: BrokerSession) -> Bool { uncommitted.isEmpty }

    private func connectIfDue() {
        let now = monotonicMilliseconds()
        guard session == nil, !storeFails, now >= nextAttempt else { return }
        guard let fresh = BrokerSession(options, version: version) else {
            nextAttempt = now + backoff.next()
            return handler.connectionChanged(.away(reason: "the TLS files cannot be read"), now: clock())
        }
        let code = fresh.connect(options)
        guard code == 0 else {
            nextAttempt = now + backoff.next()
            return handler.connectionChanged(.away(reason: BrokerSession.explanation(of: code)), now: clock())
        }
        fresh.watchForDuplicates(true)
        session = fresh
        filter.reconnected()
        isCatchingUp = true
        if !writeAll(fresh) { lose(fresh, "the broker does not answer") }
    }

    /// Drops the connection with everything unwritten.
    func lose(_ lost: BrokerSession, _ reason: String) {
        guard session === lost else { return }
        session = nil
        isListening = false
        if !uncommitted.isEmpty || firstUncommitted != nil {
            // Not acknowledged, so it comes again; QoS 0 messages of the batch are kept by committing without writing.
            commitWithoutWriting()
        }
        nextAttempt = monotonicMilliseconds() + backoff.next()
        handler.connectionChanged(.away(reason: reason), now: clock())
    }

    private func commitWithoutWriting() {
        do {
            try handler.commit(uncommitted, now: clock())
            filter.remember(uncommitted)
            settle(succeeded: true)
        } catch {
            handler.discard(now: clock())
            settle(succeeded: false)
            storeFails = true
        }
    }

    private func handleEvents(of session: BrokerSession) {
        for event in session.takeEvents() {
            switch event {
            case .connected(let code, let isSessionPresent): connected(session, code, isSessionPresent)
            case .subscribed: isListening = true
            case .disconnected(let code): lose(session, BrokerSession.explanation(of: code))
            }
        }
    }

    private func connected(_ session: BrokerSession, _ code: Int32, _ isSessionPresent: Bool) {
        if version == 5, options.protocolVersion == .auto, code == 0x84 || code == 1 {
            version = 4
            nextAttempt = 0
            return lose(session, "the broker refuses MQTT 5")
        }
        guard code == 0 else { return lose(session, "the broker refuses us (reason code \(code))") }
        backoff = Backoff()
        do {
            if !isSessionPresent {
                filter.startSession()
                session.watchForDuplicates(false)
                try handler.sessionStarted(now: clock())
                knownFilters = []
                isCatchingUp = false
            }
            let wanted = TopicFilter.withoutSubsumed(options.filters)
            for (index, filter) in wanted.enumerated() where !knownFilters.contains(filter) {
                _ = session.subscribe(filter, identifier: UInt32(index + 1))
            }
            for filter in knownFilters where !wanted.contains(filter) { _ = session.unsubscribe(filter) }
            if knownFilters != wanted { try handler.subscribed(wanted) }
            knownFilters = wanted
            mustWrite = mustWrite || session.wantsWrite
            handler.connectionChanged(.listening, now: clock())
        } catch {
            storeFails = true
            lose(session, "the store cannot be written")
        }
    }
}

/// Milliseconds of a clock that nobody sets.
func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

/// Waiting times between attempts: doubling from half a second to a minute, with up to a quarter of jitter.
struct Backoff {
    private var milliseconds: Int64 = 500

    mutating func next() -> Int64 {
        defer { milliseconds = min(60_000, milliseconds * 2) }
        return milliseconds + Int64.random(in: 0...milliseconds / 4)
    }
}
