import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// Explains a limit that was adopted: the sentence, the decision, who signed, what counts, and what changed since.
public struct ExplainDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// True for a limit's name such as `12/tank-minimum`, which no file of a decision looks like.
    public static func isReference(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && Int(parts[0]) != nil && !parts[1].isEmpty && !text.hasSuffix(".md")
    }

    /// What is known of a limit on a day, today where none is named.
    public func lines(_ reference: String, at day: String?, now: Instant = SystemClock.now()) throws -> Finding {
        let date = try day.map(site.instant).map(site.zone.date) ?? site.zone.date(at: now)
        let store = try site.readingStore()
        let judged = try LimitRegister(site: site).judgements(in: store)
        let book = site.book(nil)
        let parts = reference.split(separator: "/").map(String.init)
        guard let (link, judgement) = judged.first(where: { "\($0.link.adopted.resolution.number)" == parts.first }),
            let subject = Subject(parts.last ?? "", in: link.adopted.resolution)
        else {
            return Finding(lines: [book.text("explain.unknown", ["limit": reference])], isGood: false)
        }
        let resolution = link.adopted.resolution
        let adopted = judged.map(\.link.adopted)
        let name = LimitReference(resolution: resolution.number, limit: subject.id)
        let tightened = try StageKeeper(store).limits(on: date, LimitsInForce(adopted))
            .first { $0.reference == name }?.tightenedBy
        let measure = adopted.first { $0.resolution.number == tightened }?.resolution.emergency
        let sentences = site.configuration.community.languages.flatMap { language in
            let words = site.book(language)
            return
                (subject.sentences(words, resolution.scale)
                + (measure.map { [PlainSentence.emergency($0, words)] } ?? [])).map { "\(language)  \($0)" }
        }
        let decision = book.text(
            "explain.decision",
            [
                "number": "\(resolution.number)", "assembly": "\(resolution.assembly)",
                "decided": resolution.decidedBy, "adopted": site.local(link.adopted.adoptedAt),
                "by": link.adopted.adoptedBy,
            ])
        let before = judged.map(\.link.adopted).filter { $0.resolution.number < resolution.number }
        let signers = judgement.signatures.compactMap { file in
            (try? Signer.of(file, over: link.bytes, resolution, after: before)).map {
                "    "
                    + book.text(
                        "signing.cli.signature", ["person": $0.person, "key": $0.fingerprint, "file": file.name])
            }
        }
        let lines =
            sentences
            + [try standing(subject, name, of: resolution, among: adopted, on: date, in: store), decision]
            + (site.zone.date(at: link.adopted.adoptedAt) > date ? [book.text("explain.adopted_later")] : [])
            + [judgement.state.text(book) + "."] + signers + judgement.problems.map { $0.text(book) }
            + (try ahead(subject, name, resolution.scale, adopted, on: date, in: store, now: now))
            + (try readings(of: subject.sensors, on: date, in: store))
            + (try changes(of: subject, name, since: link.adopted.adoptedAt, on: date, adopted, in: store))
        return Finding(lines: lines.map(Escaping.terminal), isGood: judgement.isGood)
    }

    /// What is explained: a limit, or stages.
    private enum Subject {
        case limit(Limit)
        case stages(Stages)

        init?(_ id: String, in resolution: Resolution) {
            if let limit = resolution.limits.first(where: { $0.id == id }) {
                self = .limit(limit)
            } else if let stages = resolution.stages.first(where: { $0.id == id }) {
                self = .stages(stages)
            } else {
                return nil
            }
        }

        var id: String {
            switch self {
            case .limit(let limit): limit.id
            case .stages(let stages): stages.id
            }
        }

        /// What it measures, other sensors that it compares with included.
        var sensors: [SensorID] {
            switch self {
            case .limit(let limit): limit.sensors + DayRules.otherSensors(limit.rule)
            case .stages(let stages): Array(Set(stages.sensors)).sorted()
            }
        }

        func sentences(_ book: Phrasebook, _ scale: Scale) -> [String] {
            switch self {
            case .limit(let limit): [PlainSentence.of(limit, book, scale)]
            case .stages(let stages): PlainSentence.of(stages, book)
            }
        }
    }

    /// Whether it is in force on that day, and why not.
    private func standing(
        _ subject: Subject, _ reference: LimitReference, of resolution: Resolution, among adopted: [AdoptedResolution],
        on date: CalendarDate, in store: Store
    ) throws -> String {
        let book = site.book(nil)
        let inForce = LimitsInForce(adopted)
        var values = [
            "date": "\(date)", "decided": "\(resolution.assembly)", "review": "\(resolution.reviewBy)",
            "from": "\(resolution.inForceFrom)",
        ]
        let counting = try StageKeeper(store).limits(on: date, inForce)
        if let entry = counting.first(where: { $0.reference == reference }) {
            return book.text("cli.limit_standing.\(entry.standing)", values)
        }
        let isStanding = inForce.isStanding(resolution.number, on: date)
        if isStanding, case .limit(let limit) = subject, let condition = limit.atStage {
            values["stages"] = condition.stages
            return book.text("explain.other_level", values)
        }
        if isStanding {
            let levels = try StageKeeper(store).standings(on: date, inForce)
            let privacy = LimitPrivacy(
                counting.map { ($0.reference, $0.limit) }, stages: levels.map { ($0.reference, $0.stages) },
                try SensorDirectory(store), inForce.disclosureRules(on: date))
            return
                ([book.text("cli.limit_standing.inForce", values)]
                + levels.filter { $0.reference == reference }.map { $0.sentence(book, privacy) })
                .joined(separator: "; ")
        }
        guard resolution.inForceFrom <= date else { return book.text("explain.not_yet", values) }
        let successor = adopted.first {
            $0.resolution.supersedes.contains(resolution.number) && $0.resolution.inForceFrom <= date
        }
        return book.text(
            "explain.replaced",
            [
                "number": successor.map { "\($0.resolution.number)" } ?? "?",
                "from": successor.map { "\($0.resolution.inForceFrom)" } ?? "?",
            ])
    }

    /// What may be said ahead on a day on which it counts: whose turn comes next, how far a budget goes.
    private func ahead(
        _ subject: Subject, _ name: LimitReference, _ scale: Scale, _ adopted: [AdoptedResolution],
        on date: CalendarDate, in store: Store, now: Instant
    ) throws -> [String] {
        // A store that was filled from recorded messages may be ahead of the clock.
        let heard = try store.devices().compactMap(\.lastSeen).max() ?? now
        guard case .limit = subject, date <= site.zone.date(at: max(now, heard)) else { return [] }
        let book = site.book(nil)
        let sensors = try SensorDirectory(store)
        let counting = try StageKeeper(store).limits(on: date, LimitsInForce(adopted))
        // What counts on the day may be tighter than what was decided.
        guard let entry = counting.first(where: { $0.reference == name }), entry.standing != .lapsed else { return [] }
        let limit = entry.limit
        let privacy = LimitPrivacy(
            counting.map { ($0.reference, $0.limit) },
            stages: LimitsInForce(adopted).stages(on: date).map { ($0.reference, $0.stages) }, earlier: adopted,
            sensors, LimitsInForce(adopted).disclosureRules(on: date))
        let outlook = try LimitOutlooks(store: store, sensors: sensors, privacy: privacy)
            .outlook(name, limit, scale, on: date)
        return outlook?.words(book, of: limit) { id in
            sensors.sensor(id)?.name(in: book.language) ?? id.rawValue
        } ?? []
    }

    /// Of the sensors that are computed on a day, what from.
    private func parts(of sensors: [SensorID], on date: CalendarDate, in store: Store) throws -> [SensorID: [SensorID]]
    {
        let end = site.zone.start(of: date.adding(days: 1)).advanced(byMilliseconds: -1)
        return try store.sensors(at: end).reduce(into: [:]) { found, sensor in
            if sensors.contains(sensor.id), let computed = sensor.computed { found[sensor.id] = computed.parts }
        }
    }

    /// Which device measures what it is about on that day, or each part of what is computed.
    private func readings(of sensors: [SensorID], on date: CalendarDate, in store: Store) throws -> [String] {
        let book = site.book(nil)
        let end = site.zone.start(of: date.adding(days: 1))
        let bindings = try store.bindings().filter { $0.from < end && ($0.until.map { $0 >= end } ?? true) }
        let parts = try parts(of: sensors, on: date, in: store)
        return sensors.filter { parts[$0] != nil }.map { sensor in
            let names = (parts[sensor] ?? []).map(\.rawValue).joined(separator: ", ")
            return book.text("explain.computed", ["sensor": "\(sensor)", "parts": names])
        }
            + sensors.flatMap { parts[$0] ?? [$0] }.map { sensor in
                guard let binding = bindings.first(where: { $0.sensor == sensor }) else {
                    return book.text("explain.no_device", ["sensor": "\(sensor)", "date": "\(date)"])
                }
                // What the configuration declares from the first day on has no date of its own.
                return book.text(
                    binding.from.milliseconds <= 0 ? "explain.reading_always" : "explain.reading",
                    [
                        "sensor": "\(sensor)", "device": binding.device, "channel": binding.channel,
                        "since": site.local(binding.from),
                    ])
            }
    }

    /// What the record book knows to have changed in what it measures, since it was adopted and up to that day: by whoever
    /// changed a sensor, and by decisions that let the same limit count otherwise.
    private func changes(
        of subject: Subject, _ name: LimitReference, since adoptedAt: Instant, on date: CalendarDate,
        _ adopted: [AdoptedResolution], in store: Store
    ) throws -> [String] {
        let book = site.book(nil)
        let end = site.zone.start(of: date.adding(days: 1))
        let parts = try parts(of: subject.sensors, on: date, in: store)
        let sensors = Set((subject.sensors + parts.values.joined()).map(\.rawValue))
        let later = adopted.filter { $0.resolution.supersedes.contains(name.resolution) }.map {
            LimitReference(resolution: $0.resolution.number, limit: name.limit).description
        }
        let names = Set([name.description] + later)
        let known = Dictionary(try store.sensors().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let changes = try store.recordEntries().filter { $0.entry.at < end }.flatMap { recorded -> [String] in
            // Its own adoption may have let it count otherwise than the limit that it replaces.
            let isOwn = recorded.entry.kind == "limits.adopted" && recorded.entry.at == adoptedAt
            guard recorded.entry.at > adoptedAt || isOwn else { return [] }
            let facts = recorded.entry.facts
            func line(_ subject: String, _ what: String) -> String {
                let values = [
                    "at": site.local(recorded.entry.at), "sensor": subject, "what": what,
                    "entry": "\(recorded.number)",
                ]
                return book.text("explain.change", values)
            }
            if recorded.entry.kind.hasPrefix("sensor."), let sensor = recorded.entry.text("sensor"),
                sensors.contains(sensor)
            {
                let what = recorded.entry.kind.dropFirst("sensor.".count)
                return [line(sensor, book.text("explain.what.\(what)"))]
            }
            if recorded.entry.kind == "box.changed", let zone = facts["time_zone"] {
                let old = facts["time_zone_before"].map { MeasuredDifference.Value.name($0) }
                return [
                    line(
                        book.text("told.all_days"),
                        MeasuredDifference(.timeZone, from: old, to: .name(zone)).text(book))
                ]
            }
            if recorded.entry.kind == "profile.changed" {
                let homes = recorded.entry.erasable["homes"]?.components(separatedBy: ", ") ?? []
                let what = MeasuredDifference.readProfile(facts["what"] ?? "").text(book)
                return (MeasuredNews.effects(in: facts).compactMap(\.sensor?.rawValue) + homes)
                    .filter(sensors.contains).map { line($0, what) }
            }
            return MeasuredNews.limitChanges(in: facts).filter { names.contains($0.limit) }
                .map { line($0.limit, MeasuredDifference.read($0.what) { known[$0] }.text(book)) }
        }
        return changes.isEmpty ? [book.text("explain.no_change")] : changes
    }
}
