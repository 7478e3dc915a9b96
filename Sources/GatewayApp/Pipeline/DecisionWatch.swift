import GatewayModel
import Limits
import Reporting
import Storage

/// Looks at the decisions behind the limits: what waits for signatures, what waits at the console, what was altered.
struct DecisionWatch {
    let site: Site

    /// What is to be told now; what was told before and is over is told as over.
    func findings(in store: Store, now: Instant) -> [BoxWatch.Finding] {
        // What cannot be read now is looked at again; a store in trouble has an alert of its own.
        guard let facts = try? facts(in: store, now: now), let open = try? store.alerts(openOnly: true),
            let judged = try? LimitRegister(site: site).judgements(in: store)
        else { return [] }
        var findings = facts.waiting.map { waiting in
            BoxWatch.Finding(
                condition: .signaturesMissing, subject: "\(waiting.number)", isActive: true,
                onset: site.zone.start(of: waiting.assembly.adding(days: AdoptionRules.patienceDays)),
                details: DecisionWatch.details(waiting))
        }
        let told = open.filter { $0.cause == .box(.signaturesMissing) && $0.returnedAt == nil }.map(\.subject)
        findings += Set(told).subtracting(findings.map(\.subject)).sorted().map {
            BoxWatch.Finding(condition: .signaturesMissing, subject: $0, isActive: false, onset: now)
        }
        findings.append(
            BoxWatch.Finding(
                condition: .recoveryWaiting, isActive: facts.recovery != nil, onset: facts.recovery?.begunAt ?? now,
                details: facts.recovery.map {
                    [
                        "decision": "\($0.number)", "until": site.local($0.endsAt),
                        "audience": Audience.members.rawValue,
                    ]
                } ?? [:]))
        let altered = judged.first { !$0.judgement.isGood }?.link.adopted.resolution.number
        findings.append(
            BoxWatch.Finding(
                condition: .decisionsAltered, isActive: altered != nil, onset: now,
                details: altered.map { ["decision": "\($0)"] } ?? [:]))
        return findings
    }

    /// What reports and the agenda say of the decisions.
    func facts(in store: Store, now: Instant) throws -> DecisionFacts {
        let judged = try LimitRegister(site: site).judgements(in: store)
        let chain = judged.map(\.link.adopted)
        var facts = DecisionFacts(
            adopted: judged.map { link, judgement in
                DecisionFacts.Adopted(
                    number: link.adopted.resolution.number, assembly: link.adopted.resolution.assembly,
                    sha256: link.adopted.sha256, state: judgement.state)
            },
            waiting: waiting(after: chain, today: site.zone.date(at: now)),
            recovery: try store.openRecovery().flatMap(DecisionWatch.recovery),
            hasDelegates: DelegatesInForce(chain) != nil, ending: DelegatesInForce(chain).flatMap(DecisionWatch.ending))
        facts.unreadable = DecisionFile.unreadable(of: site, adopted: chain.map(\.resolution.number))
        return facts
    }

    private static func ending(_ delegates: DelegatesInForce) -> DecisionFacts.Ending? {
        delegates.list.lastAssembly.map { last in
            DecisionFacts.Ending(
                number: delegates.decision, needed: delegates.list.threshold, lastAssembly: last,
                persons: delegates.list.persons.reduce(into: [:]) { $0[$1.id] = $1.until })
        }
    }

    /// Decisions of the inbox that were minuted on paper and lack signatures, longer than people need for them.
    func waiting(after chain: [AdoptedResolution], today: CalendarDate) -> [DecisionFacts.Waiting] {
        guard DelegatesInForce(chain) != nil else { return [] }
        let adopted = chain.map(\.resolution.number)
        return DecisionFile.inbox(of: site).compactMap { file in
            let resolution = file.resolution
            guard let minutes = resolution.provenance.minutes, !adopted.contains(resolution.number),
                resolution.community == site.configuration.community.id,
                resolution.assembly.adding(days: AdoptionRules.patienceDays) <= today
            else { return nil }
            // One that was passed over is judged by what was there before it.
            let passedBy = adopted.filter { $0 > resolution.number }.min()
            let before = chain.filter { $0.resolution.number < resolution.number }
            guard DelegatesInForce(before) != nil else { return nil }
            let judgement = AdoptionRules.judge(
                file.bytes, resolution, signatures: SignatureFolder.files(for: file.path), after: before,
                community: resolution.community, today: today)
            guard let lack = judgement.problems.first(where: { [.tooFew, .tooFewNew].contains($0.code) }) else {
                return nil
            }
            return DecisionFacts.Waiting(
                number: resolution.number, assembly: resolution.assembly, minutes: minutes,
                signed: lack.values["count"].flatMap { Int($0) } ?? 0,
                needed: lack.values["needed"].flatMap { Int($0) } ?? 0, missing: judgement.missing, passedBy: passedBy)
        }
    }

    /// The words of a decision that waits, for alerts and the daily notice.
    static func details(_ waiting: DecisionFacts.Waiting) -> [String: String] {
        [
            "decision": "\(waiting.number)", "assembly": "\(waiting.assembly)", "signed": "\(waiting.signed)",
            "needed": "\(waiting.needed)", "missing": waiting.missing.joined(separator: ", "),
        ]
    }

    private static func recovery(_ stored: StoredRecovery) -> DecisionFacts.Recovery? {
        guard let list = ResolutionFile.parse(stored.bytes, fileName: "").resolution?.provenance.delegates else {
            return nil
        }
        return DecisionFacts.Recovery(
            number: stored.number, sha256: stored.sha256, begunAt: stored.begunAt, endsAt: Office.end(of: stored),
            persons: Dictionary(
                list.persons.map { ($0.id, $0.keys.map(DelegateLines.fingerprint)) },
                uniquingKeysWith: { first, _ in first }))
    }
}
