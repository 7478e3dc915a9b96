import GatewayModel
import Metering
import Storage

/// What people decide about meters and readings: recorded, told to the other stewards, and reversible.
extension Office {
    /// How far a person's time of an exchange may lie from the readings that show it: three days.
    private static let exchangeTolerance: Int64 = 3 * 86_400_000

    /// The kinds of event that are a matter of judgement.
    private static let decidable: Set<MeterEvent.Kind> = [
        .reset, .rollover, .exchange, .falseReading, .implausibleStep,
    ]

    /// Confirms what happened to a meter, or says that it did not.
    func decide(_ said: MeterAnswer, by actor: Actor, now: Instant) throws -> CommandReply {
        guard let sensor = pipeline.state.sensors.sensor(said.sensor) else {
            return refused("no_sensor", ["sensor": "\(said.sensor)"])
        }
        let events = try store.meterEvents(sensor: said.sensor).filter { event in
            Office.decidable.contains(event.kind) && said.kind.map { $0 == event.kind } ?? true
                && said.at.map { abs($0.milliseconds(since: event.at)) < 60_000 } ?? (event.state == .proposed)
        }
        guard let event = events.first else { return refused("no_meter_event", ["sensor": "\(said.sensor)"]) }
        guard events.count == 1 else {
            let list = events.map { "\(site.local($0.at)) \($0.kind.rawValue)" }.joined(separator: "; ")
            return refused("several_meter_events", ["sensor": "\(said.sensor)", "events": list])
        }
        let unit = pipeline.state.meters.meter(of: sensor.id)?.unit ?? sensor.unit
        let stated = said.use.flatMap { sensor.unit == unit ? $0 : $0.converted(from: sensor.unit, to: unit) }
        let use = stated ?? event.impliedUse
        if said.isConfirmed {
            guard let use else { return refused("use_unknown", ["sensor": "\(said.sensor)"]) }
            guard use >= .zero else { return refused("use_negative", ["sensor": "\(said.sensor)"]) }
        }
        let kind = said.isConfirmed ? "confirmed" : "reverted"
        let counted = said.isConfirmed && event.kind != .falseReading ? use.map { ($0, unit) } : nil
        try store.decide(
            MeterDecision(
                sensor: event.sensor, kind: event.kind, at: event.at,
                verdict: said.isConfirmed ? .confirmed(use: stated) : .reverted, decidedAt: now, person: actor.person),
            record: ActRecord(
                record("meter.\(kind)", of: sensor, by: actor, now, ["event": event.kind.rawValue]),
                notices: told(
                    "meter_\(kind)", of: sensor, at: event.at, what: event.kind, counted, by: actor, now: now)),
            zone: site.zone)
        needsMakeUp = true
        // What a home's readings imply is a figure of the home; what the person has just said is not news to that person.
        let isShown = sensor.visibility == .community || stated != nil
        return done(
            "meter_\(kind)",
            words(of: sensor, at: event.at, what: event.kind, isShown ? counted : nil, site.book(nil)))
    }

    /// Enters that a meter was replaced, before or after its readings show it.
    func exchange(
        _ id: SensorID, at stated: Instant, oldFinal: DecimalValue, newFirst: DecimalValue, unit: Unit?,
        by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let sensor = pipeline.state.sensors.sensor(id) else { return refused("no_sensor", ["sensor": "\(id)"]) }
        let own = pipeline.state.meters.meter(of: id)?.unit ?? sensor.unit
        let unit = unit ?? own
        guard let old = MeterRoom.converted(oldFinal, from: unit, to: own),
            let new = MeterRoom.converted(newFirst, from: unit, to: own)
        else { return refused("other_unit_exchange", ["unit": unit.code, "sensor": "\(id)", "measured": own.code]) }
        // People seldom know the minute: the readings that show the step do.
        let shown = try store.meterEvents(
            sensor: id, from: stated.advanced(byMilliseconds: -Office.exchangeTolerance),
            until: stated.advanced(byMilliseconds: Office.exchangeTolerance)
        ).filter { Office.decidable.contains($0.kind) && $0.kind != .falseReading }
            .min {
                ($0.state == .reverted ? 1 : 0, abs($0.at.milliseconds(since: stated)))
                    < ($1.state == .reverted ? 1 : 0, abs($1.at.milliseconds(since: stated)))
            }
        if let shown {
            guard old >= shown.before, new <= shown.after else {
                return refusedFigures(of: sensor, before: shown.before, after: shown.after, own)
            }
        } else if let last = pipeline.state.meters.meter(of: id)?.baseline, last.time < stated, old < last.value {
            return refusedFigures(of: sensor, before: last.value, after: nil, own)
        }
        let at = shown?.at ?? stated
        try store.decide(
            MeterDecision(
                sensor: id, kind: .exchange, at: at, verdict: .exchanged(oldFinal: old, newFirst: new, unit: own),
                decidedAt: now, person: actor.person),
            record: ActRecord(
                record(
                    "meter.exchanged", of: sensor, by: actor, now,
                    ["old_final": old.description, "new_first": new.description, "unit": own.code]),
                notices: told("meter_exchanged", of: sensor, at: at, what: .exchange, nil, by: actor, now: now)),
            zone: site.zone)
        needsMakeUp = true
        return done("meter_exchanged", words(of: sensor, at: at, what: .exchange, nil, site.book(nil)))
    }

