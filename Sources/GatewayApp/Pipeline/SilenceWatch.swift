import GatewayModel

/// Notices sensors that fall silent, by the clock and not by messages, from each sensor's stored last reading.
///
/// After a start, and after the broker was away, every sensor is given one of its intervals (at most 15 minutes) before
/// its silence counts, so that a restart raises nothing that one more report would have prevented.
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
        var isSilent: Bool
    }

    private static let longestGrace: Int64 = 900
    private var sensors: [SensorID: Watched] = [:]
    /// Since when messages can arrive; nil while they cannot.
    private(set) var listeningSince: Instant?
    private let zone: Zone

    /// Watches the sensors that have a rhythm; `silent` are those whose silence was already told.
    init(sensors: [Sensor], lastSeen: [SensorID: Instant], silent: Set<SensorID>, listeningSince: Instant?, zone: Zone)
    {
        self.zone = zone
        for sensor in sensors {
            guard let rhythm = sensor.rhythm else { continue }
            self.sensors[sensor.id] = Watched(
                rhythm: rhythm, lastSeen: lastSeen[sensor.id], isSilent: silent.contains(sensor.id))
        }
        self.listeningSince = listeningSince
    }

    /// Every sensor that is watched, and whether it is silent.
    var standing: [SensorID: Bool] { sensors.mapValues(\.isSilent) }

    /// Goes on with another list of sensors and keeps what is known of those that stay.
    func watching(_ list: [Sensor]) -> SilenceWatch {
        SilenceWatch(
            sensors: list, lastSeen: sensors.compactMapValues(\.lastSeen),
            silent: Set(sensors.filter(\.value.isSilent).keys), listeningSince: listeningSince,
            zone: zone)
    }

    /// Says whether messages can arrive at all; while they cannot, nobody is called silent.
    mutating func listen(_ isListening: Bool, now: Instant) {
        if isListening {
            if listeningSince == nil { listeningSince = now }
        } else {
            listeningSince = nil
        }
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
            let grace = min(watched.rhythm.interval + 60, SilenceWatch.longestGrace)
            let last = max(watched.lastSeen ?? listeningSince, pauseEnd(of: watched.rhythm, before: today))
            guard let onset = onset(after: last, watched.rhythm, now: now), now >= onset,
                now >= listeningSince.advanced(bySeconds: grace)
            else { continue }
            sensors[sensor]?.isSilent = true
            changes.append(Change(sensor: sensor, isSilent: true, onset: onset))
        }
        return changes.sorted { $0.sensor < $1.sensor }
    }

    /// When silence counts; outside of office hours no time passes.
    private func onset(after last: Instant, _ rhythm: Rhythm, now: Instant) -> Instant? {
        let soonest = last.advanced(bySeconds: rhythm.silentAfter)
        guard let hours = rhythm.hours, now >= soonest else { return soonest }
        return hours.instant(after: rhythm.silentAfter, from: last, in: zone)
    }

    /// The end of the last season in which nothing was expected, so that its silence does not count afterwards.
    private func pauseEnd(of rhythm: Rhythm, before today: CalendarDate) -> Instant {
        guard rhythm.pauses?.isEmpty == false else { return Instant(milliseconds: .min) }
        let last = (1...366).lazy.map { today.adding(days: -$0) }.first { rhythm.isPaused(on: $0) }
        return last.map { zone.start(of: $0.adding(days: 1)) } ?? Instant(milliseconds: .min)
    }
}
