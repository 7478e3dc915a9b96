import GatewayModel

/// Tries rules on measurements, given in time order.
public struct StreamTrial: Sendable {
    private var engine: LimitEngine
    private var trials: [LimitReference: Trial] = [:]
    private var open: [LimitReference: [SensorID?: Trial.Episode]] = [:]
    private var clock: Instant
    /// The clock ticks as often as it does while the gateway runs on recorded messages.
    private static let step: Int64 = 300

    /// Tries several limits at once; what was measured before the beginning is not known.
    ///
    /// `lastSeen` says when sensors were last heard before it, `expected` since when the others are waited for.
    public init(
        _ limits: [(Limit, Scale)], sensors: [Sensor], zone: Zone, from: Instant, lastSeen: [SensorID: Instant] = [:],
        expected: [SensorID: Instant] = [:]
    ) {
        let entries = limits.enumerated().map { index, pair in
            LimitInForce(
                reference: LimitReference(resolution: index + 1, limit: pair.0.id), limit: pair.0,
                decidedOn: zone.date(at: from), inForceFrom: zone.date(at: from), reviewBy: zone.date(at: from),
                adoptedAt: .min, scale: pair.1, standing: .inForce)
        }
        engine = LimitEngine(
            limits: entries, sensors: sensors, zone: zone, lastSeen: lastSeen, startedAt: from, expected: expected)
        for entry in entries { trials[entry.reference] = Trial(limit: entry.limit, scale: entry.scale) }
        clock = from
    }

    /// Takes the next measurement.
    public mutating func receive(_ measurement: Measurement) {
        pass(until: measurement.time)
        note(engine.receive(measurement, now: measurement.time))
    }

    /// Ends the time and returns what was found, in the order in which the limits were given.
    public mutating func finish(at end: Instant) -> [Trial] {
        pass(until: end)
        return trials.keys.sorted().compactMap { reference in
            var trial = trials[reference]
            trial?.episodes += (open[reference] ?? [:]).values
            trial?.sortEpisodes()
            return trial
        }
    }

    private mutating func pass(until end: Instant) {
        while clock.advanced(bySeconds: StreamTrial.step) <= end {
            clock = clock.advanced(bySeconds: StreamTrial.step)
            note(engine.tick(now: clock))
        }
    }

    private mutating func note(_ transitions: [LimitTransition]) {
        for transition in transitions {
            switch transition.change {
            case .raised:
                open[transition.limit, default: [:]][transition.sensor] = Trial.Episode(
                    sensor: transition.sensor, from: transition.onset, until: nil, value: transition.value)
            case .returned:
                guard var episode = open[transition.limit]?.removeValue(forKey: transition.sensor) else { continue }
                episode.until = transition.onset
                trials[transition.limit]?.episodes.append(episode)
            case .warned, .onCourse: continue
            }
        }
    }
}
