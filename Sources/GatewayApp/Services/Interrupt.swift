import Synchronization
import UnixSignals

/// Hears SIGTERM and Ctrl-C while long work is done on one thread, which looks here from time to time.
final class Interrupt: Sendable {
    private let flag = Atomic<Bool>(false)
    private let listener = Mutex<Task<Void, Never>?>(nil)

    /// Listens from now on.
    init() {
        let task = Task { [weak self] in
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                self?.flag.store(true, ordering: .releasing)
            }
        }
        listener.withLock { $0 = task }
    }

    /// True once somebody wants an end.
    var isRequested: Bool { flag.load(ordering: .acquiring) }

    /// Listens no longer.
    func stop() {
        listener.withLock { $0 }?.cancel()
    }
}
