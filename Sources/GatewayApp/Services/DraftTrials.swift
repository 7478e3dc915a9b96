import Foundation
import GatewayModel
import Logging
import Reporting
import ServiceLifecycle
import Storage
import Synchronization

/// What proposed decisions would have meant, tried before the draft of an agenda goes out by itself.
///
/// Trying a decision on a year takes longer than a sensor may wait: it is done on a thread of its own, ahead of the time.
final class DraftTrials: Sendable {
    private struct State {
        /// The meeting whose agenda they are for: what was tried for an earlier one is out of date.
        var meeting: CalendarDate?
        /// The proposals that were tried, by SHA-256; also those that cannot be.
        var tried: Set<String> = []
        var tables: [String: [String: ProposalTrial]] = [:]
        var isBusy = false
    }

    /// How long before the draft is due proposals are tried, in seconds.
    private static let ahead: Int64 = 3600
    private let state = Mutex(State())

    /// What was found, by the proposals' SHA-256 and the language; nil where some of them were not tried yet.
    func tables(
        of proposals: [String], for meeting: CalendarDate
    ) -> [String: [String: ProposalTrial]]? {
        state.withLock { state in
            guard state.meeting == meeting, state.tried.isSuperset(of: proposals) else { return nil }
            return state.tables
        }
    }

    /// Tries what the draft that is due next needs, if its time is near and it was not tried yet. Blocks.
    func prepare(_ site: Site, now: Instant) throws {
        guard FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite") else { return }
        let store = try site.readingStore()
        defer { try? store.close() }
        guard let next = try site.nextDraft(store, now: now),
            next.due <= now.advanced(bySeconds: DraftTrials.ahead)
        else { return }
        let proposals = try AgendaInbox(site: site).proposals(adopted: store.resolutionNumbers()).proposals
            .map(\.sha256)
        guard tables(of: proposals, for: next.meeting.day) == nil else { return }
        // What cannot be tried has no table, and the agenda says that it was not tried.
        let tables = try AgendaDesk(site: site).trials(store, now: now) { _ in }
        state.withLock { state in
            state.meeting = next.meeting.day
            state.tried = Set(proposals)
            state.tables = tables
        }
    }

    /// The same on a thread of its own, one at a time.
    func prepareBeside(_ site: Site, logger: Logger) {
        guard
            state.withLock({ state in
                defer { state.isBusy = true }
                return !state.isBusy
            })
        else { return }
        Thread.detachNewThread { [self] in
            do {
                try prepare(site, now: SystemClock.now())
            } catch {
                logger.error("proposals could not be tried for the draft of the agenda: \(error)")
            }
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
