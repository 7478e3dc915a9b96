import Glibc

/// Waiting times between attempts: doubling from half a second to a minute, with up to a quarter of jitter.
struct Backoff {
    private var milliseconds: Int64 = 500

    mutating func next() -> Int64 {
        defer { milliseconds = min(60_000, milliseconds * 2) }
        return milliseconds + Int64.random(in: 0...milliseconds / 4)
    }
}

/// Milliseconds of a clock that nobody sets.
func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
