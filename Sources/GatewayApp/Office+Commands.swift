import Alerting
import DeviceProfiles
import GatewayModel
import Limits
import Metering
import Storage

/// The acts of people, carried out by the one writing process.
extension Office {
    /// Carries out a command; what it changed in the pipeline is committed by the caller.
    func perform(_ command: Command, by actor: Actor, now: Instant) -> CommandReply {
        let actor = site.named(actor)
        do {
            switch command {
            case .adopt(let fileName, let bytes, let signatures):
                let reply = try adopt([UInt8](bytes), fileName, signatures, by: actor, now: now)
                try refreshDuty(now: now)
                return reply
            case .recover(let step, let fileName, let bytes, let signatures):
                return try recover(step, [UInt8](bytes), fileName, signatures, by: actor, now: now)
            case .answer(let number, let answer): return try self.answer(number, answer, by: actor, now: now)
            case .agreeToSwitchOff(let subject): return try agree(toSwitchOff: subject, by: actor, now: now)
            case .switchAlerts(let subject, let off):
                return try switchAlerts(subject, off, by: actor, now: now)
            case .testAlarm(let steward): return testAlarm(steward, by: actor, now: now)
            case .assign(let sensor, let device, let channel):
                return try assign(sensor, device, channel, by: actor, now: now)
            case .rebind(let old, let new): return try rebind(old, to: new, by: actor, now: now)
            case .decideMeter(let said): return try decide(said, by: actor, now: now)
            case .exchangeMeter(let sensor, let at, let oldFinal, let newFirst, let unit):
                return try exchange(
                    sensor, at: at, oldFinal: oldFinal, newFirst: newFirst, unit: unit, by: actor, now: now)
            case .setAside(let sensor, let from, let until, let why):
                return try setAside(sensor, from: from, until: until, why: why, by: actor, now: now)
            case .liftSetAside(let number): return try liftSetAside(number, by: actor, now: now)
            case .settlePutAside(let number, let device, let isReleased):
                return try settlePutAside(number, device, isReleased: isReleased, by: actor, now: now)
            case .beginImport(let file, let sha256):
                return try beginImport(file, sha256: sha256, by: actor, now: now)
            case .importReadings(let number, let readings): return try importReadings(number, readings, now: now)
            case .finishImport(let number): return try finishImport(number, by: actor, now: now)
            case .undoImport(let number): return try undoImport(number, by: actor, now: now)
            case .addReadings(let readings): return try add(readings, by: actor, now: now)
            case .openDispute(let subject, let why): return try openDispute(subject, why: why, by: actor, now: now)
            case .checkDispute(let number, let how): return try checkDispute(number, how: how, by: actor, now: now)
            case .decideDispute(let number, let said): return try decideDispute(number, said, by: actor, now: now)
            case .closeReport(let month): return try closeReport(month, by: actor, now: now)
            case .postAgenda(let trials): return try postAgenda(trials, by: actor, now: now)
            case .recordAgenda(let file, let bytes):
                return try recordAgenda(file, [UInt8](bytes), by: actor, now: now)
            case .lookAt(let sensors, let what, let why, let file):
                return lookAt(sensors, what, why: why, file: file, by: actor, now: now)
            case .forget(let sensor, let first, let last):
                return try forget(sensor, first, through: last, by: actor, now: now)
            case .eraseTexts(let number, let names, let why):
                return try eraseTexts(names, ofRecord: number, why: why, by: actor, now: now)
            case .setClock(let told): return try setClock(told, by: actor, now: now)
            case .aboutDevice(let device): return about(device)
            case .overview: return overview()
            }
        } catch let error as AnswerError {
            return refused(
                error.code.rawValue,
                ["number": "\(error.number)", "latest": error.latest.map { site.local($0) } ?? ""])
        } catch {
            return .refused("\(error)")
        }
    }

    /// Carries out a command on its own, where no gateway runs: act, commit, done.
    func performAlone(_ command: Command, by actor: Actor, now: Instant) throws -> CommandReply {
        let reply = perform(command, by: actor, now: now)
        try pipeline.commit(packets: [], session: 0, now: now)
        try makeUpIfDue(now: now)
        return reply
    }

    /// Takes over the files of a site that was read again.
    func reload(_ fresh: Site, now: Instant) throws {
        try noteProfiles(now: now)
        site = fresh
        boxWatch?.reload(fresh)
        draftDueAt = try nextDraft(now: now)?.due
        keeper.waitsForNetwork = fresh.configuration.waitsForNetworkTime
        try Office.noteBox(fresh, store, now: now)
        try SensorDeclarations(site: fresh, store: store).apply(now: now)
        try ProfileNews(site: fresh, store: store, now: now).compare()
        try refreshSensors(now: now)
        try site.noteMandates(store, now: now)
        try pipeline.reload(fresh, now: now)
        pipeline.reviewSensors(now: now)
        try endMandates(now: now)
        try refreshLimits(now: now)
    }

