import GatewayModel

/// The counters as Prometheus text (exposition format 0.0.4, prometheus.io/docs/instrumenting/exposition_formats).
public enum MetricsPage {
    /// The whole page, in a fixed order.
    public static func text(_ counters: Counters) -> String {
        var page = Page()
        page.add(
            "commons_messages_total", .counter, "Messages received by QoS.",
            (0...2).map { (["qos": "\($0)"], counters.messagesByQoS[$0] ?? 0) })
        page.add("commons_messages_repeated_total", .counter, "Messages already taken.", counters.repeatedMessages)
        page.add("commons_messages_retained_total", .counter, "Retained messages.", counters.retainedMessages)
        page.add("commons_messages_unknown_total", .counter, "Messages that no profile reads.", counters.unknownTopics)
        page.add(
            "commons_messages_unassigned_total", .counter, "Messages of devices without a sensor.",
            counters.unassignedMessages)
        page.add("commons_readings_total", .counter, "Readings committed.", counters.readings)
        page.add("commons_readings_double_total", .counter, "Readings already stored.", counters.doubles)
        page.add(
            "commons_rejected_total", .counter, "Values and messages refused by reason.",
            counters.rejections.sorted { $0.key < $1.key }.map { (["reason": $0.key], $0.value) })
        page.add("commons_commits_total", .counter, "Commits.", counters.commits)
        page.add("commons_commits_failed_total", .counter, "Commits that failed.", counters.failedCommits)
        page.add(
            "commons_commit_microseconds_total", .counter, "Time that commits took.", counters.commitMicroseconds)
        page.add("commons_alerts_open", .gauge, "Open alerts, without those of homes.", counters.openAlerts)
        page.add("commons_store_failing", .gauge, "1 while nothing can be stored.", counters.isStoreFailing ? 1 : 0)
        page.add("commons_outbox_waiting", .gauge, "Messages waiting to be sent.", counters.outboxWaiting)
        page.add("commons_outbox_age_seconds", .gauge, "Age of the oldest waiting message.", counters.outboxAge)
        page.add(
            "commons_broker_connected", .gauge, "1 while the broker is connected.", counters.isBrokerConnected ? 1 : 0)
        return page.text
    }

    private enum Kind: String { case counter, gauge }

    private struct Page {
        var text = ""

        mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
            add(name, kind, help, [([:], value)])
        }

        mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [([String: String], Int)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
            for (labels, value) in samples {
                let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
                text += name + (list.isEmpty ? "" : "{\(list.joined(separator: ","))}") + " \(value)\n"
            }
        }

        private func escaped(_ label: String) -> String {
            label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
    }
}
