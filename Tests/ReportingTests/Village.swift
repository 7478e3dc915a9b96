import GatewayModel
import Reporting
import TestSupport

/// A constructed community: a well and six homes' water meters, solar and grid, soil moisture; October 2026 in Berlin.
struct Village {
    let zone: Zone
    var facts: ReportFacts

    static let month = CalendarMonth(year: 2026, month: 10)

    init(hostile: Bool = false) throws {
        guard let berlin = Zone(identifier: "Europe/Berlin") else { throw Missing() }
        zone = berlin
        let well = Village.sensor("well/water", "Well", "water", .input, .community, "m3")
        let tank = Village.sensor(
            "tank/level", hostile ? HostileTexts.all[0] : "Upper tank", "water", .storage, .community, "%")
        let solar = Village.sensor("roof/solar", "Solar roof", "energy", .production, .community, "kWh")
        let grid = Village.sensor("grid/import", "Grid", "energy", .input, .community, "kWh")
        let soil = Village.sensor("beds/moisture", "Beds, soil moisture", "garden", .condition, .community, "%")
        let homes = (1...6).map {
            Village.sensor("home-\($0)/water", "Home \($0)", "water", .consumption, .household, "L")
        }
        func water(_ month: CalendarMonth, factor: Int64, missing: Set<Int> = []) -> [SensorMonth] {
            [
                SensorMonth(
                    sensor: well,
                    uses: Village.uses(month, zone: berlin) { day in
                        DecimalValue(mantissa: 120 * factor / 10 + Int64(day % 7) * 4, scale: 1)
                    })
            ]
                + homes.enumerated().map { index, home in
                    SensorMonth(
                        sensor: home,
                        uses: Village.uses(month, zone: berlin) { day in
                            index == 2 && missing.contains(day) ? nil : DecimalValue(Int64(1700 + 40 * index + day))
                        })
                }
        }
        func energy(_ month: CalendarMonth, factor: Int64) -> [SensorMonth] {
            [
                SensorMonth(
                    sensor: solar,
                    uses: Village.uses(month, zone: berlin) { day in
                        DecimalValue(Int64(30 + day % 5 * 3))
                    }),
                SensorMonth(
                    sensor: grid,
                    uses: Village.uses(month, zone: berlin) { day in
                        (10...15).contains(day) && factor == 10 ? nil : DecimalValue(mantissa: 22 * factor, scale: 1)
                    }),
            ]
        }
        let gauges = Village.month.days.enumerated().map { index, date in
            let mean = Int64(60 + (index * 7) % 23)
            return DayGaugeFigure(
                date: date, minimum: DecimalValue(mean - 12), maximum: DecimalValue(mean + 9), mean: DecimalValue(mean),
                coverage: Coverage(measured: index == 4 ? 200 : 288, expected: 288))
        }
        let generatedAt = try Village.time("2026-11-01T02:00:00Z")
        facts = ReportFacts(
            communityID: "la-fuente", communityName: hostile ? "La Fuente <script>alert(1)</script>" : "La Fuente",
            zone: berlin, month: Village.month, generatedAt: generatedAt,
            sensors: water(Village.month, factor: 10, missing: [20, 21]) + energy(Village.month, factor: 10)
                + [SensorMonth(sensor: tank, gauges: gauges), SensorMonth(sensor: soil, gauges: gauges)],
            monthBefore: water(Village.month.previous, factor: 10) + energy(Village.month.previous, factor: 9),
            yearBefore: water(Village.month.yearBefore, factor: 12) + energy(Village.month.yearBefore, factor: 8),
            limits: try Village.limits(), alerts: try Village.alerts(),
            setAside: [
                SetAsideFacts(
                    sensor: tank.id, from: try Village.time("2026-09-03T06:00:00Z"),
                    until: try Village.time("2026-09-03T10:00:00Z"),
                    why: hostile ? "<script>alert(2)</script>" : "sensor was out of the water"),
                SetAsideFacts(
                    sensor: SensorID(rawValue: "home-1/water"), from: try Village.time("2026-09-03T06:00:00Z"),
                    until: try Village.time("2026-09-03T10:00:00Z"), why: "we were away"),
            ], personsServed: 42,
            nightlyMinimumFlows: (0..<30).map { DecimalValue(Int64(40 + $0 % 5)) }, usableStorage: DecimalValue(60),
            gateway: GatewayFacts(
                version: "0.1.0", recordHead: String(repeating: "0123456789abcdef", count: 4), recordEntries: 318,
                unguaranteedPercent: 3,
                backup: BackupFacts(state: .good, lastGoodAt: try Village.time("2026-10-31T03:00:00Z"))),
            nextAssemblies: [try Village.time("2026-11-01T17:00:00Z"), try Village.time("2026-12-06T17:00:00Z")],
            agendaClosesAt: try Village.time("2026-10-25T17:00:00Z"), stewardCount: 4,
            decisions: Village.decisions())
        facts.stewardNames = ["Rosa", "Jordi"]
        facts.switchOffs = try Village.switchOffs(hostile: hostile)
    }

