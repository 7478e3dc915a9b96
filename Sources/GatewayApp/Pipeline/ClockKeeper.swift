import GatewayModel

/// Knows whether the clock can be believed. A clock that nobody believes dates nothing: what comes meanwhile is held.
///
/// A value, asked once a second on the ingest thread.
struct ClockKeeper: Sendable {
    /// What was found.
    enum Verdict: Hashable {
        case right
        /// It was set by so many milliseconds while the program ran, and is right.
        case jumped(milliseconds: Int64)
        case wrong
    }

    /// Clocks are set by a few seconds all the time; five minutes back is a clock that was lost.
    private static let tolerance: Int64 = 300_000
    /// A step of a minute is no drift.
    private static let leastJump: Int64 = 60_000
    /// 2026-01-01: no release of this program is older.
    private static let earliest = Instant(seconds: 1_767_225_600)

    /// The latest time that is known to have passed.
    private(set) var latest: Instant?
    /// True while the clock can be believed.
    private(set) var isRight = true
    /// Whether the clock of a machine without a clock chip is waited for until a time service has set it.
    var waitsForNetwork: Bool
    /// The start of the machine for which a person has said the time.
    private(set) var saidForBoot: String?
    private var anchor: (uptime: Int64, wall: Instant)?

    init(latest: Instant?, waitsForNetwork: Bool, saidForBoot: String?) {
        self.latest = latest
        self.waitsForNetwork = waitsForNetwork
        self.saidForBoot = saidForBoot
    }

    /// Judges the clocks as they are now.
    mutating func look(_ clock: ClockReading) -> Verdict {
        let isBehind = latest.map { clock.wall < $0.advanced(byMilliseconds: -ClockKeeper.tolerance) } ?? false
        let isWaiting = waitsForNetwork && !clock.isSynchronized && saidForBoot != clock.boot
        isRight = !isBehind && clock.wall >= ClockKeeper.earliest && !isWaiting
        guard isRight else {
            anchor = nil
            return .wrong
        }
        latest = max(latest ?? clock.wall, clock.wall)
        defer { anchor = (clock.uptime, clock.wall) }
        guard let anchor else { return .right }
        let step = clock.wall.milliseconds(since: anchor.wall) - (clock.uptime - anchor.uptime)
        return abs(step) >= ClockKeeper.leastJump ? .jumped(milliseconds: step) : .right
    }

    /// A person has said the time; nil where it cannot be, because that much time has passed already.
    mutating func follow(_ boot: String) {
        saidForBoot = boot
    }

    /// When a held message came, by the clocks of now.
    ///
    /// One of this start of the machine is dated by the time since then; of an earlier start nobody knows more than that
    /// it came after the last known time before it and before this start.
    func receipt(of held: HeldTime, now clock: ClockReading) -> (latest: Instant, earliest: Instant?) {
        if held.boot == clock.boot {
            return (clock.wall.advanced(byMilliseconds: held.uptime - clock.uptime), nil)
        }
        let start = clock.wall.advanced(byMilliseconds: -clock.uptime)
        return (start, min(held.knownBefore ?? start, start))
    }

    /// When something was held, as far as the clocks told.
    struct HeldTime {
        var boot: String
        var uptime: Int64
        var knownBefore: Instant?
    }
}
