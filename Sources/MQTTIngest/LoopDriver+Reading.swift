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
        mayHoldMore = dryCalls < 2
        largestBurst = max(largestBurst, uncommitted.count)
    }

    private func take(_ delivered: BrokerSession.Delivered) {
        let now = clock()
        let message = InboundMessage(
            topic: delivered.topic, payload: delivered.payload, retained: delivered.isRetained, receivedAt: now)
        var received = ReceivedMessage(
            message: message, packetID: delivered.packetID, qos: delivered.qos, isDuplicate: delivered.isDuplicate)
        guard delivered.qos > 0 else { return handle(received) }
        if isCatchingUp, !delivered.isRetained {
            received.timing = .queued(earliest: Instant(milliseconds: .min), latest: now)
        }
        let entry = ReplayFilter.Entry(id: delivered.packetID, digest: received.digest)
        if filter.isReplaying || poison.isGuarding {
            takeAfterReconnect(entry, received)
        } else {
            uncommitted.append(entry)
            handle(received)
        }
    }

    /// While repeats may come, each message may be one, or the one that ends the program.
    private func takeAfterReconnect(_ entry: ReplayFilter.Entry, _ received: ReceivedMessage) {
        let isRepeat = filter.isRepeat(entry, isDuplicate: received.isDuplicate)
        if !received.isDuplicate { poison.release() }
        if !filter.isReplaying, !poison.isGuarding { session?.watchForDuplicates(false) }
        guard !isRepeat else {
            mustWrite = true
            return
        }
        uncommitted.append(entry)
        guard poison.isGuarding else { return handle(received) }
        mustCommit = true
        if poison.isPoison(entry) {
            beginBatch()
            handler.putAside(received)
        } else {
            poison.note(entry)
            handle(received)
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
