import Foundation

/// Runs work on a thread of its own, away from the few threads that Swift's tasks share.
public func startThread(_ work: @escaping @Sendable () -> Void) {
    let thread = Thread(block: work)
    thread.stackSize = 1 << 20
    thread.start()
}
