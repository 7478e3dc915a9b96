import GatewayModel
import Synchronization

/// The counters as of the ingest thread's last turn, for other threads to look at.
final class LiveCounters: Sendable {
    private struct Seen {
        var counters = Counters()
        var turns = 0
        var outbox = (waiting: 0, age: 0)
    }

    private let seen = Mutex(Seen())

    /// The latest counters.
    var latest: Counters {
        seen.withLock { seen in
            var counters = seen.counters
            (counters.outboxWaiting, counters.outboxAge) = seen.outbox
            return counters
        }
    }

    /// How often the ingest thread has reported; a number that stands still means a thread that does.
    var turns: Int { seen.withLock { $0.turns } }

    /// Takes what waits to be sent, which is looked up less often.
    func setOutbox(_ outbox: (waiting: Int, age: Int)) {
        seen.withLock { $0.outbox = outbox }
    }

    /// Takes the counters of a turn.
    func set(_ counters: Counters) {
        seen.withLock {
            $0.counters = counters
            $0.turns += 1
        }
    }
}
