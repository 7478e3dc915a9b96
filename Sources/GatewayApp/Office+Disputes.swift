import GatewayModel
import Limits
import Storage

/// "I think this is wrong": opened by anybody, checked by whoever looks, decided by the assembly alone.
extension Office {
    /// Opens a dispute; what it is about is marked from now on.
    func openDispute(
        _ subject: Dispute.Subject, why: String, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard why.contains(where: { !$0.isWhitespace }) else { return refused("dispute_why") }
        var dispute = Dispute(
            number: 0, subject: subject, sensor: nil, about: now, isHousehold: false, openedAt: now,
            person: actor.person, enteredBy: actor.account, why: why)
        switch subject {
        case .readings(let id, let from, let until):
            guard let sensor = pipeline.state.sensors.sensor(id) else {
                return refused("no_sensor", ["sensor": "\(id)"])
            }
            guard from < until else { return refused("empty_period") }
            (dispute.sensor, dispute.about) = (id, from)
            dispute.isHousehold = sensor.visibility == .household
        case .figure(let resource, let month, let role):
            let points = pipeline.state.sensors.all.filter { $0.resource == resource }
            guard points.contains(where: { role == nil || $0.role == role }) else {
                return refused(
                    points.isEmpty ? "dispute_no_resource" : "dispute_no_part",
                    ["resource": resource.rawValue, "role": role?.rawValue ?? ""])
            }
            dispute.about = site.zone.start(of: month.firstDay)
            guard dispute.about < now else { return refused("dispute_no_figure", ["month": month.description]) }
        case .alert(let number):
            guard let alert = try store.alert(number: number) else {
                return refused("dispute_no_alert", ["alert": "\(number)"])
            }
            let sensor = pipeline.state.sensors.sensor(alert.transition?.sensor ?? SensorID(rawValue: alert.subject))
            (dispute.sensor, dispute.about) = (sensor?.id, alert.onset)
            dispute.isHousehold = sensor?.visibility == .household || alert.details["visibility"] != nil
        }
        let opened = try store.openDispute(dispute) { dispute in
            ActRecord(
                self.entry("dispute.opened", of: dispute, ["why": dispute.why], by: actor, now: now),
                notices: self.told(
                    "dispute_opened", dispute, ["why": Escaping.sentence(dispute.why)], by: actor, now: now))
        }
        return done("dispute_opened", ["number": "\(opened.number)"])
    }

    /// Enters that somebody has looked, how, and what was found.
    func checkDispute(_ number: Int64, how: String, by actor: Actor, now: Instant) throws -> CommandReply {
        guard var dispute = try openDispute(number) else { return refused("no_dispute", ["number": "\(number)"]) }
        guard how.contains(where: { !$0.isWhitespace }) else { return refused("dispute_how") }
        dispute.checks.append(Dispute.Check(at: now, person: actor.person, how: how))
        dispute.state = .checked
        try store.follow(
            dispute,
            record: ActRecord(
                entry("dispute.checked", of: dispute, ["how": how], by: actor, now: now),
                notices: told("dispute_checked", dispute, ["how": how], by: actor, now: now)), zone: site.zone)
        return done("dispute_checked", ["number": "\(number)"])
    }

    /// Enters what the assembly decided; readings that are said to be wrong with good reason count no more.
    func decideDispute(
        _ number: Int64, _ said: DisputeVerdict, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard var dispute = try openDispute(number) else { return refused("no_dispute", ["number": "\(number)"]) }
        guard said.reason.contains(where: { !$0.isWhitespace }) else { return refused("dispute_why") }
        if let refusal = try reference(of: said, to: dispute, now: now) { return refusal }
        dispute.verdict = Dispute.Verdict(
            at: now, enteredBy: actor.account, reason: said.reason, decision: said.decision,
            minutes: said.assembly.map { "\($0), \(said.minutes ?? "")" })
        dispute.state = said.isUpheld ? .upheld : .kept
        let verdict = Dispute.words(of: dispute, site.book(nil))
        let record = ActRecord(
            entry(
                "dispute.\(dispute.state.rawValue)", of: dispute, ["why": said.reason, "reference": verdict], by: actor,
                now: now),
            notices: told(
                "dispute_\(dispute.state.rawValue)", dispute,
                ["why": Escaping.sentence(said.reason), "reference": verdict], by: actor,
                now: now))
        guard said.isUpheld, case .readings(let sensor, let from, let until) = dispute.subject else {
            try store.follow(dispute, record: record, zone: site.zone)
            return done("dispute_\(dispute.state.rawValue)", ["number": "\(number)"])
        }
        try store.follow(
            dispute,
            setAside: SetAside(
                sensor: sensor, from: from, until: until, why: said.reason, person: verdict, at: now),
            doubtfulSince: try doubtfulSince(sensor, before: from), record: record, zone: site.zone)
        needsMakeUp = true
        return done("dispute_upheld", ["number": "\(number)"])
    }

