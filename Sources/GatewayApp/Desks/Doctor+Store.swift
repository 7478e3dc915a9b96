import Delivery
import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// What a doctor sees in the database.
extension Doctor {
    /// Looks at the file, every stored reading, every day against its readings, the record book and the decisions.
    func examineStore(_ progress: (String, Double) -> Void) throws -> (problems: [String], good: [String]) {
        let store = try site.readingStore()
        var problems: [String] = []
        var good: [String] = []
        // One thing that cannot be looked at must not hide the others.
        func look(_ body: () throws -> Void) {
            do { try body() } catch { problems.append("\(error)") }
        }
        var isSound = true
        look {
            let damage = try store.check()
            isSound = damage.isEmpty
            problems += damage.map {
                "the database is damaged: \($0); stop the gateway and run commons doctor --repair, or restore the last "
                    + "good copy"
            }
        }
        look {
            try store.examine { progress("readings", $0) }
            problems += store.damage.map(words)
        }
        look { problems += try wrongDays(in: store, progress) }
        look { problems += try editedDecisions(in: store) }
        look {
            let backup = BackupStanding(site, store: store, record: nil, now: SystemClock.now())
            if backup.isAlarming { problems.append(backup.complaint(site)) }
            if backup.facts.state == .good { good.append("last good backup \(site.local(backup.since))") }
        }
        look {
            let named = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
                .sirens(on: site.zone.date(at: SystemClock.now()))
            problems += SirenMandate.sirens(of: site.configuration).sorted { $0.key < $1.key }
                .filter { !named.contains($0.value) }.map {
                    "\($0.key): the siren stays silent, since no decision in force names it; the assembly may decide "
                        + "`sirens: [\($0.value)]`"
                }
        }
        look { problems += try blockedWays(in: store) }
        look { problems += try lostNotices(in: store) }
        look {
            let found = try neighbours(in: store)
            problems += found.problems
            good += found.good
        }
        look {
            let book = try store.verifyRecordBook()
            if let broken = book.firstBroken {
                problems.append("the record book does not fit from entry \(broken) on; see `commons log verify`")
            } else {
                good.append("record book of \(book.count) entries fits")
            }
        }
        look {
            guard try !ProvenanceDesk(site: site).verifyAll(json: true).isGood else { return }
            problems.append("adopted decisions are not what was signed or recorded; see `commons limits verify`")
        }
        problems += formerStewards(in: store)
        if isSound, problems.isEmpty { good.append("every day is what its readings say") }
        return (problems, good)
    }

    /// What destinations refused for good, or was given up, in the last week.
    private func lostNotices(in store: Store) throws -> [String] {
        let week = SystemClock.now().advanced(bySeconds: -7 * 86_400)
        let lost = Dictionary(grouping: try store.lost(since: week), by: \.destination)
        return lost.sorted { $0.key < $1.key }.map { destination, notices in
            "\(notices.count) messages did not reach '\(destination)' in the last seven days, the last of them since: "
                + "\(Escaping.singleLine(notices.last?.reason ?? "", limit: 200)); mend that, and tell its readers what "
                + "`commons alerts list --all` shows"
        }
    }

    /// Destinations that reached one person alone who is no steward any more.
    private func formerStewards(in store: Store) -> [String] {
        let owned = StewardMandate.owners(in: site)
        let stewards = Set(site.configuration.stewards.map(\.name))
        return StewardMandate.former(store).sorted { $0.key < $1.key }.compactMap { destination, person in
            guard owned[destination] == nil, !stewards.contains(person),
                site.configuration.destinations.contains(where: { $0.name == destination })
            else { return nil }
            return
                "destination '\(destination)' reached \(person) alone, who is no steward any more, and hears nothing: "
                + "take it out, or give it another name if others read there now"
        }
    }

    /// When each neighbours' box was last heard.
    private func neighbours(in store: Store) throws -> (problems: [String], good: [String]) {
        let now = SystemClock.now()
        let marks = try store.dutyMarks().filter { $0.key.kind == DutyMark.neighbour }
        var problems: [String] = []
        var good: [String] = []
        for neighbour in site.configuration.neighbours {
            guard let since = marks[DutyMark(kind: DutyMark.neighbour, name: neighbour.name)] else { continue }
            if now > since.advanced(bySeconds: neighbour.every) {
                problems.append(
                    "no sign of life from \(neighbour.name) since \(site.local(since)); call somebody there, and look "
                        + "whether the broker's bridge still brings \(neighbour.topic ?? neighbour.file ?? "it")")
            } else {
                good.append("\(neighbour.name) heard or waited for since \(site.local(since))")
            }
        }
        return (problems, good)
    }

