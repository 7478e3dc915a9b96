import DeviceProfiles
import GatewayModel
import Reporting
import Storage

/// What is told where a device profile reads otherwise than before, or another one reads: its numbers count like a
/// multiplier of every sensor that its devices measure (P3), whether a person or an update of the program changed them.
struct ProfileNews {
    let site: Site
    let store: Store
    let now: Instant

    /// A profile that reads otherwise, for some channels.
    private struct Change {
        var profile: String
        var what: String
        var before: String
        var after: String
        var uses: Set<ProfileUse>
    }

    /// Compares the profiles in use with what was noted of them, notes them anew, and tells what differs.
    func compare() throws {
        let noted = try store.notedProfiles()
        let uses = try store.profileUses()
        let rules = self.rules
        let differing = noted.filter { $0.value != rules[$0.key] ?? "" }
        guard !differing.isEmpty else { return }
        let acts = try differing.sorted { $0.key < $1.key }.map { name, old in
            let new = rules[name] ?? ""
            return try act(
                Change(
                    profile: name, what: "device_profile \(name): " + ProfileNews.difference(old, new),
                    before: Fingerprint.sha256([UInt8](old.utf8)), after: Fingerprint.sha256([UInt8](new.utf8)),
                    uses: uses.filter { $0.profile == name }))
        }
        let fresh = differing.keys.map { ($0, rules[$0] ?? "") }
        try store.note([], profiles: Dictionary(fresh, uniquingKeysWith: { first, _ in first }), acts: acts)
    }

    /// Notes channels that are read by a profile for the first time; where another one read them before, that is told.
    func note(_ fresh: Set<ProfileUse>) throws {
        let known = try store.profileUses()
        let noted = try store.notedProfiles()
        let new = fresh.subtracting(known)
        var changes: [String: Change] = [:]
        for use in new.sorted() {
            let before = known.filter { $0.device == use.device && $0.channel == use.channel }.map(\.profile).sorted()
                .joined(separator: ", ")
            guard !before.isEmpty else { continue }
            let what = "device_profile: \(before) → \(use.profile)"
            changes[
                what, default: Change(profile: use.profile, what: what, before: before, after: use.profile, uses: [])
            ]
            .uses.insert(use)
        }
        let rules = self.rules.filter { name, _ in noted[name] == nil && new.contains { $0.profile == name } }
        try store.note(
            new.sorted(), profiles: rules,
            acts: changes.sorted { $0.key < $1.key }.map { try act($0.value) })
    }

    /// How the profiles of the box read, by name.
    private var rules: [String: String] {
        Dictionary(
            site.profiles.profiles.map { ($0.name, $0.rules.joined(separator: "\n")) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The entry of the record book about a change, and what all stewards are told where limits look at its sensors.
    private func act(_ change: Change) throws -> ActRecord {
        let news = MeasuredNews(site: site, store: store, now: now)
        let named = try news.namedSensors()
        let measured = try store.bindings().filter { binding in
            binding.until == nil && named.contains(binding.sensor)
                && change.uses.contains { $0.device == binding.device && $0.channel == binding.channel }
        }.map(\.sensor)
        let sensors = try store.sensors().filter { measured.contains($0.id) }
        let homes = sensors.filter { $0.visibility == .household }
        // What was stored was read the old way, and what a message said besides is not kept: nobody can know the other figure.
        let month = try news.month()
        let effects = try sensors.filter { $0.visibility == .community }.map { sensor in
            (sensor, MeasuredEffect(before: try month.effect(of: sensor, nil).before, after: nil))
        }
        var facts = [
            "profile": change.profile, "what": change.what, "before": change.before, "after": change.after,
        ]
        if !effects.isEmpty {
            facts["effects"] = try JSONLine.text(effects.map { MeasuredNews.Effect(sensor: $0.0.id, effect: $0.1) })
        }
        if !homes.isEmpty { facts["homes"] = String(homes.count) }
        return ActRecord(
            RecordEntry(
                at: now, kind: "profile.changed", facts: facts,
                erasable: homes.isEmpty ? [:] : ["homes": homes.map(\.id.rawValue).joined(separator: ", ")]),
            notices: sensors.isEmpty ? [] : notices(change, effects, homes: homes.count))
    }

    private func notices(
        _ change: Change, _ effects: [(sensor: Sensor, effect: MeasuredEffect)], homes: Int
    ) -> [OutboxItem] {
        let difference = MeasuredDifference.readProfile(change.what)
        return NoticeWriter(site: site).announcement("steward.measure_changed", priority: .today, now: now) { book in
            var names = effects.map { $0.sensor.name(in: book.language) }
            if homes > 0 { names.append(book.text("told.homes", ["count": String(homes)])) }
            let lines = effects.prefix(3).map { entry in
                book.text(
                    "told.effect.of",
                    ["point": entry.sensor.name(in: book.language), "effect": entry.effect.text(book)])
            }
            let rest = book.text("told.effect.more", ["count": String(effects.count - lines.count)])
            let values = [
                "person": book.text("told.by_settings"), "sensor": names.joined(separator: ", "),
                "change": Escaping.singleLine(difference.text(book), limit: 1000)
                    + " (\(names.joined(separator: ", ")))",
                "at": site.local(now),
                "effect": (lines + (effects.count > lines.count ? [rest] : [])).joined(separator: " "),
            ]
            return (book.text("told.title", values), book.text("told.measure_changed", values))
        }
    }

    /// The lines that differ, as `old → new`; `-` for none.
    static func difference(_ old: String, _ new: String) -> String {
        let (before, after) = (old.split(separator: "\n"), new.split(separator: "\n"))
        var gone = before.filter { !after.contains($0) }
        var added = after.filter { !before.contains($0) }
        if gone.isEmpty, added.isEmpty {
            // The same lines in another order, or one of them twice: the first place where they part.
            let place = zip(before, after).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            let index = place ?? min(before.count, after.count)
            (gone, added) = (Array(before.dropFirst(index).prefix(1)), Array(after.dropFirst(index).prefix(1)))
        }
        return [gone, added].map { lines in
            let text = lines.map { $0.drop { $0 == " " } }.joined(separator: "; ")
            return text.isEmpty ? "-" : text.count > 400 ? text.prefix(400) + "…" : text
        }.joined(separator: " → ")
    }
}