    /// Three of this month, one of a home, and one that was over before.
    private static func switchOffs(hostile: Bool) throws -> [SwitchOffFacts] {
        func off(_ subject: String, _ from: String, _ until: String, _ persons: [String], _ why: String) throws
            -> SwitchOffFacts
        {
            SwitchOffFacts(
                subject: subject, isHousehold: subject.hasPrefix("home"), from: try time("2026-\(from):00Z"),
                until: try time("2026-\(until):00Z"), why: hostile ? HostileTexts.all[0] : why, persons: persons)
        }
        return [
            try off("roof/solar", "09-02T10:00", "09-30T18:00", ["Rosa"], "over before"),
            try off("roof/solar", "09-29T10:00", "10-03T18:00", ["Rosa"], "the inverter is repaired"),
            try off("12/daily-water", "10-12T08:00", "11-01T17:00", ["keeper"], "the well is cleaned"),
            try off("home-2/water", "10-05T08:00", "10-06T08:00", ["Rosa"], "we are away"),
            try off("tank/level", "10-15T08:00", "10-15T20:00", ["Rosa", "Jordi"], "the probe is cleaned"),
        ]
    }

    struct Missing: Error {}

    static func time(_ text: String) throws -> Instant {
        guard let instant = Instant(rfc3339: text) else { throw Missing() }
        return instant
    }

    static func sensor(
        _ id: String, _ name: String, _ resource: Resource, _ role: SensorRole, _ visibility: Visibility, _ unit: String
    ) -> Sensor {
        Sensor(
            id: SensorID(rawValue: id), names: ["": name], resource: resource, quantity: "value", role: role,
            visibility: visibility, unit: Unit(unit))
    }

    /// One figure a day, with as many hourly intervals as the local day has.
    static func uses(_ month: CalendarMonth, zone: Zone, _ amount: (Int) -> DecimalValue?) -> [DayUseFigure] {
        month.days.map { date in
            let hours = Int(zone.start(of: date.adding(days: 1)).milliseconds(since: zone.start(of: date)) / 3_600_000)
            let value = amount(date.day)
            return DayUseFigure(
                date: date, amount: value, coverage: Coverage(measured: value == nil ? 0 : hours, expected: hours))
        }
    }

