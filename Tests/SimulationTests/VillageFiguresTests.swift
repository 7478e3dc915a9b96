import GatewayModel
import Testing

@testable import Simulation

@Suite("What the village's devices say")
struct VillageFiguresTests {
    private let figures = VillageFigures.twoMonths
    private let events = Dictionary(
        uniqueKeysWithValues: VillageTests.village.events(until: VillageTests.twoMonths).prefix(5).map { ($0.kind, $0) }
    )
    private let soil = "application/6c1f2a9e-3b57-4d0c-9a41-58b1e0c7d233/device/a84041f621860a0"
    private let tank =
        "application/6c1f2a9e-3b57-4d0c-9a41-58b1e0c7d233/device/24e124126c410003/event/up depth"
    private let day: Int64 = 86_400

    private func event(_ kind: VillageEvent.Kind) throws -> VillageEvent {
        try #require(events[kind])
    }

    @Test("every payload is JSON but the plugs' online texts")
    func json() {
        let plugs: Set = ["tele/upper-well-pump/LWT", "tele/lower-well-pump/LWT", "tele/cold-store/LWT"]
        #expect(figures.malformed == plugs)
        #expect(figures.firsts.count == 38)
    }

    @Test("registers never fall, save the lower well's meter once, when it is changed")
    func registers() throws {
        let members = ["total_m3", "Total", "total_act", "total_act_ret", "rain_mm"]
        var falls: [String] = []
        var registers = 0
        for (name, points) in figures.points where members.contains(where: { name.hasSuffix(" " + $0) }) {
            registers += 1
            for (before, after) in zip(points, points.dropFirst()) where after.value < before.value {
                falls.append(name)
                let exchange = try event(.meterExchange)
                #expect(name == "wmbusmeters/30410012 total_m3" && after.value < 1)
                #expect(before.at < exchange.from.advanced(bySeconds: 900) && after.at >= exchange.until)
            }
        }
        #expect(falls.count == 1)
        #expect(registers == 27)
    }

    @Test("people use 80 to 140 litres a day, and what is pumped goes to the houses, the garden and the pipes")
    func balance() {
        let (from, until) = (VillageTests.start, VillageTests.month)
        let houses = (1...14).map { figures.rise("wmbusmeters/\(21_540_300 + $0) total_m3", from: from, until: until) }
        let litres = houses.reduce(0, +) * 1000 / 40 / 30
        #expect((80...140).contains(litres))
        let pumped = ["30410011", "30410012"].map {
            figures.rise("wmbusmeters/\($0) total_m3", from: from, until: until)
        }.reduce(0, +)
        let supplied = figures.rise("wmbusmeters/30410001 total_m3", from: from, until: until)
        let garden = figures.rise("wmbusmeters/30410021 total_m3", from: from, until: until)
        #expect(abs(pumped - supplied) < 6)
        #expect((0...12).contains(supplied - houses.reduce(0, +) - garden))
    }

    @Test("the roof makes nothing at night and most in September")
    func solar() {
        let energy = "shellypro3em-8813bfd0b2e7/events/rpc total_act"
        let night = VillageTests.start.advanced(bySeconds: 40 * day)
        #expect(figures.rise(energy, from: night, until: night.advanced(bySeconds: 5 * 3600)) == 0)
        let september = figures.rise(energy, from: VillageTests.start, until: VillageTests.month)
        let october = figures.rise(energy, from: VillageTests.month, until: VillageTests.twoMonths)
        #expect(september > october * 1.1)
        #expect((800_000...2_000_000).contains(september))
    }

    @Test("the leak raises the night flow by about 120 litres an hour, and only while it lasts")
    func leak() throws {
        let leak = try event(.leak)
        func nightFlow(_ index: Int64) -> Double {
            let two = VillageTests.start.advanced(bySeconds: index * day + 2 * 3600)
            return figures.rise("wmbusmeters/30410001 total_m3", from: two, until: two.advanced(bySeconds: 7200))
                * 1000 / 1.75
        }
        let first = leak.from.milliseconds(since: VillageTests.start) / 86_400_000 + 1
        let during = (first..<first + 5).map(nightFlow).sorted()
        let before = (first - 12..<first - 2).map(nightFlow).sorted()
        #expect((100...180).contains(during[2]))
        #expect(before[5] < 50)
        #expect(nightFlow(first + 7) < 80)
    }

    @Test("on the hot day the cold store passes 8 degrees for more than two hours, and on no other day")
    func hotDay() throws {
        let hot = try event(.hotDay)
        let warm = (figures.points["zigbee2mqtt/Cold store temperature"] ?? []).filter { $0.value > 8 }
        let first = try #require(warm.first), last = try #require(warm.last)
        #expect(first.at >= hot.from && last.at < hot.until)
        #expect(last.at.milliseconds(since: first.at) > 7_200_000)
        #expect((figures.points["rtl_433/valley/events temperature_C"] ?? []).filter { $0.value > 29 }.isEmpty == false)
    }

    @Test("while the pumps stand still the tank falls below 100 cm, is never empty, and is so at no other time")
    func tankLow() throws {
        let low = try event(.tankLow)
        let under = (figures.points[tank] ?? []).filter { $0.value < 100 }
        let first = try #require(under.first), last = try #require(under.last)
        #expect(first.at > low.from && last.at < low.until.advanced(bySeconds: 7200))
        #expect(last.at.milliseconds(since: first.at) > 3_600_000)
        #expect(under.allSatisfy { $0.value > 10 })
    }

    @Test("bed 3 is silent for six days, and no other sensor of the garden is")
    func deadSensor() throws {
        let dead = try event(.deadSensor)
        #expect(figures.values("\(soil)3/event/up soilmoisture", from: dead.from, until: dead.until).isEmpty)
        #expect(!figures.values("\(soil)3/event/up soilmoisture", from: dead.until).isEmpty)
        #expect(figures.values("\(soil)2/event/up soilmoisture", from: dead.from, until: dead.until).count > 400)
    }

    @Test(
        "each make writes its own form",
        arguments: [
            ("wmbusmeters/21540301", #""timestamp":"2026-08-31T22:"#),
            ("tele/cold-store/SENSOR", #"{"Time":"2026-09-01T00:"#),
            ("shellypro3em-8813bfd0a1c4/events/rpc", #""method":"NotifyStatus","params":{"ts":1788213"#),
            ("zigbee2mqtt/Cold store", #""last_seen":"2026-08-31T22:"#),
            ("rtl_433/valley/events", #"{"time":"2026-09-01 00:"#),
        ])
    func forms(topic: String, part: String) {
        #expect(figures.firsts[topic]?.contains(part) == true)
    }
}