    /// That figures of an exchange do not fit; of a home without what its meter said (P9).
    private func refusedFigures(
        of sensor: Sensor, before: DecimalValue, after: DecimalValue?, _ unit: Unit
    ) -> CommandReply {
        guard sensor.visibility == .community else {
            return refused("exchange_figures_home", ["sensor": "\(sensor.id)"])
        }
        return refused(
            "exchange_figures",
            [
                "sensor": "\(sensor.id)", "before": before.description, "after": after?.description ?? "?",
                "unit": unit.code,
            ])
    }

    /// Since when a meter's readings were in doubt as that day began: what said something of them may be set aside now.
    func doubtfulSince(_ id: SensorID, before time: Instant) throws -> Instant? {
        try store.meter(of: id, before: site.zone.date(at: time)).flatMap { DayUses.meter($0.meter)?.doubtfulSince }
    }

    /// Lets readings of a time not count.
    func setAside(
        _ id: SensorID, from: Instant, until: Instant, why: String, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let sensor = pipeline.state.sensors.sensor(id) else { return refused("no_sensor", ["sensor": "\(id)"]) }
        guard from < until else { return refused("empty_period") }
        let number = try store.setAside(
            SetAside(sensor: id, from: from, until: until, why: why, person: actor.person, at: now),
            doubtfulSince: try doubtfulSince(id, before: from),
            record: ActRecord(
                record(
                    "readings.set_aside", of: sensor, by: actor, now, ["why": why],
                    ["from": "\(from)", "until": "\(until)"]),
                notices: told("set_aside", of: sensor, at: from, what: nil, nil, by: actor, now: now)),
            zone: site.zone)
        needsMakeUp = true
        return done("set_aside", ["number": "\(number)", "sensor": "\(id)"])
    }

    /// Lets readings count again.
    func liftSetAside(_ number: Int64, by actor: Actor, now: Instant) throws -> CommandReply {
        if let dispute = try dispute(behind: number) {
            return refused("dispute_set_aside", ["number": "\(number)", "dispute": "\(dispute.number)"])
        }
        let entry = try store.setAsides().first { $0.id == number }
        let sensor = entry.flatMap { pipeline.state.sensors.sensor($0.sensor) }
        var act = ActRecord(RecordEntry(at: now, kind: "readings.counted_again", facts: ["number": "\(number)"]))
        if let sensor, let entry {
            act = ActRecord(
                record("readings.counted_again", of: sensor, by: actor, now, [:]),
                notices: told("counted_again", of: sensor, at: entry.from, what: nil, nil, by: actor, now: now))
        }
        try store.liftSetAside(
            number, at: now, doubtfulSince: try entry.flatMap { try doubtfulSince($0.sensor, before: $0.from) },
            record: act, zone: site.zone)
        needsMakeUp = true
        return done("counted_again", ["number": "\(number)"])
    }

    /// Adds what people read off themselves: the same path and the same doubts as for any other reading.
    func add(_ readings: [HandReading], by actor: Actor, now: Instant) throws -> CommandReply {
        var problems: [String] = []
        var placed: [(Reading, Sensor)] = []
        let kinds = try HandReadings.kinds(store, pipeline.state.sensors)
        for reading in readings {
            guard let sensor = pipeline.state.sensors.sensor(reading.sensor) else {
                problems.append(refused("no_sensor", ["sensor": "\(reading.sensor)"]).lines[0])
                continue
            }
            if sensor.computed != nil || kinds[sensor.id] == .delta {
                problems.append(
                    refused(sensor.computed == nil ? "hand_delta" : "hand_computed", ["sensor": "\(sensor.id)"]).lines[
                        0])
                continue
            }
            let unit = reading.unit ?? sensor.unit
            guard reading.time <= now.advanced(bySeconds: 300) else {
                problems.append(
                    refused("in_the_future", ["sensor": "\(sensor.id)", "at": site.local(reading.time)]).lines[0])
                continue
            }
            guard MeterRoom.converted(reading.value, from: unit, to: sensor.unit) != nil else {
                problems.append(
                    refused(
                        "other_unit_exchange",
                        ["unit": unit.code, "sensor": "\(sensor.id)", "measured": sensor.unit.code]
                    ).lines[0])
                continue
            }
            let read = HandReadings.reading(reading, of: sensor, unit: unit, kind: kinds[sensor.id], zone: site.zone)
            placed.append((read, sensor))
        }
        guard problems.isEmpty else { return CommandReply(isDone: false, lines: problems) }
        var lines: [String] = []
        var added: [SensorID: Int] = [:]
        for (reading, sensor) in placed.sorted(by: { $0.0.time.instant < $1.0.time.instant }) {
            let outcome = pipeline.add(reading, now: now)
            if outcome == .added { added[sensor.id, default: 0] += 1 }
            let values = [
                "sensor": "\(sensor.id)", "value": reading.value.description, "unit": reading.unit.code,
                "at": site.local(reading.time.instant),
            ]
            lines.append(site.book(nil).text("acts.done.hand_\(outcome.rawValue)", values))
        }
        for (id, count) in added.sorted(by: { $0.key < $1.key }) {
            guard let sensor = pipeline.state.sensors.sensor(id) else { continue }
            pipeline.batch.records.append(
                record(
                    "readings.added", of: sensor, by: actor, now,
                    ["count": "\(count)"]))
        }
        needsMakeUp = needsMakeUp || !added.isEmpty
        return CommandReply(isDone: !added.isEmpty || placed.isEmpty, lines: lines)
    }