    private static func limits() throws -> [LimitFacts] {
        let budget = Limit(
            id: "daily-water", titles: ["en": "Water per day", "es": "Agua por día"], bound: .atMost,
            protects: .resource, resource: "water", sensors: [SensorID(rawValue: "well/water")], unit: Unit("m3"),
            rule: .budget(amount: DecimalValue(14), period: .day, basis: .total, warnAt: [90]), priority: .assembly,
            floor: "12/tank-minimum")
        let tank = Limit(
            id: "tank-minimum", titles: ["en": "Tank", "es": "Depósito"], bound: .atLeast, protects: .people,
            resource: "water", sensors: [SensorID(rawValue: "tank/level")], unit: Unit("%"),
            rule: .instant(value: DecimalValue(40), deadband: DecimalValue(2), onDelay: 600, offDelay: 0),
            priority: .now)
        let decided = CalendarDate(year: 2026, month: 4, day: 5)
        var budgetDays: [CalendarDate: LimitDayState] = [:]
        var tankDays: [CalendarDate: LimitDayState] = [:]
        for date in month.days {
            budgetDays[date] = date.day % 7 == 6 ? .past : date.day % 7 == 5 ? .near : .within
            if ![8, 9].contains(date.day) { tankDays[date] = .within }
        }
        return [
            LimitFacts(
                reference: LimitReference(resolution: 12, limit: "tank-minimum"), limit: tank, decidedOn: decided,
                inForceFrom: decided, adoptedOn: decided, reviewBy: CalendarDate(year: 2027, month: 4, day: 4),
                days: tankDays),
            LimitFacts(
                reference: LimitReference(resolution: 12, limit: "daily-water"), limit: budget, decidedOn: decided,
                inForceFrom: decided, adoptedOn: CalendarDate(year: 2026, month: 4, day: 9),
                reviewBy: CalendarDate(year: 2026, month: 12, day: 1), days: budgetDays),
        ]
    }

    private static func decisions() -> DecisionFacts {
        func adopted(_ number: Int, _ month: Int, _ state: SigningState) -> DecisionFacts.Adopted {
            DecisionFacts.Adopted(
                number: number, assembly: CalendarDate(year: 2026, month: month, day: 5),
                sha256: String(repeating: "\(number)ab", count: 16), state: state)
        }
        return DecisionFacts(
            adopted: [
                adopted(11, 3, .onPaper(.book(3, page: 41))),
                adopted(12, 4, .signed(by: ["rosa", "pau", "ona"], of: 5, needed: 3)),
                adopted(13, 7, .signed(by: ["rosa", "pau", "ona", "nil"], of: 5, needed: 3)),
            ], hasDelegates: true)
    }

    private static func alerts() throws -> [Alert] {
        var tank = Alert(
            id: "a1", number: 12, cause: .limit(LimitReference(resolution: 12, limit: "tank-minimum")),
            subject: "tank/level", priority: .now, protects: .people, onset: try time("2026-10-08T00:41:00Z"),
            detectedAt: try time("2026-10-08T00:51:00Z"))
        tank.returnedAt = try time("2026-10-08T03:41:00Z")
        tank.closedAt = try time("2026-10-08T08:00:00Z")
        tank.state = .closed
        tank.outcome = .real
        tank.entries += [
            AlertEntry(at: try time("2026-10-08T00:51:00Z"), kind: .called, person: "Rosa"),
            AlertEntry(at: try time("2026-10-08T00:58:00Z"), kind: .taken, person: "Rosa", means: "sms"),
            AlertEntry(
                at: try time("2026-10-08T01:10:00Z"), kind: .pauseAsked, person: "Rosa",
                note: "the lorry comes at five",
                until: try time("2026-10-08T05:00:00Z")),
            AlertEntry(
                at: try time("2026-10-08T01:20:00Z"), kind: .paused, person: "Jordi", note: "the lorry comes at five",
                until: try time("2026-10-08T05:00:00Z")),
            AlertEntry(at: try time("2026-10-08T03:41:00Z"), kind: .returned),
        ]
        let silent = Alert(
            id: "a2", number: 13, cause: .box(.sensorSilent), subject: "home-3/water", priority: .assembly,
            protects: nil, onset: try time("2026-10-20T06:00:00Z"), detectedAt: try time("2026-10-20T09:00:00Z"))
        return [tank, silent]
    }
}
