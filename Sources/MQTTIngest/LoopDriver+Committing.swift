import GatewayModel
import Glibc

extension LoopDriver {
    /// Commits what was received, then writes; a failed commit drops the socket with its acknowledgements unwritten.
    func commitAndWrite() {
        guard !storeFails else { return }
        guard commit() else {
            session.map { lose($0, "the store cannot be written") }
            return
        }
        guard let session else { return }
        if !writeAll(session) { lose(session, "the broker does not take our acknowledgements") }
        FailPoint.hit("after-write")
    }

    /// Commits what was received; false where that failed and everything received was forgotten.
    func commit() -> Bool {
        handleUndated()
        do {
            FailPoint.hit("before-commit")
            try handler.commit(uncommitted, now: clock())
            FailPoint.hit("after-commit")
        } catch {
            handler.discard(now: clock())
            filter.forget(uncommitted)
            storeFails = true
            settle(succeeded: false)
            return false
        }
        filter.remember(uncommitted)
        poison.clear()
        settle(succeeded: true)
        return true
    }

    /// Begins a new batch and tells those who wait for the old one.
    func settle(succeeded: Bool) {
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
        while session.wantsWrite {
            guard session.write() == 0 else { return false }
            guard session.wantsWrite else { return true }
            let left = deadline - monotonicMilliseconds()
            guard left > 0, session.descriptor >= 0 else { return false }
            var descriptor = pollfd(fd: session.descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&descriptor, 1, Int32(clamping: left)) != 0 || errno == EINTR else { return false }
        }
        return true
    }

    /// Tries a write to the store; where it succeeds the broker is asked for everything again.
    func probe() {
        do {
            try handler.probe(now: clock())
            storeFails = false
            nextAttempt = 0
        } catch {
            return
        }
    }
}
