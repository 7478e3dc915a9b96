import Alerting
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Simulation
import Storage
import TestSupport
import Testing

@testable import Delivery
@testable import GatewayApp

/// A year of the example village on a real store: its devices with everything that goes wrong with them, three stewards who
/// answer, decline or sleep, a broker that is away at times, restarts, a siren, and a mail and an ntfy server of which one
/// or the other fails.
///
/// Time is a parameter that goes on in steps of five minutes; nothing reads a clock. Used by one thread after another.
final class YearVillage: @unchecked Sendable {
    static let people = ["Rosa", "Jordi", "Amina"]
    /// What is listened to: what has limits, a sensor that dies, and one home.
    static let sensors = [
        "upper-well/pumped", "lower-well/pumped", "tank/level", "village/supply", "house-07/water", "grid/bought",
        "pantry/cold-store", "garden/bed-3",
    ]
    private static let step: Int64 = 300

    let folder: TemporaryFolder
    private(set) var site: Site
    private(set) var office: Office
    private(set) var now: Instant
    let begin: Instant
    /// The agendas as they were posted when they closed, by the day of the assembly.
    private(set) var agendas: [CalendarDate: String] = [:]
    /// When the broker is away.
    let outages: [Range<Instant>]
    private(set) var lanes: [DestinationLane] = []
    private var boxWatch: BoxWatch?
    private let news = DestinationNews(logger: Logger(label: "year"))
    /// Taken and not yet committed: what a broker delivers again after a restart.
    private var unacknowledged: [InboundMessage] = []
    /// Kept by the broker while the gateway is away.
    private var queued: [InboundMessage] = []
    private(set) var restarts = 0
    /// What people did about the alerts that woke them, by alert, and what each was to do.
    var said: [String: [Said]] = [:]
    var plans: [String: Plan] = [:]
    let servers: YearServers
    let siren = YearSiren()
    private(set) var meters: YearMeters
    private var recorded: Set<CalendarDate> = []

    init() throws {
        folder = try TemporaryFolder("year")
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        begin = zone.start(of: CalendarDate(year: 2025, month: 7, day: 1))
        now = begin
        meters = YearMeters(zone: zone)
        outages = [20, 115, 200, 290].map { day in
            let from = zone.start(of: CalendarDate(year: 2025, month: 7, day: 1).adding(days: day))
            return from.advanced(bySeconds: 9 * 3600)..<from.advanced(bySeconds: 12 * 3600)
        }
        servers = try YearServers()
        site = try YearVillage.site(in: folder, servers, stewards: YearVillage.people)
        office = try Office.open(site: site, now: now)
        for name in ["0001-water", "0002-cold-store", "0003-energy"] { try adopt(YearVillage.example(name), name) }
        try adopt(YearVillage.mandates, "0004-mandates")
        try takeUp()
        for person in YearVillage.people { try test(person) }
    }

    deinit { office.close() }

    /// Lets the year pass.
    func run(until end: Instant) throws {
        let village = Village(start: begin, zone: site.zone)
        let wanted = site.configuration.sensors.compactMap(\.device)
        var clock = begin.advanced(bySeconds: YearVillage.step)
        for message in village.messages(until: end) {
            while message.at >= clock {
                try pass(to: clock)
                clock = clock.advanced(bySeconds: YearVillage.step)
            }
            guard wanted.contains(where: { message.topic.contains($0) }) else { continue }
            meters.note(message)
            queued.append(ReplayLine(message).message)
        }
        try pass(to: end)
        try commit()
    }

    /// One step: what came, the clock, what people do, and what is sent.
    private func pass(to time: Instant) throws {
        now = time
        listen(!outages.contains { $0.contains(time) })
        if !outages.contains(where: { $0.contains(time) }) {
            queued.forEach(take)
            queued = []
        }
        // The box is looked at once an hour; that goes through every decision and signature again.
        let minute = now.milliseconds / 60_000
        office.boxWatch = minute % 60 == 0 ? boxWatch : nil
        var isUrgent = office.tick(now: now) == .now
        if office.boxWatch != nil { boxWatch = office.boxWatch }
        isUrgent = try actOfPeople() || isUrgent
        if isUrgent || minute % 60 == 0 { try commit() }
        if minute % 30 == 0 || isUrgent { lanes.forEach { $0.turn(now: now) } }
        try breakAndMendDestinations()
        try actOfSecretary()
        if (now.milliseconds / 1000) % 86_400 == 50_700, (now.milliseconds / 86_400_000) % 17 == 0 { try restart() }
        if site.zone.date(at: now) == YearVillage.recall, site.configuration.stewards.count == 3 { try recall() }
    }

