import Alerting
import Delivery
import GatewayModel
import Limits
import Storage

/// What stewards say to alerts.
extension Office {
    func answer(_ number: Int, _ answer: AlertAnswer, by actor: Actor, now: Instant) throws -> CommandReply {
        // Whoever finds something may say so; what calls or lets rest is the stewards'.
        if case .note = answer {} else if let refusal = refusalUnlessSteward(actor, now: now) { return refusal }
        if answer == .take, let refusal = try refusalOfTest(number, by: actor) { return refusal }
        let said: StewardAnswer
        switch answer {
        case .take: said = .take
        case .decline: said = .decline
        case .seen: said = .seen
        case .note(let note): said = .note(note)
        case .pause(let until, let why): said = .pause(until: until, why: why)
        case .resolve(let outcome, let note): said = .resolve(outcome, note: note)
        case .agree: return try agree(number, by: actor, now: now)
        }
        let actions = try pipeline.state.alerts.answer(
            number, said, person: actor.person, means: actor.means, voice: actor.voice, now: now)
        pipeline.perform(entered(actions, by: actor, now: now), now: now)
        let alert = pipeline.state.alerts.open.first { $0.number == number }
        guard case .pause = said, let pause = alert?.pauseWish ?? alert?.pause else {
            // "Can't" and "seen" leave a test message open: whoever meant to answer it has to know.
            if let alert, alert.cause == .box(.testAlarm), [.decline, .seen].contains(said) {
                return done(
                    "test_stays", ["number": "\(number)", "person": alert.isTestOfAll ? actor.person : alert.subject])
            }
            return done(said == .seen ? "seen" : "answered", ["number": "\(number)", "person": actor.person])
        }
        let isHomes = alert?.audience == .person
        return done(
            pause.isInForce ? isHomes ? "paused_home" : "paused" : "pause_asked",
            ["number": "\(number)", "until": site.local(pause.until)])
    }

    /// Agrees with the pause of an alert that waits for a second person, or with switching off what it is about.
    private func agree(_ number: Int, by actor: Actor, now: Instant) throws -> CommandReply {
        guard let alert = pipeline.state.alerts.open.first(where: { $0.number == number }) else {
            return refused(AnswerError.Code.unknown.rawValue, ["number": "\(number)"])
        }
        if let wish = alert.restAsked {
            return try answer(number, .pause(until: wish.until, why: wish.reason), by: actor, now: now)
        }
        guard let off = alert.switchOffAsked({ pipeline.state.alerts.switchedOff[$0] }) else {
            return refused("nothing_to_agree", ["number": "\(number)"])
        }
        return try agree(toSwitchOff: off.subject, by: actor, now: now)
    }

    /// Agrees that a sensor or a limit is switched off, as another steward has asked.
    func agree(toSwitchOff subject: String, by actor: Actor, now: Instant) throws -> CommandReply {
        guard let asked = pipeline.state.alerts.switchedOff[subject]?.asked else {
            return refused("nothing_to_agree_off", ["subject": subject])
        }
        return try switchAlerts(
            subject, SwitchOffTerms(until: asked.until, why: asked.reason), by: actor, now: now)
    }

    /// Switches a sensor or a limit off until a time, or on again.
    func switchAlerts(
        _ subject: String, _ terms: SwitchOffTerms?, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        if let refusal = refusalUnlessSteward(actor, now: now) { return refusal }
        guard let terms else {
            let actions = try pipeline.state.alerts.switchOn(
                subject, person: actor.person, means: actor.means, now: now)
            pipeline.perform(entered(actions, by: actor, now: now), now: now)
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
        let privacy = pipeline.state.privacy
        let isOnHomes = limits.contains { $0.reference.description == subject && !privacy.mayShow($0.reference) }
        let actions = try pipeline.state.alerts.switchOff(
            subject, until: terms.until, why: terms.why, person: actor.person, means: actor.means,
            voice: actor.voice, forPeople: limits.contains { $0.limit.protects == .people },
            isHousehold: sensor?.visibility == .household || isOnHomes, now: now)
        pipeline.perform(entered(actions, by: actor, now: now), now: now)
        let off = pipeline.state.alerts.switchedOff[subject]
        let agreed = off?.wish ?? off?.terms
        return done(
            agreed?.isInForce == true ? "switched_off" : "switch_off_asked",
            ["subject": subject, "until": site.local(agreed?.until ?? terms.until)])
    }

    /// Why a person may not answer; nil for a steward who was not recalled, and for anybody where no stewards are named.
    private func refusalUnlessSteward(_ actor: Actor, now: Instant) -> CommandReply? {
        if site.isRecalled(actor.person, store, now: now) { return refused("recalled", ["person": actor.person]) }
        let named = site.configuration.stewards.map(\.name)
        guard !named.isEmpty, standing(of: actor, now: now) == nil else { return nil }
        let may = named.filter { mayAnswer($0, now: now) }
        guard !may.isEmpty else { return refused("no_steward_may", ["person": actor.person]) }
        return refused("not_a_steward", ["person": actor.person, "stewards": may.joined(separator: ", ")])
    }

    private func standing(of actor: Actor, now: Instant) -> StewardStanding? {
        site.standing(of: actor.person, pipeline.state.alerts.policy.roster, now: now)
    }

    /// Adds to the record of an act who entered it, since one account can speak for several persons and has to be seen
    /// doing so, and where nobody has a mandate, that there was none.
    private func entered(_ actions: [AlertAction], by actor: Actor, now: Instant) -> [AlertAction] {
        let isWithout = standing(of: actor, now: now) == .withoutMandate
        return actions.map { action in
            guard case .record(let kind, var facts, var texts) = action, texts["person"] == actor.person else {
                return action
            }
            texts["entered_by"] = actor.account
            if isWithout { facts["mandate"] = "none" }
            return .record(kind: kind, facts: facts, erasable: texts)
        }
    }

    /// Takes over who holds a mandate: a decision was adopted.
    func refreshDuty(now: Instant) throws {
        try site.noteMandates(store, now: now)
        var policy = try site.alertPolicy(store, now: now)
        policy.callsPeople = pipeline.state.alerts.policy.callsPeople
        pipeline.changeState { $0.alerts.policy = policy }
        try endMandates(now: now)
    }

    /// Whoever may not answer any more has no links, and goes to nothing: others are called.
    func endMandates(now: Instant) throws {
        try endLinks(now: now)
        let named = !site.configuration.stewards.isEmpty
        let gone = Set(pipeline.state.alerts.open.flatMap(\.goers)).filter {
            site.isRecalled($0, store, now: now) || named && !mayAnswer($0, now: now)
        }
        pipeline.perform(pipeline.state.alerts.free(from: gone, now: now), now: now)
    }
}
