import GatewayModel

/// Notices sensors that fall silent, by the clock and not by messages, from each sensor's stored last reading.
///
/// After a start, and after the broker was away, every sensor is given one of its own intervals before its silence counts,
/// so that a restart raises nothing that one more report would have prevented. Of a sensor that stays unheard the interval
/// goes on over starts: only the time counts in which messages could arrive, so that short days of a box hide nothing.
struct SilenceWatch: Sendable {
    /// A sensor that fell silent or speaks again.
    struct Change: Hashable, Sendable {
        var sensor: SensorID
        var isSilent: Bool
        /// When the silence began to count, or ended.
        var onset: Instant
    }

    private struct Watched: Sendable {
        var rhythm: Rhythm
        var lastSeen: Instant?
        /// Since when it is declared, for one that was never heard.
        var declared: Instant?
        /// Since when it has been waited for without hearing it; later by the times in which nothing could arrive.
        var expected: Instant?
        var isSilent: Bool

        /// True where it was heard since it is waited for.
        func isHeard(since begin: Instant) -> Bool { lastSeen.map { $0 >= begin } ?? false }
    }

    private var sensors: [SensorID: Watched] = [:]
    /// Until when messages could arrive before.
    private var stoppedAt: Instant?
    /// Since when sensors are waited for was set anew.
    private var hasNews = false
    /// Since when messages can arrive; nil while they cannot.
    private(set) var listeningSince: Instant?
    private let zone: Zone

    /// Watches the sensors that have a rhythm; `silent` are those whose silence was already told, `declared` and `expected`
    /// what is stored of them, and `stoppedAt` the time until which messages could arrive before.
    init(
        sensors: [Sensor], lastSeen: [SensorID: Instant], silent: Set<SensorID>, listeningSince: Instant?, zone: Zone,
        declared: [SensorID: Instant] = [:], expected: [SensorID: Instant] = [:], stoppedAt: Instant? = nil
    ) {
        self.zone = zone
        self.stoppedAt = stoppedAt
        for sensor in sensors {
            guard let rhythm = sensor.rhythm else { continue }
            self.sensors[sensor.id] = Watched(
                rhythm: rhythm, lastSeen: lastSeen[sensor.id], declared: declared[sensor.id],
                expected: expected[sensor.id], isSilent: silent.contains(sensor.id))
        }
        self.listeningSince = listeningSince
    }

    /// Every sensor that is watched, and whether it is silent.
    var standing: [SensorID: Bool] { sensors.mapValues(\.isSilent) }

    /// Goes on with another list of sensors and keeps what is known of those that stay; new ones are expected from now on.
    func watching(_ list: [Sensor], now: Instant) -> SilenceWatch {
        var next = self
        next.sensors = [:]
        for sensor in list {
            guard let rhythm = sensor.rhythm else { continue }
            var watched =
                sensors[sensor.id] ?? Watched(rhythm: rhythm, declared: now, expected: now, isSilent: false)
            watched.rhythm = rhythm
            next.sensors[sensor.id] = watched
        }
        next.hasNews = true
        return next
    }

    /// Says whether messages can arrive at all; while they cannot, nobody is called silent.
    mutating func listen(_ isListening: Bool, now: Instant) {
        guard isListening else {
            if listeningSince != nil { stoppedAt = now }
            listeningSince = nil
            return
        }
        guard listeningSince == nil else { return }
        listeningSince = now
        let away = max(0, now.milliseconds(since: stoppedAt ?? now))
        for (id, watched) in sensors {
            let waited = watched.expected.flatMap { watched.isHeard(since: $0) ? nil : $0 }
            sensors[id]?.expected = waited.map { min(now, $0.advanced(byMilliseconds: away)) } ?? now
        }
        hasNews = true
    }

    /// Goes on after the clock was set right: what was measured by a wrong one does not count.
    mutating func listenAnew(_ isListening: Bool, now: Instant) {
        stoppedAt = listeningSince ?? stoppedAt
        listeningSince = nil
        listen(isListening, now: now)
    }

    /// Since when each sensor is waited for, to be stored; empty where that is stored already.
    mutating func takeExpected() -> [SensorID: Instant] {
        guard hasNews else { return [:] }
        hasNews = false
        return sensors.compactMapValues(\.expected)
    }

    /// A fresh reading of a sensor; never called for retained copies.
    mutating func heard(_ sensor: SensorID, at time: Instant) -> Change? {
        guard var watched = sensors[sensor] else { return nil }
        if watched.lastSeen.map({ time > $0 }) ?? true { watched.lastSeen = time }
        // A late reading of the past does not end a silence that goes on.
        let ends = watched.isSilent && watched.lastSeen == time
        if ends { watched.isSilent = false }
        sensors[sensor] = watched
        return ends ? Change(sensor: sensor, isSilent: false, onset: time) : nil
    }

    /// Looks at the clock; returns the sensors that have now been silent for longer than their rhythm allows.
    mutating func tick(now: Instant) -> [Change] {
        guard let listeningSince else { return [] }
        var changes: [Change] = []
        let today = zone.date(at: now)
        for (sensor, watched) in sensors where !watched.isSilent {
            guard !watched.rhythm.isPaused(on: today) else { continue }
            let rhythm = watched.rhythm
            let (began, season) = (watched.expected ?? listeningSince, pauseEnd(of: rhythm, before: today))
            let last = max(watched.lastSeen ?? watched.declared ?? began, season)
            guard let onset = end(of: rhythm.silentAfter, after: last, rhythm, now: now), now >= onset else { continue }
            let grace = end(of: rhythm.interval + 60, after: max(began, season), rhythm, now: now)
            guard watched.isHeard(since: began) || grace.map({ now >= $0 }) ?? false else { continue }
            sensors[sensor]?.isSilent = true
            changes.append(Change(sensor: sensor, isSilent: true, onset: onset))
        }
        return changes.sorted { $0.sensor < $1.sensor }
    }

    /// When so many seconds are over; outside of office hours no time passes.
    private func end(of seconds: Int64, after last: Instant, _ rhythm: Rhythm, now: Instant) -> Instant? {
        let soonest = last.advanced(bySeconds: seconds)
        guard let hours = rhythm.hours, now >= soonest else { return soonest }
        return hours.instant(after: seconds, from: last, in: zone)
    }

    /// The end of the last season in which nothing was expected, so that its silence does not count afterwards.
    private func pauseEnd(of rhythm: Rhythm, before today: CalendarDate) -> Instant {
        guard rhythm.pauses?.isEmpty == false else { return .min }
        let last = (1...366).lazy.map { today.adding(days: -$0) }.first { rhythm.isPaused(on: $0) }
        return last.map { zone.start(of: $0.adding(days: 1)) } ?? .min
    }
}
