import GatewayModel
import Storage

/// History from files: stored apart, counted all at once or not at all, and undone the same way.
extension Office {
    /// Begins an import, unless the same bytes are there already.
    func beginImport(_ file: String, sha256: String, by actor: Actor, now: Instant) throws -> CommandReply {
        let same = try store.imports().first { $0.sha256 == sha256 && $0.finishedAt != nil && $0.undoneAt == nil }
        if let same {
            return refused(
                "imported_already", ["number": "\(same.id)", "at": site.local(same.finishedAt ?? same.startedAt)])
        }
        let number = try store.beginImport(file: file, sha256: sha256, person: actor.person, at: now)
        return CommandReply(isDone: true, lines: [], number: number)
    }

    /// Stores readings of an import; nobody is woken for them and no figure knows them yet.
    func importReadings(_ number: Int64, _ readings: [ImportedReading], now: Instant) throws -> CommandReply {
        guard let run = try store.imports().first(where: { $0.id == number }), run.finishedAt == nil else {
            return refused("no_import", ["number": "\(number)"])
        }
        var added: Int64 = 0
        for entry in readings {
            guard let sensor = pipeline.state.sensors.sensor(entry.sensor) else {
                return refused("no_sensor", ["sensor": "\(entry.sensor)"])
            }
            guard entry.time <= now.advanced(bySeconds: 300) else {
                return refused("in_the_future", ["sensor": "\(entry.sensor)", "at": site.local(entry.time)])
            }
            let reading = Reading(
                stream: StreamKey(device: run.device), channel: entry.sensor.rawValue, quantity: sensor.quantity,
                kind: entry.kind, value: entry.value, unit: entry.unit, time: ReadingTime(entry.time, source: .device))
            let placement = try pipeline.state.series.place(reading, repeatWindow: 0) {
                (series, time) throws(StoreError) in try self.store.value(series: series, at: time)
            }
            switch placement {
            case .double: continue
            case .conflict(_, let existing):
                return refused(
                    "import_conflict",
                    [
                        "sensor": "\(entry.sensor)", "at": site.local(entry.time), "value": entry.value.description,
                        "existing": existing.description,
                    ])
            case .fresh(let series), .late(let series):
                pipeline.batch.readings.append(StoredReading(reading, in: series))
                added += 1
            }
        }
        return CommandReply(isDone: true, lines: [], number: added)
    }

    /// Lets all readings of an import count from now on.
    func finishImport(_ number: Int64, by actor: Actor, now: Instant) throws -> CommandReply {
        guard let run = try store.imports().first(where: { $0.id == number }), run.finishedAt == nil else {
            return refused("no_import", ["number": "\(number)"])
        }
        var count = 0
        try store.readings(ReadingQuery(.devices([run.device]))) { _ in count += 1 }
        // In blocks, the readings of a day are found much faster than among everything else.
        _ = try store.seal()
        try store.setImport(
            number, counts: true, readings: count, at: now,
            record: RecordEntry(
                at: now, kind: "readings.imported",
                facts: ["number": "\(number)", "sha256": run.sha256, "count": "\(count)", "means": actor.means],
                erasable: ["file": run.file, "person": actor.person, "entered_by": actor.account]))
        needsMakeUp = true
        return done("imported", ["number": "\(number)", "count": "\(count)", "file": run.file])
    }

    /// Lets no reading of an import count any more; they stay stored.
    func undoImport(_ number: Int64, by actor: Actor, now: Instant) throws -> CommandReply {
        guard let run = try store.imports().first(where: { $0.id == number }) else {
            return refused("no_import", ["number": "\(number)"])
        }
        try store.setImport(
            number, counts: false, readings: run.readingCount, at: now,
            record: RecordEntry(
                at: now, kind: "readings.import_undone",
                facts: ["number": "\(number)", "sha256": run.sha256, "means": actor.means],
                erasable: ["person": actor.person, "entered_by": actor.account]))
        needsMakeUp = true
        return done("import_undone", ["number": "\(number)", "file": run.file])
    }
}
