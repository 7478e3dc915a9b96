import Alerting
import GatewayModel

/// How long nothing was heard of what an open alert is about, where only a message of its own could end that alert.
///
/// Only the time counts in which messages could arrive, over restarts too: what is kept of an alert is since when nothing was
/// heard, later by the times in which nothing could be.
struct QuietWatch: Sendable {
    private struct Waiting: Sendable {
        var since: Instant
        /// What the store knows of it.
        var kept: Instant?
    }

    /// Seconds of quiet after which a device is no flood any more.
    static let floodSeconds: Int64 = 86_400
    /// Seconds of quiet, at least, after which nobody knows any more in which unit a sensor is measured.
    static let unitSeconds: Int64 = 7 * 86_400
    /// How far the store may be behind, so that the card is not written at every message.
    private static let tolerance: Int64 = 3600 * 1000

    /// By the alert's identity.
    private var waiting: [String: Waiting] = [:]
    /// The alerts that are waited for, by what they are about.
    private var subjects: [AlertCause: [String: String]] = [:]
    private let marks: [String: Instant]
    /// Until when it is known whether messages could arrive.
    private var lookedAt: Instant?

    /// Goes on with what was kept of alerts, by their identities, as of the last commit before a start.
    init(marks: [String: Instant] = [:], stoppedAt: Instant? = nil) {
        self.marks = marks
        lookedAt = stoppedAt
    }

    /// Something of it was heard.
    mutating func hear(_ condition: BoxCondition, _ subject: String, now: Instant) {
        guard !subjects.isEmpty, let id = subjects[.box(condition)]?[subject] else { return }
        waiting[id]?.since = now
    }

    /// Follows the alerts that are open, and the clock; messages can arrive since `listeningSince`, nil where they cannot.
    mutating func look(at open: [Alert], listeningSince: Instant?, now: Instant) {
        let last = min(lookedAt ?? now, now)
        // Between two looks nothing could arrive until messages could.
        let deaf = max(0, min(listeningSince ?? now, now).milliseconds(since: last))
        lookedAt = now
        let followed = open.filter {
            $0.holds && [.box(.tooManyMessages), .box(.unitChanged)].contains($0.cause)
        }
        var next: [String: Waiting] = [:]
        subjects = [:]
        for alert in followed {
            let kept = marks[alert.id].flatMap { $0 <= now ? $0 : nil }
            var entry = waiting[alert.id] ?? Waiting(since: max(kept ?? alert.detectedAt, alert.detectedAt), kept: kept)
            entry.since = min(now, entry.since.advanced(byMilliseconds: deaf))
            next[alert.id] = entry
            subjects[alert.cause, default: [:]][alert.subject] = alert.id
        }
        waiting = next
    }

    /// True where nothing was heard for so many seconds of what an alert is about.
    func isQuiet(_ alert: Alert, for seconds: Int64, now: Instant) -> Bool {
        waiting[alert.id].map { now >= $0.since.advanced(bySeconds: seconds) } ?? false
    }

    /// What is to be kept of alerts, by their identities; empty where the store knows it well enough.
    mutating func takeNews() -> [String: Instant] {
        var news: [String: Instant] = [:]
        for (id, entry) in waiting {
            let isKnown = entry.kept.map { abs(entry.since.milliseconds(since: $0)) < QuietWatch.tolerance } ?? false
            guard !isKnown else { continue }
            waiting[id]?.kept = entry.since
            news[id] = entry.since
        }
        return news
    }
}