    /// A message that waited in the broker was published between the outage's begin and now, unless it says so itself.
    private func take(_ message: InboundMessage) {
        unacknowledged.append(message)
        var received = ReceivedMessage(message: message, qos: 1)
        if let outage = outages.first(where: { $0.contains(message.receivedAt) }), now >= outage.upperBound {
            received.timing = .queued(earliest: outage.lowerBound, latest: now)
            received.message.receivedAt = now
        }
        _ = office.pipeline.receive(received)
    }

    func commit() throws {
        try office.pipeline.commit(packets: [], session: 1, now: now)
        unacknowledged = []
        office.housekeepIfDue(now: now)
        try office.pipeline.commit(packets: [], session: 1, now: now)
    }

    private func listen(_ isListening: Bool) {
        guard isListening != office.pipeline.state.counters.isBrokerConnected else { return }
        office.pipeline.box(.brokerAway, subject: "", isActive: !isListening, onset: now, ["broker": "box"], now)
        office.pipeline.changeState {
            $0.silence.listen(isListening, now: now)
            $0.counters.isBrokerConnected = isListening
        }
    }

    /// Stops without a last commit, as a power cut does, and starts: what was not acknowledged comes again.
    private func restart() throws {
        restarts += 1
        office.close()
        office = try Office.open(site: site, now: now)
        let again = unacknowledged
        unacknowledged = []
        try takeUp()
        again.forEach(take)
    }

    /// The parts around the office that a running gateway has.
    private func takeUp() throws {
        boxWatch = BoxWatch(site: site, store: office.store, destinations: news)
        listen(true)
        let stopped = TransferStop()
        stopped.stop()
        func context(_ kind: DestinationSettings.Kind) -> DestinationContext {
            // A siren that is stopped at once: its minutes are not waited for.
            let isSiren = if case .siren = kind { true } else { false }
            return DestinationContext(
                community: "Vall Clara", node: "vall-clara.commons.invalid", phrasebooks: site.languages.books,
                zone: site.zone, environment: ["TOKEN": "tk_secret"], stop: isSiren ? stopped : TransferStop(),
                statePublisher: siren)
        }
        let store = office.store
        // Who must hear nothing, and which siren may sound, as in the running gateway.
        let sirens = SirenMandate(site: site, store: store, now: now)
        let stewards = StewardMandate(site: site, store: store, now: now)
        lanes = try site.configuration.destinations.map { settings in
            DestinationLane(
                destination: try settings.makeDestination(context(settings.kind)), outbox: store,
                phrases: site.book("en"), zone: site.zone, settings: OutboxWorkerSettings(),
                recheck: { item, now in
                    let reason =
                        sirens.refusal(destination: item.destination, now: now)
                        ?? stewards.refusal(destination: item.destination, now: now)
                    return reason.map { .drop(reason: $0) } ?? RunningParts.recheck(item, now: now, store)
                }, onEvent: { [news] in news.add($0) })
        }
    }
}

extension YearVillage {
    /// The day on which the assembly's recall of Amina is entered at the box.
    static let recall = CalendarDate(year: 2026, month: 1, day: 5)

    func recall() throws {
        try adopt(YearVillage.decision(5, "2026-01-04", "Amina is recalled; we thank her."), "0005-recall")
        site = try YearVillage.site(in: folder, servers, stewards: ["Rosa", "Jordi"])
        try commit()
        try restart()
    }

    /// What a person says at the box.
    func say(_ person: String, _ command: Command) throws {
        let reply = office.perform(command, by: Actor(account: person), now: now)
        try #require(reply.isDone, "\(site.local(now)): \(person): \(reply.lines)")
    }

    /// The secretary posts the agenda when it closes, and enters in the evening of the assembly what became of it.
    private func actOfSecretary() throws {
        guard let meeting = site.configuration.assembly.meetings.nextMeeting(after: now) else { return }
        if agendas[meeting.day] == nil, now >= site.agendaCloses(before: meeting.at) {
            try commit()
            try say("Ona", .postAgenda(trials: [:]))
            try commit()
            agendas[meeting.day] = try String(contentsOfFile: paper(meeting.day), encoding: .utf8)
        }
        let evening = now.advanced(bySeconds: -4 * 3600)
        guard let last = site.configuration.assembly.meetings.nextMeeting(after: evening), last.at <= now,
            let text = agendas[last.day], recorded.insert(last.day).inserted
        else { return }
        try commit()
        let marked = YearVillage.marked(text)
        try say("Ona", .recordAgenda(fileName: paper(last.day), bytes: Data(marked.utf8)))
        try commit()
    }

    private func paper(_ day: CalendarDate) -> String { folder.file("papers/agenda-\(day).md") }

    /// The first item is put off, the others are decided.
    private static func marked(_ text: String) -> String {
        var count = 0
        return text.components(separatedBy: "\n").map { line in
            guard line == "Result:" else { return line }
            count += 1
            return count == 1 ? "Result: deferred: we ask for prices" : "Result: decided (minutes 3, page \(count))"
        }.joined(separator: "\n")
    }
}
