import Delivery
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import ServiceLifecycle
import Storage
import Synchronization

/// The threads of a running gateway; the office belongs to the ingest thread alone.
final class RunningParts: NamedService, Sendable {
    let counters = LiveCounters()
    let backups = BackupNews()
    let draftTrials = DraftTrials()
    let news: DestinationNews
    private let loop: AcknowledgedLoop
    private let worker: OutboxWorker
    /// Sends what cannot be stored, because storing is what fails.
    private let apart: OutboxWorker
    private let control: ControlServer
    private let current: CurrentSite
    private let answers: AnswerListener
    private let links: AnswerLinks?
    private let stewards: StewardMandate
    private let status: StatusPublisher
    private let store: Store
    private let ingestEnded = DispatchSemaphore(value: 0)
    private let isStopped = Atomic<Bool>(false)

    /// Prepares everything; no thread runs yet. A destination that cannot be made is left out, named in the
    /// log, and told of as failing.
    init(site: Site, office: Office, brokerPort: Int?, logger: Logger) throws {
        store = office.store
        let session = try store.session()
        try store.markRunning()
        let stop = TransferStop()
        let options = try BrokerOptions(
            site.configuration.broker, clientID: store.clientID, embeddedPort: brokerPort)
        status = StatusPublisher(options: options, prefix: site.configuration.broker.prefix) { SystemClock.now() }
        RunningParts.describeBox(of: site, on: status)
        let retained = RetainedStates(site, store)
        retained.withdrawDescriptions(from: status)
        office.pipeline.batch.outbox += retained.withdrawals + retained.retold
        let news = DestinationNews(logger: logger)
        self.news = news
        let destinations = RunningParts.destinations(
            of: site, besides: retained.destination, stop: stop, status: status, news: news, logger: logger)
        office.draftTrials = draftTrials
        office.boxWatch = BoxWatch(site: site, store: store, destinations: news, backups: backups)
        let links = site.configuration.answerPage.map { [store] _ in AnswerLinks(site: site, store: store) }
        let mandate = SirenMandate(site: site, store: store, now: SystemClock.now())
        let stewards = StewardMandate(site: site, store: store, now: SystemClock.now())
        let refusal: @Sendable (OutboxItem, Instant) -> Recheck? = { item, now in
            (mandate.refusal(destination: item.destination, now: now)
                ?? stewards.refusal(destination: item.destination, now: now)).map { .drop(reason: $0) }
        }
        let worker = OutboxWorker(
            outbox: store, destinations: destinations, phrasebooks: site.languages.books, zone: site.zone, stop: stop,
            clock: { SystemClock.nowOrLater() },
            recheck: { [store] item, now in
                refusal(item, now) ?? RunningParts.recheck(item, now: now, store)
            }, answerLink: { links?.link(for: $0, now: $1) }, onEvent: { news.add($0) })
        let unstored = MemoryOutbox()
        let apart = OutboxWorker(
            outbox: unstored, destinations: destinations, phrasebooks: site.languages.books, zone: site.zone,
            stop: stop, clock: { SystemClock.nowOrLater() },
            recheck: { refusal($0, $1) ?? .send })
        let counters = counters
        let names = destinations.map(\.name)
        let handler = IngestHandler(
            office: office, session: session.number, logger: logger,
            snapshot: { counters.set($0) },
            beat: { [store, status] in
                counters.setOutbox(RunningParts.outbox(of: store, destinations: names))
                status.update(health: RunningParts.health($0))
                RunningParts.checkNumbers(of: store).map { _ = status.keep(topic: "record-book", text: $0) }
            }, committed: { worker.wake() },
            tellApart: { items in
                items.forEach { _ = unstored.add($0) }
                apart.wake()
            })
        let loop = AcknowledgedLoop(
            options: options, handler: handler,
            committed: session.packets.map { ReplayFilter.Entry(id: $0.id, digest: $0.digest) },
            poison: PoisonGuard(
                path: site.configuration.dataFolder + "/in-hand", endedUncleanly: session.endedUncleanly),
            knownFilters: session.filters, lastHeard: session.lastCommit, clock: { SystemClock.now() },
            brokerStartedAt: { [status] in status.brokerStartedAt })
        self.links = links
        self.stewards = stewards
        self.worker = worker
        self.apart = apart
        self.loop = loop
        answers = RunningParts.answerListener(destinations, news: news, on: loop, logger: logger)
        RunningParts.forgetAbandonedWays(
            destinations, page: site.configuration.answerPage, in: store, news: news)
        let current = CurrentSite(site)
        self.current = current
        control = try ControlServer(
            path: site.configuration.socketPath, logger: logger,
            inquiries: { [draftTrials] in $0.answer(from: current.latest, trials: draftTrials) }
        ) { command, actor in
            RunningParts.perform(command, actor, on: loop)
        }
    }

