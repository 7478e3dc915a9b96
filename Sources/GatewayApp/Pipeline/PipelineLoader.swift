import Alerting
import DeviceProfiles
import GatewayModel
import Limits
import Metering
import Storage

/// Rebuilds the pipeline's state from what is stored, so that a restart raises nothing anew and forgets nothing.
struct PipelineLoader {
    /// How far back all readings are replayed: a whole local day for running budgets. What looks further back has its own.
    private static let replaySeconds: Int64 = 36 * 3600

    let site: Site
    let store: Store

    /// Computes the days that are over and were touched, so that running budgets are complete.
    ///
    /// False where more time than `limit` is needed; call it again then.
    func bringDaysUpToDate(now: Instant, within limit: Duration? = nil) throws -> Bool {
        let dayUses = try DayUses(store: store, sensors: try SensorDirectory(store), zone: site.zone)
        var directory = try store.directory(zone: site.zone)
        return try store.recomputeDirtyDays(
            before: site.zone.date(at: now), zone: site.zone, directory: &directory, within: limit
        ) { sensor, from, until, meter in
            try dayUses.day(of: sensor, from: from, until: until, meterBefore: meter)
        }
    }

    /// Derives anew what happened today to meters about which people decided or whose readings came late.
    func deriveEventsOfToday(now: Instant) throws {
        let today = site.zone.date(at: now)
        let (start, end) = (site.zone.start(of: today), site.zone.start(of: today.adding(days: 1)))
        let dayUses = try DayUses(store: store, sensors: try SensorDirectory(store), zone: site.zone)
        for id in try store.markedUses(on: today) {
            let meter = try store.meter(of: id, before: today)?.meter
            guard let day = try dayUses.day(of: id, from: start, until: end, meterBefore: meter) else { continue }
            try store.replaceMeterEvents(day.events, of: id, from: start, until: end)
        }
    }

    /// The state as it was after the last commit, seen at `now`.
    func load(now: Instant) throws -> PipelineState {
        let sensors = try SensorDirectory(store)
        let open = try store.alerts(openOnly: true)
        let from = site.zone.start(of: replayStart(now))
        var replay = try MeasurementReplay(
            store: store, sensors: sensors, of: sensors.all, from: from, zone: site.zone)
        var measurements: [Measurement] = []
        try replay.run(from: from) { measurements.append($0) }
        let inForce = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        let stages = try StageKeeper(store: store, sensors: sensors).standings(on: site.zone.date(at: now), inForce)
        let limits = try limits(
            sensors, inForce, stages, open: open, lastSeen: replay.lastSeen, measurements, now: now)
        let silent = subjects(of: .sensorSilent, open).map(SensorID.init(rawValue:))
        var alerts = AlertBook(
            gatewayID: site.configuration.community.id, open: open, nextNumber: try store.nextAlertNumber(),
            switchedOff: try store.switchedOff(), known: try store.alertIDs())
        alerts.remember(try store.alerts(foundAfter: now.advanced(bySeconds: -AlertBook.window)))
        let marks = try store.dutyMarks()
        alerts.policy = try site.alertPolicy(store, now: now)
        alerts.boxRules = inForce.boxAlerts(on: site.zone.date(at: now))
        var counters = Counters()
        counters.openAlerts = alerts.counted.count
        return PipelineState(
            decoder: try decoder(), profiles: ProfileUses(known: try store.profileUses()),
            series: try store.directory(zone: site.zone),
            sensors: sensors, meters: replay.meters, computed: replay.computed, asides: replay.asides, limits: limits,
            stages: stages, disclosure: inForce.disclosureRules(on: site.zone.date(at: now)), alerts: alerts,
            onDuty: marks.filter { $0.key.kind == DutyMark.onDuty }.max { $0.value < $1.value }?.key.name,
            testedMonth: marks.keys.filter { $0.kind == DutyMark.monthlyTest }.map(\.name).max(),
            roundAt: marks.filter { $0.key.kind == DutyMark.weeklyRound }.map(\.value).max(),
            signAt: marks.filter { $0.key.kind == DutyMark.signOfLife }.map(\.value).max(),
            neighbours: NeighbourWatch(
                site.configuration.neighbours,
                since: Dictionary(
                    marks.filter { $0.key.kind == DutyMark.neighbour }.map { ($0.key.name, $0.value) },
                    uniquingKeysWith: { max($0, $1) }), startedAt: now),
            own: OwnTopics(prefix: site.configuration.broker.prefix),
            silence: SilenceWatch(
                sensors: sensors.all, lastSeen: replay.lastSeen, silent: Set(silent), listeningSince: nil,
                zone: site.zone, declared: try store.meterSheets().compactMapValues { $0.first?.from },
                expected: Dictionary(
                    marks.filter { $0.key.kind == DutyMark.expected }
                        .map { (SensorID(rawValue: $0.key.name), $0.value) }, uniquingKeysWith: { first, _ in first }),
                stoppedAt: try store.lastCommit()),
            quiet: QuietWatch(
                marks: Dictionary(
                    marks.filter { $0.key.kind == DutyMark.quiet }.map { ($0.key.name, $0.value) },
                    uniquingKeysWith: { first, _ in first }), stoppedAt: try store.lastCommit()),
            takenOut: try SensorDeclarations(site: site, store: store).takenOut(),
            rates: RateCap().knowing(sensors, raised: subjects(of: .tooManyMessages, open)),
            misunderstood: Set(subjects(of: .unitChanged, open).map(SensorID.init(rawValue:))), counters: counters)
    }

