import Glibc

/// Looks at a condition every two milliseconds until it holds or the time is over; true where it held.
///
/// The only place in the tests that sleeps. A test states the condition it waits for and a deadline that is long enough
/// for a busy machine.
@discardableResult
public func waitUntil(_ seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = steadySeconds() + seconds
    while try !condition() {
        guard steadySeconds() < end else { return false }
        usleep(2000)
    }
    return true
}

/// Seconds of a clock that nobody sets.
public func steadySeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
