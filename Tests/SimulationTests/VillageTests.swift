import GatewayModel
import Testing

@testable import Simulation

@Suite("The village")
struct VillageTests {
    /// A village whose first month has 30 days and whose second has a day of 25 hours.
    static let zone = Zone(identifier: "Europe/Madrid") ?? .utc
    static let start = zone.start(of: CalendarDate(year: 2026, month: 9, day: 1))
    static let month = zone.start(of: CalendarDate(year: 2026, month: 10, day: 1))
    static let twoMonths = zone.start(of: CalendarDate(year: 2026, month: 11, day: 1))
    static let village = Village(start: start, zone: zone)

    /// FNV-1a over everything that a message says.
    static func digest(_ messages: Village.Messages) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for message in messages {
            for shift in stride(from: 0, to: 64, by: 8) {
                mix(UInt8(truncatingIfNeeded: message.at.milliseconds >> Int64(shift)))
            }
            message.topic.utf8.forEach(mix)
            message.payload.forEach(mix)
            mix(message.qos)
            mix(message.retained ? 1 : 0)
        }
        return hash
    }

    @Test("a month of the standard seed has the recorded bytes")
    func recordedBytes() {
        #expect(
            VillageTests.digest(VillageTests.village.messages(until: VillageTests.month)) == 1_191_068_118_966_898_484)
    }

    @Test("another seed gives other bytes, the same seed the same")
    func seeds() {
        let day = VillageTests.start.advanced(bySeconds: 86_400)
        let other = Village(seed: 7, start: VillageTests.start, zone: VillageTests.zone)
        let again = Village(seed: 7, start: VillageTests.start, zone: VillageTests.zone)
        #expect(VillageTests.digest(other.messages(until: day)) == VillageTests.digest(again.messages(until: day)))
        let first = VillageTests.digest(VillageTests.village.messages(until: day))
        #expect(VillageTests.digest(other.messages(until: day)) != first)
    }

    @Test("a shorter span is the beginning of a longer one")
    func prefix() {
        let short = Array(VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 40_007)))
        let long = Array(VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 90_000)))
        #expect(short.count > 1500)
        #expect(Array(long.prefix(short.count)) == short)
        #expect(long[short.count].at >= VillageTests.start.advanced(bySeconds: 40_007))
    }

    @Test("two months are in time order, inside the span, and of a size that imports in a minute")
    func order() {
        var count = 0
        var previous = VillageTests.start
        var disorder = 0
        for message in VillageTests.village.messages(until: VillageTests.twoMonths) {
            if message.at < previous { disorder += 1 }
            previous = message.at
            count += 1
        }
        #expect(disorder == 0)
        #expect(previous < VillageTests.twoMonths)
        #expect((200_000...240_000).contains(count))
    }

    @Test("only the states that a broker keeps are retained, and they come first")
    func retained() {
        let messages = Array(VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 86_400)))
        let retained = messages.filter(\.retained).map(\.topic)
        #expect(retained == messages.prefix(4).map(\.topic))
        #expect(
            retained == [
                "tele/upper-well-pump/LWT", "tele/lower-well-pump/LWT", "tele/cold-store/LWT",
                "zigbee2mqtt/bridge/state",
            ])
    }

    @Test("a story begins anew after sixty days, and its events do not overlap")
    func events() {
        let year = VillageTests.start.advanced(bySeconds: 180 * 86_400)
        let events = VillageTests.village.events(until: year)
        #expect(events.map(\.kind) == Array(repeating: VillageEvent.Kind.allCases, count: 3).flatMap { $0 })
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.until <= $1.from })
        #expect(events[5].from.milliseconds(since: events[0].from) == 60 * 86_400_000)
    }
}