    /// Starts the threads.
    func start() {
        let ingest = Thread { [self] in
            loop.run()
            ingestEnded.signal()
        }
        ingest.name = "ingest"
        ingest.stackSize = 4 << 20
        ingest.start()
        worker.start()
        apart.start()
        control.start()
        answers.start()
        status.start()
    }

    /// Waits for the group's shutdown; the threads are stopped by ``stop()`` once every service has ended.
    func run() async throws {
        try? await gracefulShutdown()
    }

    /// Ends the threads: no more commands, a last commit with its acknowledgements, then the store. Does so once.
    func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        control.stop()
        answers.stopAndWait(seconds: 0)
        loop.stop()
        _ = ingestEnded.wait(timeout: .now() + 15)
        worker.stopAndWait()
        answers.stopAndWait()
        apart.stopAndWait(seconds: 2)
        status.stop()
        try? store.markStopped()
        try? store.close()
    }

    /// Has the ingest thread read the files again; the site must be a good one.
    func reload(_ site: Site) {
        current.reload(site)
        links?.reload(site)
        stewards.reload(site, now: SystemClock.now())
        loop.submit { handler in (handler as? IngestHandler)?.reload(site) }
    }

    /// What the answer page asks; nil where there is no page.
    var linkedAnswers: LinkedAnswers? { links.map { LinkedAnswers(links: $0, loop: loop) } }

    /// Carries a command to the ingest thread and waits for its commit, at most twenty seconds.
    private static func perform(_ command: Command, _ actor: Actor, on loop: AcknowledgedLoop) -> CommandReply {
        let done = DispatchSemaphore(value: 0)
        let reply = ReplyBox()
        loop.submit { handler in
            guard let office = (handler as? IngestHandler)?.office else { return }
            reply.set(office.perform(command, by: actor, now: SystemClock.now()))
        } whenCommitted: { isCommitted in
            if !isCommitted { reply.set(.refused("The store cannot be written; nothing was changed.")) }
            done.signal()
        }
        guard done.wait(timeout: .now() + 20) == .success else {
            return .refused("The gateway is busy; look whether it was done before you try again.")
        }
        return reply.latest
    }

    private static func destinations(
        of site: Site, besides removed: DestinationSettings?, stop: TransferStop, status: StatusPublisher,
        news: DestinationNews, logger: Logger
    ) -> [any Destination] {
        let community = site.configuration.community
        let context = DestinationContext(
            community: community.name, node: "\(community.id).commons.invalid", phrasebooks: site.languages.books,
            zone: site.zone, environment: ProcessInfo.processInfo.environment, stop: stop,
            statePublisher: StatePublisher(status: status, prefix: site.configuration.broker.prefix),
            answersFolder: site.configuration.dataFolder + "/answers")
        return (site.configuration.outlets + [removed].compactMap { $0 }).compactMap { settings in
            do {
                return try settings.makeDestination(context)
            } catch {
                logger.error("destination '\(settings.name)' is left out: \(error)")
                // Its messages wait; whoever is reached otherwise has to hear of it.
                news.add(
                    .failing(destination: settings.name, since: SystemClock.now(), reason: "\(error)"))
                return nil
            }
        }
    }
}

/// Publishes alert states for a destination through the second connection.
private struct StatePublisher: StatePublishing {
    let status: StatusPublisher
    let prefix: String
    var isConnected: Bool { status.isConnected }

    func publish(topic: String, payload: [UInt8], retain: Bool, timeoutSeconds: Int) -> StatePublishResult {
        result(status.publish(topic: topic, payload: payload, retain: retain, timeoutSeconds: Double(timeoutSeconds)))
    }

    func announce(
        discovery: String, component: String, object: String, payload: [UInt8], timeoutSeconds: Int
    ) -> StatePublishResult {
        result(
            status.announce(
                discovery: discovery, component: component, object: object, payload: payload,
                timeoutSeconds: Double(timeoutSeconds)))
    }

    private func result(_ outcome: StatusPublisher.Outcome) -> StatePublishResult {
        switch outcome {
        case .confirmed: .confirmed
        case .notConnected, .refused: .notConnected
        case .unconfirmed: .unconfirmed
        }
    }
}

/// A reply on its way from the ingest thread to the control thread.
private final class ReplyBox: Sendable {
    private let reply = Mutex(CommandReply.refused("The gateway is stopping."))

    var latest: CommandReply { reply.withLock { $0 } }

    func set(_ new: CommandReply) { reply.withLock { $0 = new } }
}
