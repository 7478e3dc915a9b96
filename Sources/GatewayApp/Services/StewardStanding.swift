import Alerting
import GatewayModel
import Storage

/// By what right a steward answers, pauses and closes: the same rule for the box, SMS, ntfy, Matrix and links.
enum StewardStanding: Hashable {
    /// A mandate that has not ended, or no duty list that would ask for one.
    case entitled
    /// Nobody holds a mandate, and this person was not recalled: better the stewards whom the configuration names than
    /// nobody. What they do is marked in the record book.
    case withoutMandate
}

extension Site {
    /// By what right a person answers; nil for whoever is no steward, and for whoever was recalled.
    func standing(of person: String, _ roster: DutyRoster?, now: Instant) -> StewardStanding? {
        guard configuration.stewards.contains(where: { $0.name == person }) else { return nil }
        guard let roster else { return .entitled }
        let today = roster.zone.date(at: now)
        // A mandate that is still to begin is answered for too: with the test message.
        let holding = roster.members.filter { member in member.through.map { $0 >= today } ?? false }
        guard holding.isEmpty else { return holding.contains { $0.name == person } ? .entitled : nil }
        // A time that ran out is no recall; a mandate that was taken out is one.
        return roster.members.contains { $0.name == person && ($0.through != nil || !$0.wasMandated) }
            ? .withoutMandate : nil
    }

    /// True for a steward who was not recalled.
    func mayAnswer(_ person: String, _ roster: DutyRoster?, now: Instant) -> Bool {
        standing(of: person, roster, now: now) != nil
    }

    /// True for a steward who was recalled neither by the configuration nor by a decision.
    func mayAnswer(_ person: String, _ roster: DutyRoster?, _ store: Store, now: Instant) -> Bool {
        mayAnswer(person, roster, now: now) && !isRecalled(person, store, now: now)
    }

    /// Whom people are told to ask and to call: the stewards who may answer, in the order of the configuration.
    func answering(_ roster: DutyRoster?, _ store: Store, now: Instant) -> [String] {
        configuration.stewards.map(\.name).filter { mayAnswer($0, roster, store, now: now) }
    }

    /// True for a steward whose mandate has ended; not for one who is still to get the first.
    func hasLeft(_ person: String, _ roster: DutyRoster?, _ store: Store, now: Instant) -> Bool {
        if isRecalled(person, store, now: now) { return true }
        return !mayAnswer(person, roster, now: now)
            && roster?.members.contains { $0.name == person && ($0.through != nil || $0.wasMandated) } == true
    }

    /// The steward whose own login an account of the box is; nil for an account that is nobody's own.
    func steward(withLogin account: String) -> String? {
        let stewards = configuration.stewards
        return (stewards.first { $0.name == account } ?? stewards.first { $0.login == account })?.name
    }

    /// An act at the box by a steward's own login is that steward's, without saying so.
    func named(_ actor: Actor) -> Actor {
        guard actor.means == Actor.console, actor.enteredFor == nil, let name = steward(withLogin: actor.account),
            name != actor.account
        else { return actor }
        return Actor(account: actor.account, enteredFor: name)
    }

    /// True where the person speaks, and nobody for them: from a login or by a way of their own.
    func isOwnWord(of actor: Actor) -> Bool {
        actor.means != Actor.console || actor.enteredFor == nil || steward(withLogin: actor.account) == actor.person
    }
}

extension Actor {
    /// At the box.
    static let console = "console"

    /// By what the gateway knows who speaks: the login, or the person's own word or link.
    var voice: String { means == Actor.console ? "login \(account)" : "\(means) of \(person)" }
}
