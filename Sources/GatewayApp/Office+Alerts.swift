import Alerting
import GatewayModel
import Limits

/// What stewards say to alerts.
extension Office {
    func answer(_ number: Int, _ answer: AlertAnswer, by actor: Actor, now: Instant) throws -> CommandReply {
        // Whoever finds something may say so; what calls or lets rest is the stewards'.
        if case .note = answer {} else if let refusal = refusalUnlessSteward(actor, now: now) { return refusal }
        let said: StewardAnswer =
            switch answer {
            case .take: .take
            case .decline: .decline
            case .seen: .seen
            case .note(let note): .note(note)
            case .pause(let until, let why): .pause(until: until, why: why)
            case .resolve(let outcome, let note): .resolve(outcome, note: note)
            }
        let actions = try pipeline.state.alerts.answer(
            number, said, person: actor.person, means: actor.means, now: now)
        pipeline.perform(Office.entered(actions, by: actor), now: now)
        let alert = pipeline.state.alerts.open.first { $0.number == number }
        guard case .pause = said, let pause = alert?.pauseWish ?? alert?.pause else {
            return done("answered", ["number": "\(number)", "person": actor.person])
        }
        return done(
            pause.isInForce ? "paused" : "pause_asked", ["number": "\(number)", "until": site.local(pause.until)])
    }

    /// Switches a sensor or a limit off until a time, or on again.
    func switchAlerts(
        _ subject: String, _ terms: SwitchOffTerms?, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        if let refusal = refusalUnlessSteward(actor, now: now) { return refusal }
        guard let terms else {
            let actions = try pipeline.state.alerts.switchOn(
                subject, person: actor.person, means: actor.means, now: now)
            pipeline.perform(Office.entered(actions, by: actor), now: now)
            return done("switched_on", ["subject": subject])
        }
        let today = site.zone.date(at: now)
        let limits = LimitsInForce(try LimitRegister(site: site).adopted(in: store)).inForce(on: today).filter {
            entry in
            entry.reference.description == subject || entry.limit.sensors.contains(SensorID(rawValue: subject))
        }
        let sensor = pipeline.state.sensors.sensor(SensorID(rawValue: subject))
        guard sensor != nil || limits.contains(where: { $0.reference.description == subject }) else {
            return refused("nothing_to_switch", ["subject": subject])
        }
        let actions = try pipeline.state.alerts.switchOff(
            subject, until: terms.until, why: terms.why, person: actor.person, means: actor.means,
            forPeople: limits.contains { $0.limit.protects == .people },
            isHousehold: sensor?.visibility == .household, now: now)
        pipeline.perform(Office.entered(actions, by: actor), now: now)
        let off = pipeline.state.alerts.switchedOff[subject]
        let agreed = off?.wish ?? off?.terms
        return done(
            agreed?.isInForce == true ? "switched_off" : "switch_off_asked",
            ["subject": subject, "until": site.local(agreed?.until ?? terms.until)])
    }

    /// Why a person may not answer; nil for a steward who was not recalled, and for anybody where no stewards are named.
    ///
    /// Where nobody has a mandate any more every steward answers, as every steward goes on hearing.
    private func refusalUnlessSteward(_ actor: Actor, now: Instant) -> CommandReply? {
        if site.isRecalled(actor.person, store, now: now) { return refused("recalled", ["person": actor.person]) }
        let named = site.configuration.stewards.map(\.name).filter { !site.isRecalled($0, store, now: now) }
        let holding = named.filter { mayAnswer($0, now: now) }
        let standing = holding.isEmpty ? named : holding
        guard !standing.isEmpty, !standing.contains(actor.person) else { return nil }
        return refused("not_a_steward", ["person": actor.person, "stewards": standing.joined(separator: ", ")])
    }

    /// Adds to the record of an act who entered it: one account can speak for several persons, and has to be seen doing so.
    private static func entered(_ actions: [AlertAction], by actor: Actor) -> [AlertAction] {
        actions.map { action in
            guard case .record(let kind, let facts, var texts) = action, texts["person"] == actor.person else {
                return action
            }
            texts["entered_by"] = actor.account
            return .record(kind: kind, facts: facts, erasable: texts)
        }
    }

    /// Takes over who holds a mandate: a decision was adopted.
    func refreshDuty(now: Instant) throws {
        var policy = try site.alertPolicy(store, now: now)
        policy.callsPeople = pipeline.state.alerts.policy.callsPeople
        pipeline.changeState { $0.alerts.policy = policy }
        try endLinks(now: now)
        try releaseRecalled(now: now)
    }

    /// Whoever was recalled is not on the way any more: the alert is open again, and the next one is called.
    private func releaseRecalled(now: Instant) throws {
        for alert in pipeline.state.alerts.open {
            guard let person = alert.takenBy, site.isRecalled(person, store, now: now) else { continue }
            let actions = try pipeline.state.alerts.answer(
                alert.number, .decline, person: person, means: "recall", now: now)
            pipeline.perform(actions, now: now)
        }
    }

    /// Sends a test message to a steward.
    func testAlarm(_ steward: String, by actor: Actor, now: Instant) -> CommandReply {
        guard site.configuration.stewards.contains(where: { $0.name == steward }) else {
            return refused(
                "no_steward",
                ["person": steward, "stewards": site.configuration.stewards.map(\.name).joined(separator: ", ")])
        }
        pipeline.sendTest(to: steward, now: now)
        let number = pipeline.state.alerts.open.last { $0.cause == .box(.testAlarm) && $0.subject == steward }?.number
        return done("test_sent", ["person": steward, "number": "\(number ?? 0)"])
    }
}
