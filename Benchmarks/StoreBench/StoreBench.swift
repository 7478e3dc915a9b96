import Foundation
import GatewayModel
import Storage

/// Fills a data folder with readings of plugs and times what a community asks of it; prints JSON lines.
///
/// `store-bench FOLDER --plugs 200 --days 30 --every 300` writes a message of power, energy and temperature of each plug
/// every so many seconds; `--energy-only` leaves out the other two. `store-bench FOLDER --ask` only asks.
@main
enum StoreBench {
    static let zone = Zone.utc
    static let end = CalendarDate(year: 2026, month: 11, day: 1)

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, !arguments[1].hasPrefix("-") else {
            print("usage: store-bench FOLDER [--ask] [--plugs N] [--days N] [--every SECONDS] [--energy-only]")
            exit(2)
        }
        func number(_ name: String, _ other: Int) -> Int {
            arguments.firstIndex(of: name).flatMap { Int(arguments[$0 + 1]) } ?? other
        }
        let days = number("--days", 30)
        if !arguments.contains("--ask") {
            try Filling(
                folder: arguments[1], plugs: number("--plugs", 200), days: days, every: Int64(number("--every", 300)),
                energyOnly: arguments.contains("--energy-only")
            ).run()
        }
        try Asking(folder: arguments[1], days: days).run()
    }

    static func say(_ test: String, _ figures: KeyValuePairs<String, Double>) {
        let members = figures.map { name, value in "\"\(name)\": \((value * 1000).rounded() / 1000)" }
        print("{\"test\": \"\(test)\", " + members.joined(separator: ", ") + "}")
        fflush(nil)
    }

    static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let begin = ContinuousClock.now
        try body()
        return begin.duration(to: .now) / .milliseconds(1)
    }

    /// Kilobytes of a line of /proc/self/status.
    static func memory(_ name: String) -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return Double(line.split(separator: " ").dropFirst().first ?? "") ?? 0
    }
}

/// Writes the readings through the same calls as the gateway: place, commit, seal, count days.
struct Filling {
    let folder: String
    let plugs: Int
    let days: Int
    let every: Int64
    let energyOnly: Bool

    /// Plugs as performance.md describes them; the same numbers on every machine.
    private struct Plug {
        var power: Int64
        var energy: Int64
        var rest = 0.0
        var temperature: Int64
    }

    func run() throws {
        let begin = StoreBench.zone.start(of: StoreBench.end.adding(days: -days))
        let store = try Store.open(
            folder: folder, options: Store.Options(community: "bench", kind: .demonstration), now: begin)
        let sensors = (0..<plugs).flatMap { plug in channels.map { sensor(plug, $0) } }
        _ = try store.declare(sensors.map(\.0), at: begin, by: "bench")
        for (sensor, device, channel) in sensors {
            try store.bind(
                Binding(sensor: sensor.id, device: device, channel: channel, from: begin), at: begin, by: "bench",
                zone: StoreBench.zone)
        }
        var directory = try store.directory(zone: StoreBench.zone)
        var random = Generator(state: 42)
        var plugs = (0..<self.plugs).map { _ in
            Plug(
                power: .random(in: 0...20_000, using: &random), energy: .random(in: 0...9_000_000, using: &random),
                temperature: .random(in: 1800...2600, using: &random))
        }
        var readings = 0
        let rounds = Int64(days) * 86_400 / every
        let took = try StoreBench.milliseconds {
            var unsealed = 0
            var next = directory
            var batch = Batch(committedAt: begin, session: 1)
            for round in 0..<rounds {
                let start = begin.advanced(bySeconds: round * every)
                for index in plugs.indices {
                    let jitter = Int64.random(in: 0...800, using: &random)
                    let time = start.advanced(byMilliseconds: Int64(index) * 1000 * every / Int64(plugs.count) + jitter)
                    for reading in message(index, &plugs[index], at: time, &random) {
                        let placed = try next.place(reading, repeatWindow: 0) { _, _ throws(StoreError) in nil }
                        if case .fresh(let series) = placed {
                            batch.readings.append(StoredReading(reading, in: series))
                        }
                    }
                }
                let isLast = round == rounds - 1
                guard batch.readings.count >= 200 || isLast else { continue }
                readings += batch.readings.count
                unsealed += batch.readings.count
                batch.news = next.takeNews()
                try store.commit(batch)
                directory = next
                batch = Batch(committedAt: start.advanced(bySeconds: every), session: 1)
                if unsealed >= 172_800 || isLast {
                    _ = try store.seal()
                    unsealed = 0
                }
            }
        }
        let counting = try StoreBench.milliseconds {
            _ = try store.recomputeDirtyDays(before: StoreBench.end, zone: StoreBench.zone, directory: &directory) {
                _, _, _, _ in
                MeterDay(
                    use: DayUse(
                        amount: DecimalValue(mantissa: 1234, scale: 3), unit: Unit("kWh"), measuredPermille: 1000,
                        isLowerBound: false))
            }
        }
        try store.markStopped()
        try store.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/gateway.sqlite")
        let size = (attributes[.size] as? NSNumber)?.doubleValue ?? 0
        StoreBench.say(
            "fill",
            [
                "readings": Double(readings), "seconds": took / 1000, "counting_days_s": counting / 1000,
                "file_bytes_per_reading": size / Double(readings), "file_mb": size / 1e6,
            ])
    }

