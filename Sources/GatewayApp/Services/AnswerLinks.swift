import Alerting
import Dashboard
import Foundation
import GatewayModel
import Storage
import Synchronization

/// Links with which one steward answers one alert: made when a notice is sent, good until a day after the alert is closed.
///
/// The tokens are in the notices and, while this program runs, in its memory, so that all notices of an alert have the same
/// one; the database has their hashes alone. From any thread.
final class AnswerLinks: Sendable {
    /// Seconds after the close in which a link still shows what it was about.
    static let secondsAfterClose: Int64 = 86_400

    private struct Key: Hashable {
        var person: String
        var alert: String
    }

    private struct State {
        var site: Site
        var tokens: [Key: String] = [:]
    }

    private let store: Store
    private let state: Mutex<State>

    init(site: Site, store: Store) {
        self.store = store
        state = Mutex(State(site: site))
    }

    /// Takes over who may answer, and how they are reached; where the page listens is only read at the start.
    func reload(_ site: Site) { state.withLock { $0.site = site } }

    /// The address for a notice to one steward's own destination; nil where it gets none.
    func link(for item: OutboxItem, now: Instant) -> String? {
        let site = state.withLock { $0.site }
        guard let alert = item.alert ?? item.answers, OutboxItem.linkedTypes.contains(item.type),
            let base = site.configuration.answerPage?.base(),
            let person = site.configuration.stewards.first(where: { $0.reach.contains(item.destination) })?.name,
            holds(person, site, now: now)
        else { return nil }
        let key = Key(person: person, alert: alert)
        // A link that was ended is not brought back: who is named anew gets a new one.
        let known = state.withLock { $0.tokens[key] }.flatMap { token in
            (try? store.answerLink(token: token)) == nil ? nil : token
        }
        guard let token = known ?? (try? store.makeAnswerLink(person: person, alert: alert, at: now)) else {
            return nil
        }
        state.withLock { state in
            // Old ones are forgotten by and by; their alerts get a second token.
            if state.tokens.count >= 1000 { state.tokens = [:] }
            state.tokens[key] = token
        }
        return base + "/" + AnswerPageServer.folder + "/" + token
    }

    private func holds(_ person: String, _ site: Site, now: Instant) -> Bool {
        guard let roster = try? site.dutyRoster(store) else {
            return site.configuration.duty == nil && site.mayAnswer(person, nil, now: now)
                && !site.isRecalled(person, store, now: now)
        }
        return site.mayAnswer(person, roster, now: now)
    }
}

extension AnswerLinks {
    /// The sentences of the community's language.
    var words: Phrasebook { state.withLock { $0.site }.book(nil) }

    /// What the person's newest notice said; nil for a link that is none, or none any more.
    func notice(token: String, now: Instant) -> LinkNotice? {
        let site = state.withLock { $0.site }
        guard let link = try? store.answerLink(token: token), holds(link.person, site, now: now),
            let alert = try? store.alert(id: link.alert), AnswerLinks.stands(alert, now: now),
            let steward = site.configuration.stewards.first(where: { $0.name == link.person }),
            let said = try? store.lastNotice(about: link.alert, to: steward.reach)
        else { return nil }
        let offs = alert.isOpen ? (try? store.switchedOff()) ?? [] : []
        let asked =
            alert.restAsked
            ?? alert.switchOffAsked { subject in offs.first { $0.subject == subject } }?.asked
        return LinkNotice(
            words: site.book(steward.language), title: said.title, text: said.body,
            canAgree: asked.map { $0.person != link.person } ?? false)
    }

    /// True until a day after the close.
    static func stands(_ alert: Alert, now: Instant) -> Bool {
        alert.closedAt.map { now < $0.advanced(bySeconds: secondsAfterClose) } ?? true
    }
}
