import Foundation
import Glibc
import Synchronization

import struct GatewayModel.Instant

/// The real clock; only this module reads it.
public enum SystemClock {
    /// What a person's word adds to the machine's clock, in milliseconds.
    private static let correction = Atomic<Int64>(0)

    /// While the clock is known to be wrong: a time that has passed already, less the uptime when that was found.
    private static let floor = Atomic<Int64>(.min)

    /// Now, or while the clock is known to be wrong, a time that has passed and goes on; for what must not wait for it.
    static func nowOrLater() -> Instant {
        let floor = floor.load(ordering: .relaxed)
        return floor == .min ? now() : max(now(), Instant(milliseconds: floor + uptime()))
    }

    /// True while the clock is known to be wrong.
    static var isKnownWrong: Bool { floor.load(ordering: .relaxed) != .min }

    /// The clock is known to be wrong, and that much time has passed; nil where it is right.
    static func atLeast(_ known: Instant?) {
        guard let known else { return floor.store(.min, ordering: .relaxed) }
        if floor.load(ordering: .relaxed) == .min { floor.store(known.milliseconds - uptime(), ordering: .relaxed) }
    }

    /// Now, in UTC milliseconds.
    public static func now() -> Instant {
        Instant(milliseconds: machineMilliseconds() + correction.load(ordering: .relaxed))
    }

    /// Goes by what a person said from now on: the time at the machine's start. Another start of it knows nothing of that.
    static func follow(_ start: Instant, ofBoot boot: String) {
        guard boot == bootID() else { return }
        let now = start.milliseconds + uptime()
        correction.store(now - machineMilliseconds(), ordering: .relaxed)
    }

    /// Goes by the machine's clock again.
    static func followMachine() {
        correction.store(0, ordering: .relaxed)
    }

    /// The clocks at this moment.
    static func read() -> ClockReading {
        ClockReading(wall: now(), uptime: uptime(), boot: bootID(), isSynchronized: isSynchronized())
    }

    private static func machineMilliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }

    /// Milliseconds since the machine's start, suspended time included (clock_gettime(2)).
    private static func uptime() -> Int64 {
        // The members of `timespec` belong to another module in builds of whole modules; it is two words (timespec(3type)).
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 2) { words in
            words.initialize(repeating: 0)
            words.baseAddress?.withMemoryRebound(to: timespec.self, capacity: 1) {
                _ = clock_gettime(CLOCK_BOOTTIME, $0)
            }
            return Int64(words[0]) * 1000 + Int64(words[1]) / 1_000_000
        }
    }

    /// One identifier per start of the machine (random(4)).
    private static func bootID() -> String {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    }

    /// True where the kernel says that a time service keeps its clock (adjtimex(2) is not 5, TIME_ERROR).
    ///
    /// Looked up by name: the C library's module for Swift does not declare it.
    private static func isSynchronized() -> Bool {
        typealias Adjust = @convention(c) (UnsafeMutableRawPointer) -> Int32
        guard let symbol = dlsym(nil, "adjtimex") else { return false }
        // `struct timex` has 208 bytes on 64-bit Linux; zeros ask and change nothing.
        return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            guard let address = buffer.baseAddress else { return false }
            let result = unsafeBitCast(symbol, to: Adjust.self)(address)
            return (0..<5).contains(result)
        }
    }
}

/// The machine's clocks at one moment.
struct ClockReading: Sendable {
    /// What it shows, with a person's word where one was given.
    var wall: Instant
    /// Milliseconds since the machine's start.
    var uptime: Int64
    /// Which start of the machine.
    var boot: String
    /// True where a time service keeps it.
    var isSynchronized: Bool
}
