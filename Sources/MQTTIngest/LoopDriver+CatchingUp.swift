import GatewayModel

/// A request whose answer the broker can only give after everything it had queued for us before.
struct QueueMarker {
    var request: Int32
    /// How many messages had been delivered when it was sent.
    var delivered: Int
}

extension LoopDriver {
    /// Asks the broker whether its queue is empty, once everything received is acknowledged.
    ///
    /// The end of a subscription that never was is answered in order and changes nothing. If no message comes before the
    /// answer, the window had room and the broker had nothing to fill it with; a dry socket alone does not tell that.
    func markQueueEnd() {
        guard isCatchingUp, isAccepted, marker == nil, firstUncommitted == nil, !mayHoldMore, let session else {
            return
        }
        guard let request = session.unsubscribe("commons-gateway/end-of-queue") else { return }
        marker = QueueMarker(request: request, delivered: session.deliveredCount)
        if !writeAll(session) { lose(session, "the broker does not take our packets") }
    }

    /// The broker has answered: what comes from now on was just published, unless there were messages before it.
    func queueMarkReturned(_ session: BrokerSession) {
        if marker?.delivered == session.deliveredCount { isCatchingUp = false }
        marker = nil
    }
}