    func refreshSensors(now: Instant) throws {
        let sensors = try SensorDirectory(store)
        let takenOut = try SensorDeclarations(site: site, store: store).takenOut()
        pipeline.changeState {
            $0.sensors = sensors
            $0.takenOut = takenOut
            $0.limits.setSensors(sensors.all)
            $0.silence = $0.silence.watching(sensors.all, now: now)
            $0.rates = $0.rates.knowing(sensors)
            $0.computed = $0.computed.knowing(sensors.all)
            $0.alerts.policy.places = sensors.places
        }
    }

    private func assign(
        _ wanted: Sensor, _ device: String, _ channel: String, by actor: Actor, now: Instant
    ) throws -> CommandReply {
        guard let sensor = completed(wanted, device, channel) else {
            return refused("unit_unknown", ["channel": channel, "device": device])
        }
        var sensors = try store.sensors().filter { $0.id != sensor.id }
        sensors.append(sensor)
        let news = MeasuredNews(site: site, store: store, now: now)
        let declared = try news.told(of: store.plannedChanges(sensors), by: actor.person)
        _ = try store.declare(sensors, at: now, by: actor.person, facts: declared.facts, notices: declared.notices)
        let binding = Binding(sensor: sensor.id, device: device, channel: channel, from: now)
        return CommandReply(isDone: true, lines: try bind([binding], by: actor, now: now))
    }

    /// Binds every sensor of a device to another one; what the old one measured stays where it is.
    private func rebind(_ old: String, to new: String, by actor: Actor, now: Instant) throws -> CommandReply {
        let bound = try store.bindings().filter { $0.until == nil && $0.device == old }
        guard !bound.isEmpty else {
            return refused("measures_nothing", ["device": old])
        }
        guard old != new else { return refused("same_device", ["device": old]) }
        let next = bound.map { Binding(sensor: $0.sensor, device: new, channel: $0.channel, from: now) }
        return CommandReply(isDone: true, lines: try bind(next, by: actor, now: now))
    }

    /// A refusal in the community's language, or in that of whoever answers from afar, who has no command line there.
    func refused(_ key: String, _ values: [String: String] = [:]) -> CommandReply {
        let book = site.book(languageAfar)
        let afar = "acts.refused_afar.\(key)"
        let isAfar = languageAfar != nil && book.phrases[afar] != nil
        return .refused(book.text(isAfar ? afar : "acts.refused.\(key)", values))
    }

    /// What was done, in the community's language, or in that of whoever answers from afar, and lines below it.
    func done(_ key: String, _ values: [String: String] = [:], then lines: [String] = []) -> CommandReply {
        CommandReply(isDone: true, lines: [site.book(languageAfar).text("acts.done.\(key)", values)] + lines)
    }

    /// Carries out what somebody says from afar; the reply is in that person's language.
    func performAfar(_ command: Command, by actor: Actor, language: String?, now: Instant) -> CommandReply {
        languageAfar = site.book(language).language
        defer { languageAfar = nil }
        return perform(command, by: actor, now: now)
    }

    /// The sensor with the unit and quantity that the device's last message shows; nil where nothing shows a unit.
    private func completed(_ sensor: Sensor, _ device: String, _ channel: String) -> Sensor? {
        var sensor = sensor
        if sensor.unit == .unknown || sensor.quantity.rawValue.isEmpty,
            let heard = pipeline.committed.unassigned.entries[device]
        {
            var decoder = pipeline.committed.decoder
            let message = InboundMessage(topic: heard.topic, payload: heard.payload, receivedAt: heard.lastSeen)
            if let reading = decoder.decode(message).readings.first(where: { $0.channel == channel }) {
                if sensor.unit == .unknown { sensor.unit = reading.unit }
                if sensor.quantity.rawValue.isEmpty { sensor.quantity = reading.quantity }
            }
        }
        if sensor.quantity.rawValue.isEmpty { sensor.quantity = Quantity(rawValue: channel) }
        return sensor.unit == .unknown ? nil : sensor
    }

    /// The devices that are heard but measure nothing, and what was counted.
    private func overview() -> CommandReply {
        let state = pipeline.committed
        var lines = state.unassigned.entries.sorted { $0.key < $1.key }.map { device, entry in
            let text = String(decoding: entry.payload.prefix(160), as: UTF8.self)
            return Escaping.terminal(
                "\(device)  \(entry.count) messages  \(entry.profile ?? "-")  \(entry.topic)  \(text)")
        }
        if state.unassigned.overflow > 0 {
            lines.append("and \(state.unassigned.overflow) messages of further devices")
        }
        return CommandReply(isDone: true, lines: successorLines() + lines)
    }
}