    /// The dispute under which readings were set aside by the assembly; nil where a steward did so.
    func dispute(behind setAside: Int64) throws -> Dispute? {
        try store.disputes().first { $0.setAside == setAside }
    }

    /// Why the reference does not show that an assembly since the dispute was opened has decided; nil where it does.
    private func reference(
        of said: DisputeVerdict, to dispute: Dispute, now: Instant
    ) throws -> CommandReply? {
        let opened = site.zone.date(at: dispute.openedAt)
        let day: CalendarDate
        if let number = said.decision {
            let adopted = try LimitRegister(site: site).adopted(in: store).first { $0.resolution.number == number }
            guard let adopted else { return refused("dispute_no_decision", ["decision": "\(number)"]) }
            day = adopted.resolution.assembly
        } else if let assembly = said.assembly, said.minutes?.contains(where: { !$0.isWhitespace }) == true {
            day = assembly
        } else {
            return refused("dispute_reference")
        }
        guard day >= opened else {
            return refused("dispute_before", ["day": day.description, "opened": opened.description])
        }
        guard day <= site.zone.date(at: now) else { return refused("dispute_ahead", ["day": day.description]) }
        return nil
    }

    private func openDispute(_ number: Int64) throws -> Dispute? {
        try store.disputes(openOnly: true).first { $0.number == number }
    }

    /// Facts of a household stand among what can be erased.
    private func entry(
        _ kind: String, of dispute: Dispute, _ texts: [String: String], by actor: Actor, now: Instant
    ) -> RecordEntry {
        var about: [String: String] = [:]
        switch dispute.subject {
        case .readings(let sensor, let from, let until):
            about = ["sensor": sensor.rawValue, "from": "\(from)", "until": "\(until)"]
        case .figure(let resource, let month, let role):
            about = ["resource": resource.rawValue, "month": month.description]
            about["role"] = role?.rawValue
        case .alert(let number): about = ["alert": "\(number)"]
        }
        let facts = ["dispute": "\(dispute.number)", "means": actor.means]
        let persons = texts.merging(["person": actor.person, "entered_by": actor.account]) { first, _ in first }
        return RecordEntry(
            at: now, kind: kind, facts: dispute.isHousehold ? facts : facts.merging(about) { first, _ in first },
            erasable: dispute.isHousehold ? persons.merging(about) { first, _ in first } : persons)
    }

    /// The stewards hear it; of a household's no more than that there is one.
    private func told(
        _ key: String, _ dispute: Dispute, _ values: [String: String], by actor: Actor, now: Instant
    ) -> [OutboxItem] {
        pipeline.notices.announcement("steward.\(key)", priority: .assembly, now: now) { book in
            let number = ["number": "\(dispute.number)"]
            let title = book.text("told.dispute_title", number)
            guard !dispute.isHousehold else { return (title, book.text("told.dispute_home", number)) }
            let about = dispute.about(
                book, isNaming: false,
                name: { self.pipeline.state.sensors.sensor($0)?.name(in: book.language) ?? "\($0)" },
                localTime: { self.site.local($0) })
            let all = values.merging(number) { first, _ in first }
                .merging(["person": actor.person, "about": about]) { first, _ in first }
            return (title, book.text("told.\(key)", all))
        }
    }
}

extension Dispute {
    /// What the assembly decided by: a decision, or minutes.
    static func words(of dispute: Dispute, _ book: Phrasebook) -> String {
        guard let verdict = dispute.verdict else { return "" }
        return verdict.decision.map { book.text("disputes.by_decision", ["decision": "\($0)"]) }
            ?? book.text("disputes.by_minutes", ["minutes": verdict.minutes ?? ""])
    }
}