    /// A decoder that knows what devices announced, as it is stored and in the messages that follow.
    func decoder(andThen newest: [DeviceAnnouncement] = []) throws -> MessageDecoder {
        var decoder = MessageDecoder(catalog: site.profiles, zone: site.zone)
        for announcement in try store.announcements() + newest {
            _ = decoder.decode(
                InboundMessage(
                    topic: announcement.topic, payload: announcement.payload, retained: true,
                    receivedAt: announcement.heardAt))
        }
        return decoder
    }

    private func subjects(of condition: BoxCondition, _ open: [Alert]) -> Set<String> {
        Set(open.filter { $0.cause == .box(condition) && $0.returnedAt == nil }.map(\.subject))
    }

    /// The local day with which the replay begins.
    private func replayStart(_ now: Instant) -> CalendarDate {
        site.zone.date(at: now.advanced(bySeconds: -PipelineLoader.replaySeconds))
    }

    private func limits(
        _ sensors: SensorDirectory, _ inForce: LimitsInForce, _ stages: [StageKeeper.Standing], open: [Alert],
        lastSeen: [SensorID: Instant], _ measurements: [Measurement], now: Instant
    ) throws -> LimitEngine {
        let today = site.zone.date(at: now)
        let limits = inForce.limits(on: today, stages, zone: site.zone)
        var engine = LimitEngine(
            limits: limits, sensors: sensors.all, zone: site.zone,
            lastSeen: lastSeen, startedAt: now)
        engine.restore(raised: open.filter { $0.returnedAt == nil }.compactMap(\.transition))
        let replayStart = replayStart(now)
        // The days of a budget's period before the replay come from the day rows.
        let first = limits.compactMap { entry -> CalendarDate? in
            guard case .budget(_, .season(let span), _, _) = entry.limit.rule else { return nil }
            return span.start(containing: today)
        }.reduce(CalendarMonth(of: today).previous.firstDay, min)
        engine.restore(
            dayUse: try sensors.all.flatMap { sensor in
                try ComputedDays(store: store, sensors: sensors)
                    .dayUse(of: sensor, from: first, through: replayStart.adding(days: -1))
                    .filter { !$0.isStale }
                    .compactMap { day in
                        DayTable.Use(day.use, in: sensor.unit).map { (sensor.id, day.date, $0) }
                    }
            })
        try replayLong(limits, sensors, into: &engine, now: now)
        for measurement in measurements { engine.replay(measurement) }
        engine.restore(
            told: try store.transitions(from: site.zone.start(of: first), until: .max))
        return engine
    }

    /// Gives rules that look further back than the others what their own sensors measured before.
    private func replayLong(
        _ limits: [LimitInForce], _ sensors: SensorDirectory, into engine: inout LimitEngine, now: Instant
    ) throws {
        let end = site.zone.start(of: replayStart(now))
        for entry in limits {
            let lookBack = LimitEngine.lookBack(entry.limit)
            guard lookBack > PipelineLoader.replaySeconds else { continue }
            let from = site.zone.start(of: site.zone.date(at: now.advanced(bySeconds: -lookBack)))
            let chosen = entry.limit.sensors.compactMap { sensors.sensor($0) }
            var replay = try MeasurementReplay(
                store: store, sensors: sensors, of: chosen, from: from, zone: site.zone)
            try replay.run(from: from, until: end) { engine.replay($0, onlyFor: entry.reference) }
        }
    }
}
