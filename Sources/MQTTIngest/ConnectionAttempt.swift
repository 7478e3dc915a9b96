import Foundation
import Synchronization

/// Opens a connection on a thread of its own, so that a name or an address that does not answer stalls nothing else.
final class ConnectionAttempt: Sendable {
    /// What came of it.
    enum Outcome {
        case opened(BrokerSession)
        case failed(reason: String)
    }

    // Written once by the opening thread, which lets go of the session; taken once by the ingest thread.
    private struct Handover: @unchecked Sendable {
        var outcome: Outcome?
    }

    private let handover = Mutex(Handover())

    /// Begins to connect; `wakeup` is signalled at the end. An attempt that nobody asks about closes its connection.
    init(_ options: BrokerOptions, version: Int32, wakeup: Wakeup) {
        Thread { [self] in
            let ended = Handover(outcome: ConnectionAttempt.open(options, version))
            handover.withLock { $0 = ended }
            wakeup.signal()
        }.start()
    }

    /// The outcome, once; nil while it is not known.
    func take() -> Outcome? {
        handover.withLock { handover in
            let taken = handover
            handover.outcome = nil
            return taken
        }.outcome
    }

    private static func open(_ options: BrokerOptions, _ version: Int32) -> Outcome {
        guard let session = BrokerSession(options, version: version) else {
            return .failed(reason: "the TLS files cannot be read")
        }
        let code = session.connect(options)
        return code == 0 ? .opened(session) : .failed(reason: BrokerSession.explanation(of: code))
    }
}