    /// Stores what was put aside after all, or drops it; the device's alert ends with its last entry.
    func settlePutAside(
        _ number: Int64?, _ device: String?, isReleased: Bool, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        let all = try store.putAside()
        var chosen = all.filter { aside in
            number.map { $0 == aside.number } ?? (device == aside.entry.device)
        }
        guard !chosen.isEmpty else { return refused("nothing_put_aside") }
        if isReleased, let other = chosen.first(where: { $0.entry.reason != "time_off" }) {
            return refused("cannot_release", ["number": "\(other.number)", "why": other.entry.explanation])
        }
        var stored = 0
        if isReleased {
            let counts = chosen.map { pipeline.release($0.entry, now: now) }
            stored = counts.reduce(0, +)
            // What counts for no sensor yet stays, so that it can be released once its device is assigned.
            chosen = zip(chosen, counts).filter { $1 > 0 }.map(\.0)
            guard !chosen.isEmpty else { return refused("nothing_to_release") }
        }
        let kind = isReleased ? "released" : "dropped"
        for aside in chosen { pipeline.batch.settled[aside.number] = isReleased }
        pipeline.batch.records.append(
            RecordEntry(
                at: now, kind: "readings.\(kind)", facts: ["count": "\(chosen.count)", "means": actor.means],
                erasable: ["person": actor.person, "entered_by": actor.account]))
        let settled = Set(chosen.map(\.number))
        let left = Set(all.filter { !settled.contains($0.number) }.map(\.entry.device))
        for device in Set(chosen.map(\.entry.device)).subtracting(left).sorted() {
            pipeline.box(.readingsPutAside, subject: device, isActive: false, onset: now, [:], now)
        }
        needsMakeUp = needsMakeUp || stored > 0
        return done("put_aside_\(kind)", ["count": "\(chosen.count)", "stored": "\(stored)"])
    }

    /// An entry for the record book; what is one household's business can be erased from it.
    private func record(
        _ kind: String, of sensor: Sensor, by actor: Actor, _ now: Instant, _ texts: [String: String],
        _ open: [String: String] = [:]
    ) -> RecordEntry {
        let isHousehold = sensor.visibility == .household
        let own = texts.merging(["sensor": sensor.id.rawValue]) { first, _ in first }.merging(open) { first, _ in first
        }
        return RecordEntry(
            at: now, kind: kind, facts: (isHousehold ? [:] : own).merging(["means": actor.means]) { first, _ in first },
            erasable: (isHousehold ? own : [:])
                .merging(["person": actor.person, "entered_by": actor.account]) { first, _ in first })
    }

    /// The notices by which the stewards hear what one of them decided; of a home they hear no figures.
    private func told(
        _ key: String, of sensor: Sensor, at: Instant, what: MeterEvent.Kind?, _ counted: (DecimalValue, Unit)?,
        by actor: Actor, now: Instant
    ) -> [OutboxItem] {
        let isHousehold = sensor.visibility == .household
        return pipeline.notices.announcement(
            "steward.\(key)", priority: .assembly, now: now
        ) { book in
            var values = self.words(of: sensor, at: at, what: what, isHousehold ? nil : counted, book)
            if isHousehold { values["sensor"] = book.text("alerts.a_home") }
            values["person"] = actor.person
            return (book.text("told.title", values), book.text("told.\(key)", values))
        }
    }

    private func words(
        of sensor: Sensor, at: Instant, what: MeterEvent.Kind?, _ counted: (DecimalValue, Unit)?, _ book: Phrasebook
    ) -> [String: String] {
        let amount = counted.flatMap { MeterRoom.converted($0.0, from: $0.1, to: sensor.unit) }
        return [
            "sensor": sensor.name(in: book.language), "at": site.local(at),
            "what": what.map { book.text("meters.kind.\($0.rawValue)") } ?? "",
            "use": amount.map {
                book.text("told.counted", ["value": book.number($0), "unit": book.unit(sensor.unit)])
            } ?? "",
        ]
    }
}
