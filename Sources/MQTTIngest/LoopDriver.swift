import GatewayModel
import Glibc

/// The state of the acknowledged loop; lives on the ingest thread alone.
final class LoopDriver {
    let options: BrokerOptions
    let handler: any BatchHandler
    let clock: @Sendable () -> Instant
    let brokerStartedAt: @Sendable () -> Instant?
    let wakeup: Wakeup
    var filter: ReplayFilter
    var poison: PoisonGuard
    var knownFilters: [String]
    /// The connection; nil while there is none.
    var session: BrokerSession?
    var attempt: ConnectionAttempt?
    /// The requests whose answers are waited for before the broker counts as listened to.
    var openRequests: Set<Int32> = []
    var isAccepted = false
    var version: Int32
    /// Messages received and not committed, oldest first; repeats that only need their acknowledgement are not in it.
    var uncommitted: [ReplayFilter.Entry] = []
    /// When the first uncommitted message came; also set by messages at QoS 0.
    var firstUncommitted: Int64?
    var mustCommit = false
    /// Acknowledgements of committed messages or requests wait to be written.
    var mustWrite = false
    var storeFails = false
    var nextAttempt: Int64 = 0
    private var nextTick: Int64 = 0
    var backoff = Backoff()
    /// The most messages seen unacknowledged at once; tells the window of brokers that do not let us choose it.
    var largestBurst = 20
    /// True after reading ended early: TLS may hold packets although the socket is not readable.
    var mayHoldMore = false
    /// True from a reconnect until the broker's queue was empty once: what comes waited for an unknown time.
    var isCatchingUp = false
    var marker: QueueMarker?
    /// Dates what waited at the broker; nil where no clock is listened to.
    var backlogClock: BacklogClock?
    /// When the session last brought anything.
    var lastHeard: Instant?
    /// Messages that waited, kept until the clocks behind them in the same reading are known.
    var undated: [ReceivedMessage] = []
    var waitingCommands: [AcknowledgedLoop.Command] = []

    init(
        options: BrokerOptions, handler: any BatchHandler, filter: ReplayFilter, poison: PoisonGuard,
        knownFilters: [String], lastHeard: Instant?, clock: @escaping @Sendable () -> Instant,
        brokerStartedAt: @escaping @Sendable () -> Instant?, wakeup: Wakeup
    ) {
        self.options = options
        self.handler = handler
        self.filter = filter
        self.poison = poison
        self.knownFilters = knownFilters
        self.lastHeard = lastHeard
        self.clock = clock
        self.brokerStartedAt = brokerStartedAt
        backlogClock = options.clockPrefix.map { BacklogClock(prefix: $0) }
        self.wakeup = wakeup
        version = options.protocolVersion == .threeOneOne ? 4 : 5
    }

    /// One turn: take commands, wait, read, commit where due, write.
    func turn(commands: [AcknowledgedLoop.Command]) {
        perform(commands)
        connectIfDue()
        let isReadable = wait()
        if isReadable || mayHoldMore { readUntilDry() }
        tickIfDue()
        if isCommitDue { commitAndWrite() }
        keepAlive()
        markQueueEnd()
    }

    /// The last commit, its acknowledgements, and a clean goodbye; whoever still waits is told.
    func finish(commands: [AcknowledgedLoop.Command]) {
        perform(commands)
        commitAndWrite()
        if storeFails {
            handler.discard(now: clock())
            settle(succeeded: false)
        }
        guard let session else { return }
        self.session = nil
        sayGoodbye(session)
    }

    /// How many messages the broker sends ahead of our acknowledgements.
    var window: Int { version == 5 ? Int(options.receiveMaximum) : largestBurst }

    /// From this many uncommitted messages on, half of the broker's window is used up.
    private var halfWindow: Int { max(1, window / 2) }

    /// How many messages are read before a commit; under 3.1.1 as many as come, which tells the window.
    var readLimit: Int { max(1, Int(options.receiveMaximum) / 2) }

    private var isCommitDue: Bool {
        guard !storeFails else { return false }
        if mustCommit || mustWrite && firstUncommitted == nil || uncommitted.count >= halfWindow { return true }
        guard let firstUncommitted else { return false }
        return monotonicMilliseconds() - firstUncommitted >= options.commitInterval
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
        if let firstUncommitted, !storeFails { due = min(due, firstUncommitted + options.commitInterval) }
        if session == nil, attempt == nil, !storeFails { due = min(due, nextAttempt) }
        if isCommitDue || mayHoldMore { due = now }
        // poll(2) skips a negative descriptor.
        var descriptors = [
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: session?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&descriptors, 2, Int32(clamping: max(0, due - now))) > 0 else { return false }
        if descriptors[0].revents != 0 { wakeup.drain() }
        return descriptors[1].revents != 0
    }

    private func tickIfDue() {
        let now = monotonicMilliseconds()
        guard now >= nextTick else { return }
        nextTick = now + 1000
        if storeFails { probe() }
        if !storeFails, handler.tick(now: clock()) == .now { mustCommit = true }
    }
}