    private var channels: [String] { energyOnly ? ["energy"] : ["power", "energy", "temperature"] }

    static func device(_ plug: Int) -> String { "plug-" + String(String(1000 + plug).dropFirst()) }

    /// The same sensors as in the configuration that Benchmarks/run writes, so that a gateway can start on this folder.
    private func sensor(_ plug: Int, _ channel: String) -> (Sensor, device: String, channel: String) {
        let (quantity, role, unit): (Quantity, SensorRole, String) =
            switch channel {
            case "power": ("active_power", .condition, "W")
            case "energy": ("energy", .consumption, "kWh")
            default: ("temperature", .condition, "Cel")
            }
        let device = Filling.device(plug)
        let sensor = Sensor(
            id: SensorID(rawValue: "\(device)/\(channel)"), resource: "energy", quantity: quantity, role: role,
            visibility: .community, unit: Unit(unit))
        return (sensor, device, channel)
    }

    private func message(_ index: Int, _ plug: inout Plug, at time: Instant, _ random: inout Generator) -> [Reading] {
        if Int.random(in: 0..<30, using: &random) == 0 { plug.power = .random(in: 0...20_000, using: &random) }
        let noise = plug.power == 0 ? 0 : Int64.random(in: -8...8, using: &random)
        plug.rest += Double(plug.power) / 10 * Double(every) / 3600
        plug.energy += Int64(plug.rest)
        plug.rest -= plug.rest.rounded(.down)
        plug.temperature += .random(in: -2...2, using: &random)
        let stream = StreamKey(device: Filling.device(index))
        func reading(
            _ channel: String, _ quantity: Quantity, _ kind: ReadingKind, _ mantissa: Int64, _ scale: UInt8,
            _ unit: String
        ) -> Reading {
            Reading(
                stream: stream, channel: channel, quantity: quantity, kind: kind,
                value: DecimalValue(mantissa: mantissa, scale: scale), unit: Unit(unit),
                time: ReadingTime(time, source: .received))
        }
        let energy = reading("energy", "energy", .register, plug.energy, 3, "kWh")
        if energyOnly { return [energy] }
        return [
            reading("power", "active_power", .gauge, max(0, plug.power + noise), 1, "W"), energy,
            reading("temperature", "temperature", .gauge, plug.temperature, 2, "Cel"),
        ]
    }
}

/// A generator whose numbers are the same on every machine (SplitMix64, Steele et al. 2014).
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The questions of performance.md, each several times: the first as after a start, the best of the others.
struct Asking {
    let folder: String
    let days: Int

    func run() throws {
        var store: Store?
        let opening = try StoreBench.milliseconds {
            let opened = try Store.open(
                folder: folder, options: Store.Options(community: "bench", kind: .demonstration),
                now: StoreBench.zone.start(of: StoreBench.end))
            _ = try opened.directory(zone: StoreBench.zone)
            _ = try opened.session()
            store = opened
        }
        guard let store else { return }
        StoreBench.say("open", ["ms": opening])
        let series = try store.series()
        let asked = Dictionary(grouping: series, by: \.channel)
        let last = StoreBench.end.adding(days: -1)
        let month = StoreBench.end.adding(days: -30)
        for channel in ["power", "energy"] {
            guard let some = asked[channel] else { continue }
            try time("month_of_hours_\(channel)") {
                var count = 0
                try store.hours(of: some.map(\.id), from: month, through: last, zone: StoreBench.zone) { hour in
                    count += hour.mean != nil || hour.last != nil ? 1 : 0
                }
                return count
            }
        }
        if let one = asked["power"]?.first ?? asked["energy"]?.first {
            try time("a_year_of_one_sensor") {
                var count = 0
                let from = StoreBench.zone.start(of: StoreBench.end.adding(days: -365))
                try store.readings(ReadingQuery(.series([one.id]), from: from)) { _ in count += 1 }
                return count
            }
        }
        try time("days_of_all") {
            var count = 0
            for sensor in try store.sensors() {
                count += try store.dayUse(sensor.id, from: StoreBench.end.adding(days: -days), through: last).count
            }
            return count
        }
        StoreBench.say("memory", ["peak_kb": StoreBench.memory("VmHWM"), "now_kb": StoreBench.memory("VmRSS")])
        try store.close()
    }

    private func time(_ test: String, _ body: () throws -> Int) throws {
        var count = 0
        let first = try StoreBench.milliseconds { count = try body() }
        let others = try (0..<5).map { _ in try StoreBench.milliseconds { count = try body() } }
        StoreBench.say(test, ["rows": Double(count), "first_ms": first, "best_ms": others.min() ?? first])
    }
}
