import GatewayModel
import Limits
import Reporting
import Storage

/// How a list of delegates comes in that no earlier delegates sign: the first one, and one after so many keys are lost that
/// they can no longer sign. It waits in public at the console, and everybody can see it and object.
extension Office {
    /// From when on a list that waits can be adopted.
    static func end(of recovery: StoredRecovery) -> Instant {
        recovery.begunAt.advanced(bySeconds: AdoptionRules.publicDays * 86_400)
    }

    /// Takes one step of a recovery.
    func recover(
        _ step: RecoveryStep, _ bytes: [UInt8], _ fileName: String, _ signatures: [SignatureFile], by actor: Actor,
        now: Instant
    ) throws -> CommandReply {
        guard step != .withdraw else { return try withdrawRecovery(by: actor, now: now) }
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: fileName)
        guard let resolution, problems.isEmpty else {
            return CommandReply(isDone: false, lines: problems.map(\.description))
        }
        let judgement = try judge(bytes, resolution, signatures, way: .recovery, now: now)
        guard judgement.isGood else { return refusal(judgement) }
        let waiting = try store.openRecovery()
        guard step == .finish else {
            guard waiting == nil else {
                return refused("recovery_waits", ["number": "\(waiting?.number ?? 0)"])
            }
            return try beginRecovery(bytes, resolution, by: actor, now: now)
        }
        guard let waiting, waiting.bytes == bytes else { return refused("recovery_not_begun") }
        guard now >= Office.end(of: waiting) else {
            return refused("recovery_too_early", ["until": site.local(Office.end(of: waiting))])
        }
        return try enter(bytes, resolution, judgement, isCeremony: true, by: actor, now: now)
    }

    private func beginRecovery(
        _ bytes: [UInt8], _ resolution: Resolution, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        let keys = resolution.provenance.delegates?.persons.flatMap(\.keys).map(DelegateLines.fingerprint) ?? []
        let until = now.advanced(bySeconds: AdoptionRules.publicDays * 86_400)
        let record = entry(
            "delegates.recovery_begun",
            [
                "number": "\(resolution.number)", "sha256": Fingerprint.sha256(bytes), "until": until.description,
                "keys": keys.joined(separator: " "),
            ], by: actor, now: now)
        let recovery = try store.beginRecovery(
            number: resolution.number, bytes: bytes, by: actor.person, at: now, record: ActRecord(record))
        boxWatch?.decisionsChanged()
        return done(
            "recovery_begun", ["number": "\(resolution.number)", "until": site.local(until)],
            then: [0, 1].map { "    " + RecordDesk.grouped(recovery.sha256, $0) }
                + DelegateLines.of(resolution, site.book(nil)).map { "    " + Escaping.terminal($0) })
    }

    private func withdrawRecovery(by actor: Actor, now: Instant) throws -> CommandReply {
        guard let waiting = try store.openRecovery() else { return refused("recovery_not_begun") }
        let record = entry(
            "delegates.recovery_withdrawn", ["number": "\(waiting.number)", "sha256": waiting.sha256], by: actor,
            now: now)
        _ = try store.withdrawRecovery(at: now, record: ActRecord(record))
        boxWatch?.decisionsChanged()
        return done("recovery_withdrawn", ["number": "\(waiting.number)"])
    }

    private func entry(_ kind: String, _ facts: [String: String], by actor: Actor, now: Instant) -> RecordEntry {
        RecordEntry(
            at: now, kind: kind, facts: facts.merging(["means": actor.means]) { fact, _ in fact },
            erasable: ["person": actor.person, "entered_by": actor.account])
    }

    /// Once a day every decision that stands on paper and lacks signatures is told to the stewards, with who is missing,
    /// and every file of the inbox that cannot be read.
    func remindOfSignatures(now: Instant) throws {
        let watch = DecisionWatch(site: site)
        let chain = try LimitRegister(site: site).adopted(in: store)
        // One that was passed over waits for the assembly, which no signature can help.
        for waiting in watch.waiting(after: chain, today: site.zone.date(at: now)) where waiting.passedBy == nil {
            let details = DecisionWatch.details(waiting)
            pipeline.batch.outbox += pipeline.notices.announcement("decision.unsigned", priority: .today, now: now) {
                ($0.text("told.unsigned_title", details), $0.text("told.unsigned", details))
            }
        }
        for file in DecisionFile.unreadable(of: site, adopted: chain.map(\.resolution.number)) {
            let details = ["file": file.name, "reason": file.reason]
            pipeline.batch.outbox += pipeline.notices.announcement("decision.unreadable", priority: .today, now: now) {
                ($0.text("told.unreadable_title", details), $0.text("told.unreadable", details))
            }
        }
    }
}