    private func wrongDays(in store: Store, _ progress: (String, Double) -> Void) throws -> [String] {
        let today = site.zone.date(at: SystemClock.now())
        let days = try store.compareDays(before: today, zone: site.zone) { progress("days", $0) }
        let uses = try wrongUses(in: store, before: today) { progress("consumption", $0) }
        return try words(days, in: store)
            + uses.sorted { $0.key < $1.key }.map { sensor, days in
                "\(days.count) days of what \(sensor) used are not what its readings say, the first "
                    + "\(days.min().map(\.description) ?? "?"); commons doctor --repair counts them anew"
            }
    }

    private func words(_ stretch: DamagedStretch) -> String {
        let what =
            stretch.place == .block
            ? "block \(stretch.id) (stream \(stretch.id >> 32))" : "commit \(stretch.id)"
        return "\(what) cannot be read: \(stretch.reason). It holds readings from \(site.local(stretch.first)) to "
            + "\(site.local(stretch.last)); all others can be read. Stop the gateway and run commons doctor --repair"
    }

    /// One line for each series with wrong days, so that a thousand days do not hide the rest.
    private func words(_ differences: [DayDifference], in store: Store) throws -> [String] {
        let names = Dictionary(
            try store.series().map { ($0.id, "\($0.key.device) \($0.channel)") },
            uniquingKeysWith: { first, _ in first })
        return Dictionary(grouping: differences, by: \.series).sorted { $0.key < $1.key }.map { series, days in
            let dates = days.map(\.date).sorted()
            let reasons = Set(days.map(\.reason.rawValue)).sorted().joined(separator: ", ")
            return
                "\(days.count) days of \(names[series] ?? "\(series)") are not what their readings say (\(reasons)), "
                + "the first \(dates.first.map(\.description) ?? "?"); commons doctor --repair counts them anew"
        }
    }

    /// Days of consumption that metering would say otherwise from the readings as they are stored now, by sensor.
    func wrongUses(
        in store: Store, before today: CalendarDate, _ progress: (Double) -> Void
    ) throws -> [SensorID: [CalendarDate]] {
        let directory = try SensorDirectory(store)
        let dayUses = try DayUses(store: store, sensors: directory, zone: site.zone)
        var wrong: [SensorID: [CalendarDate]] = [:]
        for (index, sensor) in directory.all.enumerated() {
            let days = try store.dayUse(
                sensor.id, from: CalendarDate(year: 1, month: 1, day: 1), through: today.adding(days: -1))
            let kept = try store.keptDays(of: sensor.id)
            for day in days
            where !day.isStale && day.zone == site.zone.identifier && kept.map({ day.date >= $0 }) ?? true {
                do {
                    let meter = try store.meter(of: sensor.id, before: day.date)?.meter
                    let told = try dayUses.day(of: sensor.id, from: day.from, until: day.until, meterBefore: meter)
                    if told?.use.amount != day.use.amount { wrong[sensor.id, default: []].append(day.date) }
                } catch let error as StoreError where error.code == .corrupt {
                    // What damage took from a day is told as damage.
                }
            }
            progress(Double(index + 1) / Double(directory.all.count))
        }
        return wrong
    }

    /// Decisions whose file no longer holds the adopted text; what is in force is the adopted text all the same.
    private func editedDecisions(in store: Store) throws -> [String] {
        let adopted = Dictionary(
            try store.resolutions().map { ($0.number, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        let folder = site.configuration.resolutionsFolder
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return names.filter { $0.hasSuffix(".md") }.compactMap { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name),
                let number = ResolutionFile.parse([UInt8](data), fileName: name).resolution?.number,
                let bytes = adopted[number], bytes != [UInt8](data)
            else { return nil }
            return
                "\(folder)/\(name) differs from decision \(number) as it was adopted; an edited file changes nothing. "
                + "Write a new decision that supersedes it, or put the file back"
        }
    }
}
