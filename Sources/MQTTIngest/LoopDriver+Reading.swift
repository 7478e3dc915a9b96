import GatewayModel

extension LoopDriver {
    /// Reads until two calls in a row deliver nothing (TLS may hold packets back), or as much as one commit takes.
    func readUntilDry() {
        guard let session else { return }
        var dryCalls = 0
        let end = session.deliveredCount + 4 * readLimit
        while dryCalls < 2, uncommitted.count < readLimit, session.deliveredCount < end, !mustCommit {
            let before = session.deliveredCount
            let code = session.read()
            session.takeMessages(take)
            handleEvents(of: session)
            guard code == 0 else { return lose(session, BrokerSession.explanation(of: code)) }
            guard self.session === session else { return }
            dryCalls = session.deliveredCount == before ? dryCalls + 1 : 0
        }
        // While the broker hands over its queue, the clock behind a message may come with the next read; the commit waits
        // for it as long as it may.
        if !isCatchingUp { handleUndated() }
        mayHoldMore = dryCalls < 2
        largestBurst = max(largestBurst, uncommitted.count)
    }

    private func take(_ delivered: BrokerSession.Delivered) {
        let now = clock()
        let message = InboundMessage(
            topic: delivered.topic, payload: delivered.payload, retained: delivered.isRetained, receivedAt: now)
        let received = ReceivedMessage(
            message: message, packetID: delivered.packetID, qos: delivered.qos, isDuplicate: delivered.isDuplicate)
        if backlogClock?.isClock(topic: delivered.topic) == true { return takeClock(received) }
        guard delivered.qos > 0 else { return handle(received) }
        let entry = ReplayFilter.Entry(id: delivered.packetID, digest: received.digest)
        if filter.isReplaying || poison.isGuarding {
            takeAfterReconnect(entry, received)
        } else {
            uncommitted.append(entry)
            date(received)
        }
    }

    /// A clock is no reading: it may come twice, so that it needs no record and its acknowledgement no commit of its own.
    private func takeClock(_ received: ReceivedMessage) {
        mustWrite = true
        if isCatchingUp, !received.message.retained {
            undated.append(received)
        } else {
            backlogClock?.heardLive(received.message, brokerStartedAt: brokerStartedAt(), now: clock())
        }
    }

    /// Handles a message that came as it was published; one that waited is handled once the clocks behind it are read.
    private func date(_ received: ReceivedMessage) {
        beginBatch()
        if isCatchingUp, !received.message.retained {
            undated.append(received)
        } else {
            lastHeard = received.message.receivedAt
            handle(received)
        }
    }

    /// Dates and handles the messages that waited, as far as they were read.
    func handleUndated() {
        guard !undated.isEmpty else { return }
        let batch = undated
        undated.removeAll(keepingCapacity: true)
        let unknown = ReceivedMessage.Timing.queued(earliest: .min, latest: clock())
        let timings = backlogClock?.timings(
            of: batch.map(\.message), brokerStartedAt: brokerStartedAt(), now: clock())
        for (index, message) in batch.enumerated() {
            if backlogClock?.isClock(topic: message.message.topic) == true { continue }
            var message = message
            message.timing = timings?[index] ?? unknown
            handle(message)
        }
        // However long it had waited, the session has brought something now.
        lastHeard = clock()
    }

    /// While repeats may come, each message may be one, or the one that ends the program.
    private func takeAfterReconnect(_ entry: ReplayFilter.Entry, _ received: ReceivedMessage) {
        let isRepeat = filter.isRepeat(entry, isDuplicate: received.isDuplicate)
        if !received.isDuplicate { poison.release() }
        if !filter.isReplaying, !poison.isGuarding { session?.watchForDuplicates(false) }
        guard !isRepeat else {
            handler.repeated()
            mustWrite = true
            return
        }
        uncommitted.append(entry)
        guard poison.isGuarding else { return date(received) }
        mustCommit = true
        if poison.isPoison(entry) {
            beginBatch()
            handler.putAside(received)
        } else {
            poison.note(entry)
            date(received)
            handleUndated()
        }
    }

    private func handle(_ received: ReceivedMessage) {
        beginBatch()
        if handler.receive(received) == .now { mustCommit = true }
        FailPoint.hit("after-receive")
    }

    private func beginBatch() {
        if firstUncommitted == nil { firstUncommitted = monotonicMilliseconds() }
    }
}
