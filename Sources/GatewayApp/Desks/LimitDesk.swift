import Foundation
import GatewayModel
import Limits
import Storage

/// Shows limits and takes decisions of the assembly.
public struct LimitDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct LimitLine: Encodable {
        var limit: String
        var sentence: String
        var bound: String
        var protects: String
        var resource: String
        var priority: String
        var decidedOn: String
        var inForceFrom: String
        var reviewBy: String
        var standing: String
        var signing: SigningLine?
    }

    private struct DecisionLine: Encodable {
        var number: Int
        var assembly: String
        var decided: String
        var inForceFrom: String
        var reviewBy: String
        var adoptedAt: String
        var adoptedBy: String
        var sha256: String
        var limits: [String]
        var signing: SigningLine
    }

    /// The limits in force on a day, today where none is named.
    public func lines(on day: String?, json: Bool, language: String?) throws -> [String] {
        try site.shown(.limits(on: day, json: json, language: language)) {
            try readLines(on: day, json: json, language: language)
        }
    }

    func readLines(on day: String?, json: Bool, language: String?) throws -> [String] {
        try site.check(language: language)
        let date = try day.map(site.instant).map(site.zone.date) ?? site.zone.date(at: SystemClock.now())
        let store = try site.readingStore()
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let book = site.book(language)
        let keeper = try StageKeeper(store)
        let entries = try keeper.limits(on: date, LimitsInForce(adopted))
        if json {
            let signings = try signings()
            return try entries.map { entry in
                try JSONLine.text(
                    LimitLine(
                        limit: entry.reference.description,
                        sentence: PlainSentence.of(entry.limit, book, entry.scale),
                        bound: entry.limit.bound.rawValue, protects: entry.limit.protects.rawValue,
                        resource: entry.limit.resource.rawValue, priority: entry.limit.priority.rawValue,
                        decidedOn: entry.decidedOn.description, inForceFrom: entry.inForceFrom.description,
                        reviewBy: entry.reviewBy.description, standing: "\(entry.standing)",
                        signing: signings[entry.reference.resolution]))
            }
        }
        let rules = LimitsInForce(adopted).boxAlerts(on: date).sorted { $0.key.rawValue < $1.key.rawValue }
        let none = entries.isEmpty ? [book.text("cli.no_limits", ["date": date.description])] : []
        let retention = LimitsInForce(adopted).householdRetention(on: date).map {
            PlainSentence.retention($0.days, book)
        }
        let standings = try keeper.standings(on: date, LimitsInForce(adopted))
        let disclosure = LimitsInForce(adopted).disclosureRules(on: date)
        let privacy = LimitPrivacy(
            entries.map { ($0.reference, $0.limit) }, stages: standings.map { ($0.reference, $0.stages) },
            keeper.sensors, disclosure)
        let stages = standings.map { $0.sentence(book, privacy) }
        let sirens = LimitsInForce(adopted).sirens(on: date).sorted()
        let named = sirens.isEmpty ? [] : [PlainSentence.sirens(sirens, book)]
        let groups =
            disclosure == DisclosureRules() ? [] : [PlainSentence.smallestGroup(disclosure.groupMinimum, book)]
        return none + rules.map { PlainSentence.of($0, $1, book) } + (retention.map { [$0] } ?? []) + groups + named
            + stages
            + entries.flatMap { entry in
                [
                    "\(entry.reference)  \(PlainSentence.of(entry.limit, book, entry.scale))",
                    "    "
                        + book.text(
                            "cli.limit_standing.\(entry.standing)",
                            ["decided": entry.decidedOn.description, "review": entry.reviewBy.description]),
                ]
                    + (entry.tightenedUntil.map { until in
                        [
                            "    "
                                + book.text(
                                    "cli.tightened",
                                    ["until": until.description, "decision": "\(entry.tightenedBy ?? 0)"])
                        ]
                    } ?? [])
            }
    }

    /// Reads a file back in plain sentences, in every language of the community, without adopting it.
    public func explain(file: String) throws -> Finding {
        let (resolution, problems) = ResolutionFile.parse(try bytes(of: file), fileName: file)
        guard let resolution else { return Finding(lines: problems.map(\.description), isGood: false) }
        let sentences = site.configuration.community.languages.flatMap { language in
            PlainSentence.all(of: resolution, site.book(language)).map { "\(language)  \($0)" }
        }
        return Finding(
            lines: sentences + site.hiddenLimits(of: resolution) + problems.map(\.description), isGood: problems.isEmpty
        )
    }

    /// What adopting a file would change: the sentences in force that it replaces, and its own.
    public func preview(file: String) throws -> Finding {
        let bytes = try bytes(of: file)
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: file)
        guard let resolution, problems.isEmpty else {
            return Finding(lines: problems.map(\.description), isGood: false)
        }
        let adopted = try LimitRegister(site: site).adoptedHere()
        let book = site.book(nil)
        let replaced = adopted.filter { resolution.supersedes.contains($0.resolution.number) }
        let old = replaced.flatMap { PlainSentence.all(of: $0.resolution, book).map { "- " + $0 } }
        let new = PlainSentence.all(of: resolution, book).map { "+ " + $0 }
        let head = book.text(
            "cli.decision",
            [
                "number": "\(resolution.number)", "assembly": "\(resolution.assembly)",
                "decided": resolution.decidedBy,
            ])
        let judgement = AdoptionRules.judge(
            bytes, resolution, signatures: SignatureFolder.files(for: file), after: adopted,
            community: site.configuration.community.id, today: site.zone.date(at: SystemClock.now()))
        let standing =
            DelegateLines.of(resolution, book) + [judgement.state.text(book)]
            + (judgement.problems + judgement.notes).map { $0.text(book) }
        return Finding(
            lines: ([head] + old + new + (site.hiddenLimits(of: resolution) + standing).map { "  " + $0 })
                .map(Escaping.terminal),
            isGood: judgement.isGood)
    }

    /// Sends the bytes of a file to the writing process.
    public func adopt(file: String, enteredFor: String?) throws -> CommandReply {
        let name = URL(fileURLWithPath: file).lastPathComponent
        let command = Command.adopt(
            fileName: name, bytes: Data(try bytes(of: file)), signatures: SignatureFolder.files(for: file))
        return try CommandDesk(site: site).perform(command, enteredFor: enteredFor)
    }

    /// Every resolution that was adopted here, with what stands behind it.
    public func history(json: Bool) throws -> [String] {
        let judged = try LimitRegister(site: site).judgements(in: site.readingStore())
        if json {
            return try judged.map { link, judgement in
                let entry = link.adopted
                return try JSONLine.text(
                    DecisionLine(
                        number: entry.resolution.number, assembly: entry.resolution.assembly.description,
                        decided: entry.resolution.decidedBy, inForceFrom: entry.resolution.inForceFrom.description,
                        reviewBy: entry.resolution.reviewBy.description, adoptedAt: entry.adoptedAt.description,
                        adoptedBy: entry.adoptedBy, sha256: entry.sha256, limits: entry.resolution.limits.map(\.id),
                        signing: SigningLine(judgement.state, entry.resolution.provenance.minutes)))
            }
        }
        let book = site.book(nil)
        return TextTable.lines(
            ["decision", "assembly", "in force from", "review by", "entered by", "limits", "signed"],
            judged.map { link, judgement in
                let resolution = link.adopted.resolution
                return [
                    "\(resolution.number)", resolution.assembly.description, resolution.inForceFrom.description,
                    resolution.reviewBy.description, link.adopted.adoptedBy,
                    resolution.limits.map(\.id).joined(separator: " "), judgement.state.text(book),
                ]
            })
    }

    private func signings() throws -> [Int: SigningLine] {
        let judged = try LimitRegister(site: site).judgements(in: site.readingStore())
        return Dictionary(
            judged.map { link, judgement in
                let resolution = link.adopted.resolution
                return (resolution.number, SigningLine(judgement.state, resolution.provenance.minutes))
            }, uniquingKeysWith: { first, _ in first })
    }

    private func bytes(of file: String) throws(AppError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw AppError("\(file) cannot be read", remedy: "check its name and that you may read it")
        }
        return [UInt8](data)
    }
}
