import GatewayModel

/// What people let rest in a month: alerts that were paused, sensors and limits that were switched off.
public struct RestReport: Hashable, Sendable {
    /// What rested.
    public enum Subject: Hashable, Sendable {
        /// An alert was paused: its number, what it was about, and the shared point where there is one.
        case alert(Int, AlertCause, Sensor?)
        /// A limit was switched off.
        case limit(LimitReference)
        /// A shared sensor was switched off.
        case sensor(Sensor)
    }

    /// By whom it was decided; names stay in the record book.
    public enum Role: String, Hashable, Sendable, CaseIterable {
        /// One steward.
        case steward
        /// Two stewards, as what protects people needs.
        case twoStewards = "two_stewards"
        /// Somebody who is no steward took part.
        case other
    }

    /// One time of rest.
    public struct Row: Hashable, Sendable {
        /// What rested.
        public var subject: Subject
        /// What it protects; nil for the box's own alerts and for sensors that no limit measures.
        public var protects: Protects?
        /// Since when.
        public var from: Instant
        /// Until when it rested, or is to rest.
        public var until: Instant
        /// Why, in the person's own words.
        public var why: String
        /// By whom.
        public var role: Role
    }

    /// The times of rest that touched the month: what protects people first, then by time.
    public var rows: [Row]
    /// How many concerned homes; never which.
    public var atHomes: Int

    /// Finds what rested.
    init(_ facts: ReportFacts, alerts: AlertReport, limits: [LimitReport]) {
        let span = facts.zone.start(of: facts.month.firstDay)..<facts.zone.start(of: facts.month.next.firstDay)
        let stewards = facts.stewardNames
        func role(_ persons: [String]) -> Role {
            // Only stewards let things rest: whose name was erased was one.
            guard persons.allSatisfy({ stewards.contains($0) || ErasedWords.isMark($0) }), !persons.isEmpty else {
                return .other
            }
            return persons.count > 1 ? .twoStewards : .steward
        }
        let shownAlerts = Dictionary(alerts.rows.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Row] = []
        atHomes = 0
        for alert in facts.alerts {
            for pause in alert.pauses where pause.from < span.upperBound && pause.until > span.lowerBound {
                guard let row = shownAlerts[alert.number], !row.isHousehold, alert.details["visibility"] == nil else {
                    atHomes += 1
                    continue
                }
                found.append(
                    Row(
                        subject: .alert(alert.number, alert.cause, row.sensor), protects: alert.protects,
                        from: pause.from, until: pause.until, why: pause.why, role: role(pause.persons)))
            }
        }
        let sensors = Dictionary(
            facts.sensors.map { ($0.sensor.id, $0.sensor) }, uniquingKeysWith: { first, _ in first })
        for off in facts.switchOffs where off.from < span.upperBound && off.until > span.lowerBound {
            func row(_ subject: Subject, _ protects: Protects?) -> Row {
                Row(
                    subject: subject, protects: protects, from: off.from, until: off.until, why: off.why,
                    role: role(off.persons))
            }
            let sensor = sensors[SensorID(rawValue: off.subject)]
            if off.isHousehold || sensor.map({ $0.visibility == .household }) ?? false {
                atHomes += 1
            } else if let sensor {
                let watching = limits.map(\.facts.limit).filter { $0.sensors.contains(sensor.id) }.map(\.protects)
                found.append(row(.sensor(sensor), watching.min { $0.rank < $1.rank }))
            } else if let reference = RestReport.limit(off.subject) {
                let limit = limits.first { $0.facts.reference == reference }?.facts.limit
                found.append(row(.limit(reference), limit?.protects))
            } else {
                // A point that nobody has declared shared counts as a household's.
                atHomes += 1
            }
        }
        rows = found.sorted { ($0.protects.rank, $0.from, $0.until) < ($1.protects.rank, $1.from, $1.until) }
    }

    /// Reads `1/tank-minimum`.
    static func limit(_ text: String) -> LimitReference? {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]) else { return nil }
        return LimitReference(resolution: number, limit: String(parts[1]))
    }
}

extension Protects {
    /// People come first.
    fileprivate var rank: Int {
        switch self {
        case .people: 0
        case .resource: 1
        case .equipment: 2
        }
    }
}

extension Protects? {
    fileprivate var rank: Int { self?.rank ?? 3 }
}

extension Alert {
    /// A pause that began.
    struct Pause {
        var from: Instant
        var until: Instant
        var why: String
        var persons: [String]
    }

    /// The pauses that began, with the end that each of them really had.
    var pauses: [Pause] {
        entries.indices.filter { entries[$0].kind == .paused }.map { index in
            let entry = entries[index]
            let ending = entries[(index + 1)...].first { AlertEntry.Kind.endOfPause.contains($0.kind) }?.at
            let sooner = entries[(index + 1)...].first { $0.kind == .pauseSooner }?.until
            // Only what protects people is asked for first; what was asked for before another pause began is not of this one.
            let asked = entries[..<index].last { [.pauseAsked, .paused].contains($0.kind) }
                .flatMap { $0.kind == .pauseAsked ? $0.person : nil }
            return Pause(
                from: entry.at, until: [ending, sooner, entry.until].compactMap { $0 }.min() ?? entry.at,
                why: entry.note ?? "", persons: [asked, entry.person].compactMap { $0 })
        }
    }
}

extension AlertEntry.Kind {
    /// Nobody is called while an alert is paused: a call says that the pause was over.
    fileprivate static let endOfPause: Set<AlertEntry.Kind> = [
        .paused, .resumed, .taken, .returned, .closed, .called, .calledAll, .nobodyCame,
    ]
}
