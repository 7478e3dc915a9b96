import Foundation
import GatewayModel
import Logging
import Reporting
import ServiceLifecycle
import Storage
import Synchronization

/// What proposed decisions would have meant, tried before the draft of an agenda goes out by itself, and for whoever posts one
/// without being able to read the data.
///
/// Trying a decision on a year takes longer than a sensor may wait: it is done on a thread of its own, ahead of the time.
final class DraftTrials: Sendable {
    private struct State {
        /// The meeting whose agenda they are for: what was tried for an earlier one is out of date.
        var meeting: CalendarDate?
        /// The day on which they were tried: the next day one more day is known.
        var day: CalendarDate?
        /// The proposals that were tried, by SHA-256; also those that cannot be.
        var tried: Set<String> = []
        var tables: [String: [String: ProposalTrial]] = [:]
        var isBusy = false
        /// Why the last try for a posting came to nothing, until somebody has been told.
        var problem: String?
    }

    /// How long before the draft is due proposals are tried, in seconds.
    private static let ahead: Int64 = 3600
    private let state = Mutex(State())

    /// What was found, by the proposals' SHA-256 and the language; nil where some of them were not tried yet, or not on
    /// `day`, if one is named.
    func tables(
        of proposals: [String], for meeting: CalendarDate, on day: CalendarDate? = nil
    ) -> [String: [String: ProposalTrial]]? {
        if proposals.isEmpty { return [:] }
        return state.withLock { state in
            guard state.meeting == meeting, day == nil || state.day == day, state.tried.isSuperset(of: proposals)
            else { return nil }
            return state.tables
        }
    }

    /// Tries what the draft that is due next needs, if its time is near and it was not tried yet. Blocks.
    func prepare(_ site: Site, now: Instant) throws {
        try reading(site) { store in
            guard let next = try site.nextDraft(store, now: now),
                next.due <= now.advanced(bySeconds: DraftTrials.ahead)
            else { return }
            try prepare(site, store, for: next.meeting.day, on: nil, now: now)
        }
    }

    /// Tries what a posting needs now, if it was not tried today. Blocks.
    func preparePosting(_ site: Site, now: Instant) throws {
        try reading(site) { store in
            guard let meeting = site.configuration.assembly.meetings.nextMeeting(after: now) else { return }
            try prepare(site, store, for: meeting.day, on: site.zone.date(at: now), now: now)
        }
    }

    private func reading(_ site: Site, _ body: (Store) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite") else { return }
        let store = try site.readingStore()
        defer { try? store.close() }
        try body(store)
    }

    private func prepare(
        _ site: Site, _ store: Store, for meeting: CalendarDate, on day: CalendarDate?, now: Instant
    ) throws {
        let proposals = try AgendaInbox(site: site).proposals(adopted: store.resolutionNumbers()).proposals
            .map(\.sha256)
        guard tables(of: proposals, for: meeting, on: day) == nil else { return }
        // What cannot be tried has no table, and the agenda says that it was not tried.
        let tables = try AgendaDesk(site: site).trials(store, now: now) { _ in }
        state.withLock { state in
            state.meeting = meeting
            state.day = site.zone.date(at: now)
            state.tried = Set(proposals)
            state.tables = tables
        }
    }

    /// The same on a thread of its own, one at a time.
    func prepareBeside(_ site: Site, logger: Logger) {
        beside { [self] in
            do {
                try prepare(site, now: SystemClock.now())
            } catch {
                logger.error("proposals could not be tried for the draft of the agenda: \(error)")
            }
        }
    }

    /// Whether proposals have been tried for a posting: done once they have, refused without a word while they are tried, which
    /// begins with the first question, and refused with the reason where they cannot be.
    func answerPosting(_ site: Site, now: Instant) -> CommandReply {
        do {
            if let problem = state.withLock({ $0.problem.take() }) { return .refused(problem) }
            var isReady = false
            try reading(site) { isReady = try tables(forPosting: site, $0, now: now) != nil }
            if isReady { return CommandReply(isDone: true, lines: []) }
        } catch {
            return .refused("\(error)")
        }
        beside { [self] in
            do {
                try preparePosting(site, now: now)
            } catch {
                state.withLock { $0.problem = "\(error)" }
            }
        }
        return CommandReply(isDone: false, lines: [])
    }

    /// What a posting that comes without trials takes; nil where something was not tried today.
    func tables(forPosting site: Site, _ store: Store, now: Instant) throws -> [String: [String: ProposalTrial]]? {
        guard let meeting = site.configuration.assembly.meetings.nextMeeting(after: now) else { return [:] }
        let proposals = try AgendaInbox(site: site).proposals(adopted: store.resolutionNumbers()).proposals
        return tables(of: proposals.map(\.sha256), for: meeting.day, on: site.zone.date(at: now))
    }

    /// Runs on a thread of its own where none of them runs.
    private func beside(_ body: @escaping @Sendable () -> Void) {
        guard
            state.withLock({ state in
                defer { state.isBusy = true }
                return !state.isBusy
            })
        else { return }
        Thread.detachNewThread { [self] in
            body()
            state.withLock { $0.isBusy = false }
        }
    }
}

/// Looks every minute whether proposals are to be tried.
struct DraftTrialService: NamedService {
    let trials: DraftTrials
    let site: @Sendable () -> Site
    let logger: Logger

    func run() async throws {
        for await _ in AsyncTicks(beginsAtOnce: true, seconds: { 60 }).cancelOnGracefulShutdown() {
            trials.prepareBeside(site(), logger: logger)
        }
    }
}
