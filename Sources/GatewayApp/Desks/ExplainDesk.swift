import Foundation
import GatewayModel
import Limits
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
            let limit = link.adopted.resolution.limits.first(where: { $0.id == parts.last })
        else {
            return Finding(lines: [book.text("explain.unknown", ["limit": reference])], isGood: false)
        }
        let resolution = link.adopted.resolution
        let sentences = site.configuration.community.languages.map { language in
            "\(language)  "
                + PlainSentence.of(limit, site.book(language), resolution.scale)
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
            + [standing(limit, of: resolution, among: judged.map(\.link.adopted), on: date), decision]
            + [judgement.state.text(book) + "."] + signers + judgement.problems.map { $0.text(book) }
            + (try readings(of: limit, on: date, in: store))
            + (try changes(of: limit, since: link.adopted.adoptedAt, on: date, in: store))
        return Finding(lines: lines.map(Escaping.terminal), isGood: judgement.isGood)
    }

    /// Whether it is in force on that day, and why not.
    private func standing(
        _ limit: Limit, of resolution: Resolution, among adopted: [AdoptedResolution], on date: CalendarDate
    ) -> String {
        let book = site.book(nil)
        let reference = LimitReference(resolution: resolution.number, limit: limit.id)
        let values = [
            "date": "\(date)", "decided": "\(resolution.assembly)", "review": "\(resolution.reviewBy)",
            "from": "\(resolution.inForceFrom)",
        ]
        if let entry = LimitsInForce(adopted).inForce(on: date).first(where: { $0.reference == reference }) {
            return book.text("cli.limit_standing.\(entry.standing)", values)
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

    /// Which device measures what it is about on that day.
    private func readings(of limit: Limit, on date: CalendarDate, in store: Store) throws -> [String] {
        let book = site.book(nil)
        let end = site.zone.start(of: date.adding(days: 1))
        let bindings = try store.bindings().filter { $0.from < end && ($0.until.map { $0 >= end } ?? true) }
        return limit.sensors.map { sensor in
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

    /// What the record book knows to have changed in what it measures, since it was adopted and up to that day.
    private func changes(
        of limit: Limit, since adoptedAt: Instant, on date: CalendarDate, in store: Store
    ) throws -> [String] {
        let book = site.book(nil)
        let end = site.zone.start(of: date.adding(days: 1))
        let names = Set(limit.sensors.map(\.rawValue))
        let changes = try store.recordEntries().filter { recorded in
            recorded.entry.kind.hasPrefix("sensor.") && recorded.entry.at > adoptedAt && recorded.entry.at < end
                && names.contains(recorded.entry.facts["sensor"] ?? "")
        }
        guard !changes.isEmpty else { return [book.text("explain.no_change")] }
        return changes.map { recorded in
            book.text(
                "explain.change",
                [
                    "at": site.local(recorded.entry.at), "sensor": recorded.entry.facts["sensor"] ?? "",
                    "what": book.text("explain.what.\(recorded.entry.kind.dropFirst("sensor.".count))"),
                    "entry": "\(recorded.number)",
                ])
        }
    }
}
