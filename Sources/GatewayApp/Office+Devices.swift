import Alerting
import GatewayModel
import Storage

/// What the running gateway knows of devices beyond what is stored.
extension Office {
    /// A device of the same kind that appeared after one fell silent: perhaps its successor.
    struct Successor: Hashable {
        var old: String
        var new: String
        var since: Instant
    }

    /// Pairs of a silent device and one that appeared since, which the same profile reads and which measures as much.
    func successors() -> [Successor] {
        let state = pipeline.committed
        return state.alerts.open.flatMap { alert -> [Successor] in
            guard alert.cause == .box(.sensorSilent), alert.returnedAt == nil else { return [] }
            let id = SensorID(rawValue: alert.subject)
            return state.sensors.bindings(of: id).filter { $0.until == nil }.flatMap { binding -> [Successor] in
                let profile = state.notes.topics(of: binding.device).compactMap(\.topic.profile).first
                return state.unassigned.entries.filter { name, entry in
                    name != binding.device && entry.firstSeen >= alert.onset && entry.channels.contains(binding.channel)
                        && (profile == nil || entry.profile == profile)
                }.map { Successor(old: binding.device, new: $0.key, since: $0.value.firstSeen) }
            }
        }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.sorted { ($0.old, $0.new) < ($1.old, $1.new) }
    }

    /// The question whether a new device is an old one's successor, in words.
    func successorLines(of device: String? = nil) -> [String] {
        successors().filter { device == nil || $0.old == device || $0.new == device }.map {
            site.book(nil).text(
                "devices.successor", ["old": $0.old, "new": $0.new, "since": site.local($0.since)])
        }
    }

    /// What was heard of a device since the start.
    func about(_ device: String) -> CommandReply {
        let book = site.book(nil)
        let heard = pipeline.committed.notes.topics(of: device).flatMap { name, topic -> [String] in
            let gaps = max(1, topic.messages - 1)
            let every = topic.lastSeen.milliseconds(since: topic.firstSeen) / 1000 / Int64(gaps)
            let first = book.text(
                "devices.heard",
                [
                    "topic": Escaping.terminal(name), "count": "\(topic.messages)",
                    "since": site.local(topic.firstSeen),
                    "every": "\(every)", "profile": topic.profile ?? "?",
                ])
            guard !topic.rejections.isEmpty else { return [first] }
            let reasons = topic.rejections.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return [
                first,
                book.text(
                    "devices.refused",
                    [
                        "reasons": reasons.joined(separator: ", "),
                        "last": Escaping.terminal(topic.lastRejection ?? ""),
                    ]),
            ]
        }
        return CommandReply(isDone: true, lines: heard + successorLines(of: device))
    }

    /// Binds channels to sensors, tells of what limits measure otherwise by it, and says what was done.
    ///
    /// A channel measures one sensor: whom it measured before is named, and so is whom the configuration still gives it to.
    func bind(_ new: [Binding], by actor: Actor, now: Instant) throws -> [String] {
        let told = try MeasuredNews(site: site, store: store, now: now).told(of: new, by: actor.person)
        let losing = try store.bindings().filter { old in
            old.until == nil && new.contains { $0.isSameChannel(as: old) }
                && !new.contains { $0.sensor == old.sensor }
        }
        try store.bind(
            new, at: now, by: actor.person, zone: site.zone, facts: told.facts, notices: told.notices)
        try refreshSensors(now: now)
        pipeline.reviewSensors(now: now)
        let book = site.book(nil)
        func line(_ key: String, _ binding: Binding) -> String {
            let values = [
                "channel": binding.channel, "device": binding.device, "sensor": "\(binding.sensor)",
                "from": site.local(now), "file": site.configuration.file,
            ]
            return book.text("acts.done.\(key)", values)
        }
        let touched = Set((new + losing).map(\.sensor))
        let declared = site.configuration.sensors.compactMap { entry -> Binding? in
            guard touched.contains(entry.sensor.id), let device = entry.device, let channel = entry.channel else {
                return nil
            }
            let own = Binding(sensor: entry.sensor.id, device: device, channel: channel, from: now)
            return new.contains { $0.sensor == own.sensor && $0.isSameChannel(as: own) } ? nil : own
        }
        return new.map { line("assigned", $0) } + losing.map { line("unmeasured", $0) }
            + declared.map { line("file_differs", $0) }
    }
}
