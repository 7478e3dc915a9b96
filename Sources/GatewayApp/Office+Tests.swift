import Alerting
import Delivery
import GatewayModel
import Storage

/// Test messages: what is never tried is broken.
extension Office {
    /// Once a month, in the daytime, every steward whom an alert may call gets a test message, with or without a duty list;
    /// where the configuration names no stewards, their destinations get one that anybody answers at the box.
    func testMonthlyIfDue(now: Instant) {
        guard pipeline.state.alerts.policy.callsPeople,
            site.configuration.destinations.contains(where: { $0.audience == .stewards })
        else { return }
        let today = site.zone.date(at: now)
        let month = CalendarMonth(of: today).description
        guard pipeline.state.testedMonth.map({ $0 < month }) ?? true else { return }
        let isNew = pipeline.state.testedMonth == nil && pipeline.state.alerts.policy.roster == nil
        if isNew, today.day > 1 {
            // Nobody waits for the answer of a box that was just set up, as the duty list does: it begins with a month.
            return note(testedMonth: month, now: now)
        }
        let ten = site.zone.instant(of: CivilTime(date: today, millisecondOfDay: 10 * 3_600_000))
        guard now >= ten, now < ten.advanced(bySeconds: 8 * 3600) else { return }
        note(testedMonth: month, now: now)
        pipeline.endTests(now: now)
        for person in testedPersons(now: now) { pipeline.sendTest(to: person, now: now) }
    }

    private func note(testedMonth month: String, now: Instant) {
        pipeline.state.testedMonth = month
        pipeline.batch.dutyMarks[DutyMark(kind: DutyMark.monthlyTest, name: month)] = now
    }

    /// Those with a mandate; every steward who may answer where nobody has one, or no list asks for one; and one message to
    /// all, whose name is empty, where nobody is known by name.
    private func testedPersons(now: Instant) -> [String] {
        guard !site.configuration.stewards.isEmpty else { return [""] }
        let roster = pipeline.state.alerts.policy.roster
        let all = site.configuration.stewards.map(\.name).filter { mayAnswer($0, now: now) }
        let mandated = all.filter { roster?.hasMandate($0, at: now) ?? true }
        return mandated.isEmpty ? all : mandated
    }

    /// Sends a test message to a steward.
    func testAlarm(_ steward: String, by actor: Actor, now: Instant) -> CommandReply {
        guard site.configuration.stewards.contains(where: { $0.name == steward }) else {
            return refused(
                "no_steward",
                ["person": steward, "stewards": site.configuration.stewards.map(\.name).joined(separator: ", ")])
        }
        pipeline.sendTest(to: steward, now: now)
        let alert = pipeline.state.alerts.open.last { $0.cause == .box(.testAlarm) && $0.subject == steward }
        let ends = pipeline.batch.outbox.filter { $0.alert == alert?.id }.map(\.notBefore)
        // Whoever sends it by night need not wonder why nothing comes.
        let waits = ends.contains(nil) ? nil : ends.compactMap { $0 }.min()
        let line = waits.map { site.book(nil).text("acts.done.test_waits", ["until": site.local($0)]) }
        return done(
            "test_sent", ["person": steward, "number": "\(alert?.number ?? 0)"], then: [line].compactMap { $0 })
    }

    /// Why an answer to a test message does not count: it shows that a message arrives, and that its person answers.
    func refusalOfTest(_ number: Int, by actor: Actor) throws -> CommandReply? {
        guard let alert = pipeline.state.alerts.open.first(where: { $0.number == number }),
            alert.cause == .box(.testAlarm), alert.isTestOfAll || alert.subject == actor.person
        else { return nil }
        guard alert.isTestOfAll || site.isOwnWord(of: actor) else {
            return refused("test_for_another", ["person": actor.person])
        }
        let own = site.configuration.stewards.first { $0.name == actor.person }?.reach ?? []
        // Whoever answers from afar has it, whatever the destination has said yet.
        let isKnown = try store.hasLeft(
            alert: alert.id, to: own.isEmpty ? site.configuration.destinations.map(\.name) : own,
            surely: actor.means == Actor.console)
        guard !isKnown else { return nil }
        return refused(
            alert.isTestOfAll ? "test_not_sent_all" : "test_not_sent",
            ["person": actor.person, "destinations": own.isEmpty ? "–" : own.joined(separator: ", ")])
    }
}
