import Alerting
import Foundation
import GatewayModel
import MQTTIngest
import Storage

/// The one writing process on a data folder: the store, the data path on it, and the acts of people.
///
/// Used from one thread at a time: the ingest thread while the gateway runs, the calling thread for a command on its own.
final class Office {
    var site: Site
    let store: Store
    let pipeline: Pipeline
    private var waiting = 0
    /// The language of whoever answers from afar, while that is carried out; nil at the box.
    var languageAfar: String?
    var housekeptDay: CalendarDate?
    var needsHousekeeping = false
    /// Limits were adopted, or people decided about readings: what is counted is to be made up from what is stored.
    var needsMakeUp = false
    /// When that was done last; late readings of a busy device wait for the next turn.
    var madeUpAt: Instant?
    /// When the next draft of an agenda goes to the secretary; nil where none is to.
    var draftDueAt: Instant?
    var needsDraft = false
    /// Where proposals are tried for it; nil where nothing runs beside.
    var draftTrials: DraftTrials?
    static let makeUpPause: Int64 = 600_000
    /// How long messages wait at most while days are computed.
    static let makeUpSlice = Duration.milliseconds(500)
    /// When the weekly round could not be made.
    var roundFailedAt: Instant?
    /// When the files of neighbours were looked at.
    var lookedForNeighboursAt: Instant?
    /// The times that those files had.
    var neighbourFiles: [DutyMark: Instant] = [:]
    private var tickedAt: Instant?
    /// While recorded messages are replayed nothing is told to anybody.
    var tellsNobody = false
    var sealedReadings = 0
    var boxWatch: BoxWatch?
    var keeper: ClockKeeper
    /// Messages wait for the clock.
    var hasHeld: Bool

    private init(site: Site, store: Store, pipeline: Pipeline, now: Instant) throws {
        keeper = ClockKeeper(
            latest: try store.lastCommit(), waitsForNetwork: site.configuration.waitsForNetworkTime,
            saidForBoot: try store.clockSetting()?.boot)
        hasHeld = try !store.heldMessages(limit: 1).isEmpty
        self.site = site
        self.store = store
        self.pipeline = pipeline
        draftDueAt = try nextDraft(now: now)?.due
    }

    /// Takes the data folder's lock, brings the sensors of the configuration into the database and restores the state.
    ///
    /// - Throws: ``StoreError``, among them `locked` where the gateway runs.
    static func open(site: Site, now: Instant) throws -> Office {
        let store = try site.writingStore(now: now)
        do {
            // A clock that was lost with the power must not make limits and sheets of years ago those of today.
            let now = max(now, try store.lastCommit() ?? now)
            try Office.noteBox(site, store, now: now)
            try site.noteMandates(store, now: now)
            try SensorDeclarations(site: site, store: store).apply(now: now)
            try ProfileNews(site: site, store: store, now: now).compare()
            let loader = PipelineLoader(site: site, store: store)
            _ = try loader.bringDaysUpToDate(now: now)
            let state = try loader.load(now: now)
            let notices = NoticeWriter(site: site)
            // What was posted and not written when the program was killed; the next posting says what stands in its way.
            try? AgendaPapers.finish(store, in: site.configuration.papersFolder)
            let pipeline = Pipeline(store: store, state: state, notices: notices, now: now)
            // What the files say otherwise since the last run is in force before anybody is called.
            pipeline.reviewSensors(now: now)
            try pipeline.correctRetained(now: now)
            pipeline.forgetRemoved(site.configuration, now: now)
            try pipeline.commit(packets: [], session: 0, now: now)
            return try Office(site: site, store: store, pipeline: pipeline, now: now)
        } catch {
            try? store.close()
            throw error
        }
    }

    /// Enters a change of the program or of the configuration in the record book.
    static func noteBox(_ site: Site, _ store: Store, now: Instant) throws {
        // Days and months begin elsewhere in another zone: every limit that counts by them measures something else.
        let zone = site.zone.identifier
        let before = try store.notedBox("time_zone")
        var values = ["program": ProgramVersion.current, "time_zone": zone]
        if let bytes = FileManager.default.contents(atPath: site.configuration.file) {
            values["configuration"] = Fingerprint.sha256(bytes)
        }
        let told = try before.flatMap(Zone.init(identifier:)).map {
            try MeasuredNews(site: site, store: store, now: now).told(ofZone: $0, to: site.zone)
        }
        try store.noteBox(values, at: now, facts: told?.facts ?? [:], notices: told?.notices ?? [])
    }

    /// Gives the data folder free.
    func close() {
        try? store.close()
    }

    /// What was counted up to the last commit.
    var counters: Counters { pipeline.committed.counters }

    /// Sends a recorded message through the data path; its `receivedAt` is the time, and nothing is told to anybody.
    func replay(_ message: InboundMessage, commitAfter limit: Int) throws {
        let day = site.zone.date(at: message.receivedAt)
        if housekeptDay != day {
            try finishReplay(at: message.receivedAt)
            housekeptDay = day
        }
        if tickedAt == nil {
            pipeline.changeState {
                $0.silence.listen(true, now: message.receivedAt)
                $0.alerts.policy.callsPeople = false
            }
        }
        if message.receivedAt.milliseconds(since: tickedAt ?? message.receivedAt) >= 300_000 || tickedAt == nil {
            tickedAt = message.receivedAt
            _ = pipeline.tick(now: message.receivedAt)
        }
        _ = pipeline.receive(ReceivedMessage(message: message, qos: 1))
        waiting += 1
        guard waiting >= limit else { return }
        try commit(now: message.receivedAt)
    }

    /// Commits what is left of a replay and brings day rows and blocks up to date.
    func finishReplay(at now: Instant) throws {
        tellsNobody = true
        defer { tellsNobody = false }
        _ = pipeline.tick(now: now)
        try commit(now: now)
        try housekeep(now: now)
    }

    /// Goes over from recorded messages to what happens now: people are called again.
    func endReplay(at now: Instant) throws {
        try finishReplay(at: now)
        tickedAt = nil
        pipeline.changeState { $0.alerts.policy.callsPeople = true }
    }

    /// Commits what the pipeline holds, apart from any broker session.
    func commit(now: Instant) throws {
        pipeline.dropNotices()
        try pipeline.commit(packets: [], session: 0, now: now)
        waiting = 0
    }

    /// Seals what has piled up and computes the days that are over; called once a day and at a million readings.
    func housekeep(now: Instant) throws {
        // Sealed first: a day's readings of one series are found much faster in blocks than in the journal.
        _ = try store.seal()
        let today = site.zone.date(at: now)
        try pipeline.recomputeDays(before: today, zone: site.zone)
        try refreshLimits(now: now)
        try judgeDay(now: now)
        try store.cutLogIfOwed()
        try endRetention(now: now)
        // A month reads everything once, so that a card's damage is known before somebody needs the figures.
        try store.examine(part: Int64(today.daysSinceEpoch) % 30, of: 30)
        try store.keepDamage()
    }
}
