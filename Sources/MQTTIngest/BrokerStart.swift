import GatewayModel

/// When the running broker was started, learnt from its `$SYS/broker/uptime`; a pure value.
///
/// Only a message that was published just now tells the time: a retained copy is up to one `sys_interval` old and is
/// taken merely as a sign that the broker is still the one we knew. Right to a second each way, since the broker counts
/// whole seconds; a step of the gateway's own clock is followed with the next message.
struct BrokerStart: Sendable {
    private struct Known {
        var start: Instant
        var uptime: Int64
    }

    /// mosquitto 2.0 keeps a retained uptime for a minute; older ones are not of this run.
    private static let oldestRetained: Int64 = 70_000
    private static let tolerance: Int64 = 2_000

    /// The start; nil while it is not known or the connection is down.
    private(set) var startedAt: Instant?
    private var known: Known?

    /// Takes an uptime message into account.
    mutating func heard(uptimeSeconds: Int64, isRetained: Bool, now: Instant) {
        let (delta, overflow) = uptimeSeconds.multipliedReportingOverflow(by: -1)
        guard !overflow else { return }
        let candidate = now.advanced(bySeconds: delta)
        // An uptime that is smaller than one heard before belongs to a newer run, retained or not.
        if let known, uptimeSeconds < known.uptime {
            self.known = nil
            startedAt = nil
        }
        if let known {
            let later = candidate.milliseconds(since: known.start)
            let limit = isRetained ? BrokerStart.oldestRetained : BrokerStart.tolerance
            if later >= -BrokerStart.tolerance, later <= limit {
                // A message can only be late, so the earliest of all candidates is the nearest to the truth.
                let start = isRetained ? known.start : min(known.start, candidate)
                self.known = Known(start: start, uptime: uptimeSeconds)
                startedAt = start
                return
            }
        }
        guard !isRetained else { return }
        known = Known(start: candidate, uptime: uptimeSeconds)
        startedAt = candidate
    }

    /// The connection was lost: the broker may be another one when it comes back.
    mutating func connectionLost() {
        startedAt = nil
    }
}
