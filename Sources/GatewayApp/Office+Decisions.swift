import Alerting
import GatewayModel
import Limits
import Storage

/// Takes decisions of the assembly over: the only way by which anything comes into force.
extension Office {
    /// Puts a decision into force where everything fits: its form, its place in the chain, who signed it, what is here.
    func adopt(
        _ bytes: [UInt8], _ fileName: String, _ signatures: [SignatureFile], by actor: Actor, now: Instant
    ) throws -> CommandReply {
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: fileName)
        guard let resolution, problems.isEmpty else {
            return CommandReply(isDone: false, lines: problems.map(\.description))
        }
        let judgement = try judge(bytes, resolution, signatures, way: .adoption, now: now)
        guard judgement.isGood else { return refusal(judgement) }
        if let problem = try misfit(of: resolution, now: now) { return .refused(problem) }
        if let refusal = try founding(resolution, fileName) { return refusal }
        return try enter(bytes, resolution, judgement, by: actor, now: now)
    }

    /// The first list of delegates comes in by the ceremony at the console alone, and while it waits nothing passes it by.
    private func founding(_ resolution: Resolution, _ fileName: String) throws -> CommandReply? {
        guard DelegatesInForce(try LimitRegister(site: site).adopted(in: store)) == nil else { return nil }
        if resolution.provenance.delegates != nil { return refused("founded_at_console", ["file": fileName]) }
        guard let waiting = try store.openRecovery(), resolution.number > waiting.number else { return nil }
        return refused(
            "founding_waits",
            ["number": "\(waiting.number)", "until": site.local(Office.end(of: waiting))])
    }

    /// Judges a decision by the bytes that were adopted before it.
    func judge(
        _ bytes: [UInt8], _ resolution: Resolution, _ signatures: [SignatureFile], way: AdoptionRules.Way,
        now: Instant
    ) throws -> AdoptionJudgement {
        AdoptionRules.judge(
            bytes, resolution, signatures: signatures, after: try LimitRegister(site: site).adopted(in: store),
            community: site.configuration.community.id, today: site.zone.date(at: now), way: way)
    }

    /// Why it is not taken over, and what is wrong with single signatures.
    func refusal(_ judgement: AdoptionJudgement) -> CommandReply {
        let book = site.book(nil)
        return CommandReply(
            isDone: false, lines: (judgement.problems + judgement.notes).map { Escaping.terminal($0.text(book)) })
    }

    /// What of it does not fit the sensors and limits here; nil where everything does.
    func misfit(of resolution: Resolution, now: Instant) throws -> String? {
        let sensors = pipeline.state.sensors
        return AdoptionCheck(
            site: site, sensors: sensors, kinds: try HandReadings.kinds(store, sensors), now: now
        ).problem(with: resolution, adopted: try LimitRegister(site: site).adopted(in: store))
    }

    /// Stores it with its signatures and lets it count.
    func enter(
        _ bytes: [UInt8], _ resolution: Resolution, _ judgement: AdoptionJudgement, isCeremony: Bool = false,
        by actor: Actor, now: Instant
    ) throws -> CommandReply {
        let hasDelegates = DelegatesInForce(try LimitRegister(site: site).adopted(in: store)) != nil
        let book = site.book(nil)
        var facts = [
            "number": "\(resolution.number)", "assembly": "\(resolution.assembly)", "means": actor.means,
            "limits": resolution.limits.map(\.id).sorted().joined(separator: " "),
            "state": judgement.state.word,
        ]
        if !judgement.signatures.isEmpty {
            facts["signatures"] = Office.fingerprint(of: judgement.signatures)
            facts["signature_count"] = "\(judgement.signatures.count)"
        }
        let told = try MeasuredNews(site: site, store: store, now: now).told(of: resolution)
        let ending = try endingLevels(by: resolution, now: now) + endingMandates(by: resolution)
        facts.merge(told.facts) { known, _ in known }
        let stored = try store.adopt(
            number: resolution.number, bytes: bytes, signatures: judgement.signatures, by: actor.person, at: now,
            record: RecordEntry(
                at: now, kind: "limits.adopted", facts: facts,
                erasable: ["person": actor.person, "entered_by": actor.account]),
            isRecovery: isCeremony, overtakes: hasDelegates, notices: told.notices)
        try refreshLimits(now: now)
        needsMakeUp = true
        boxWatch?.decisionsChanged()
        if !resolution.recalls.isEmpty { tellOfRecall(resolution, now: now) }
        let hidden = HiddenLimits(sensors: pipeline.state.sensors).lines(
            resolution, beside: try LimitRegister(site: site).adopted(in: store), book)
        let uncovered = tellOfSwitchOffs(resolution, now: now)
        return done(
            "adopted",
            [
                "number": "\(resolution.number)", "assembly": "\(resolution.assembly)",
                "from": "\(resolution.inForceFrom)", "review": "\(resolution.reviewBy)",
            ],
            then: [0, 1].map { "    " + RecordDesk.grouped(stored.sha256, $0) }
                + ["    " + Escaping.terminal(judgement.state.text(book))]
                + (resolution.recalls.isEmpty
                    ? [] : ["    " + Escaping.terminal(PlainSentence.recalls(resolution, book))])
                + hidden.map(Escaping.terminal) + uncovered + judgement.notes.map { Escaping.terminal($0.text(book)) }
                + ending)
    }

    /// The levels that end because their stages' decision is replaced, each with what to do if that is not meant.
    private func endingLevels(by resolution: Resolution, now: Instant) throws -> [String] {
        let adopted = try LimitRegister(site: site).adopted(in: store)
        return try StageKeeper(store: store, sensors: pipeline.state.sensors)
            .standings(on: site.zone.date(at: now), LimitsInForce(adopted)).filter { standing in
                standing.day.level > 0 && resolution.supersedes.contains(standing.reference.resolution)
                    && !resolution.declares.contains { $0.stages.limit == standing.reference.limit }
            }.map { standing in
                let values = [
                    "level": "\(standing.day.level)", "stages": "\(standing.reference)",
                    "number": "\(standing.reference.resolution)",
                ]
                return Escaping.terminal(site.book(nil).text("acts.done.level_ends", values))
            }
    }

    /// The mandates that end because their decision is replaced, with what to do if that is not meant.
    private func endingMandates(by resolution: Resolution) throws -> [String] {
        guard let roster = try site.dutyRoster(store) else { return [] }
        return resolution.supersedes.compactMap { number in
            let persons = site.configuration.stewards.filter { steward in
                steward.mandate?.decision == number
                    && roster.members.contains { member in
                        guard member.name == steward.name, let from = member.from, let through = member.through else {
                            return false
                        }
                        return from <= through && through >= resolution.inForceFrom
                    }
            }.map(\.name)
            guard !persons.isEmpty else { return nil }
            let values = [
                "persons": persons.joined(separator: ", "), "number": "\(number)", "from": "\(resolution.inForceFrom)",
            ]
            return Escaping.terminal(site.book(nil).text("acts.done.mandates_end", values))
        }
    }

    /// What one person switched off does not cover a limit for people that is decided afterwards: the stewards and whoever
    /// adopts it are told. Returns what to say.
    private func tellOfSwitchOffs(_ resolution: Resolution, now: Instant) -> [String] {
        var lines: [String] = []
        let offs = pipeline.state.alerts.switchedOff.values.filter { $0.terms.isInForce && !$0.terms.mayRestPeople }
        for off in offs.sorted(by: { $0.subject < $1.subject }) {
            let limits = resolution.limits.filter {
                $0.protects == .people && $0.sensors.contains(SensorID(rawValue: off.subject))
            }
            guard !limits.isEmpty else { continue }
            func words(_ book: Phrasebook) -> (title: String, body: String) {
                let sensor = pipeline.state.sensors.sensor(SensorID(rawValue: off.subject))
                let values = [
                    "number": "\(resolution.number)", "until": site.local(off.terms.until),
                    "sensor": off.isHousehold
                        ? book.text("alerts.a_home") : sensor?.name(in: book.language) ?? off.subject,
                    "limits": limits.map { $0.titles.text(in: book.language) ?? $0.id }
                        .joined(separator: ", "),
                ]
                return (book.text("told.not_covered_title", values), book.text("told.not_covered", values))
            }
            pipeline.batch.outbox += pipeline.notices.announcement(
                "alerts.not_covered", priority: .today, now: now, words: words)
            lines.append("    " + Escaping.terminal(words(site.book(nil)).body))
        }
        return lines
    }

    /// The stewards hear who is none any more, and since when.
    private func tellOfRecall(_ resolution: Resolution, now: Instant) {
        pipeline.batch.outbox += pipeline.notices.announcement("steward.recalled", priority: .today, now: now) { book in
            let values = [
                "number": "\(resolution.number)", "persons": resolution.recalls.joined(separator: ", "),
                "from": "\(resolution.inForceFrom)",
            ]
            return (book.text("told.recalled_title", values), book.text("told.recalled", values))
        }
    }

    /// SHA-256 over the signatures' texts, in the order of their names.
    static func fingerprint(of signatures: [SignatureFile]) -> String {
        Fingerprint.sha256(Array(signatures.sorted { $0.name < $1.name }.map(\.armour).joined().utf8))
    }
}
