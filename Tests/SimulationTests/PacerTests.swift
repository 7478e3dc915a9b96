import GatewayModel
import Testing

@testable import Simulation

@Suite("Publishing live")
struct PacerTests {
    private let village = VillageTests.village
    private let now = Instant(seconds: 1_900_000_000)

    @Test("at any speed the same messages come due in the same order, none early and none left out")
    func speeds() {
        let end = VillageTests.start.advanced(bySeconds: 7200)
        let expected = Array(village.messages(until: end))
        for speed in [1, 7, 60] {
            var pacer = Pacer(village.messages(until: end), simulated: VillageTests.start, at: now, speed: speed)
            var published: [SimulatedMessage] = []
            var clock = now
            while let wait = pacer.millisecondsUntilNext(at: clock) {
                clock = clock.advanced(byMilliseconds: wait)
                let due = pacer.due(at: clock, limit: 3)
                #expect(!due.isEmpty && due.allSatisfy { $0.at <= pacer.simulatedTime(at: clock) })
                published += due
            }
            #expect(published == expected)
        }
    }

    @Test("a live start passes over what lies before it")
    func lateStart() {
        let live = VillageTests.start.advanced(bySeconds: 3600)
        let end = VillageTests.start.advanced(bySeconds: 7200)
        var pacer = Pacer(village.messages(until: end), simulated: live, at: now)
        let due = pacer.due(at: now.advanced(bySeconds: 600))
        #expect(due == village.messages(until: live.advanced(bySeconds: 600)).filter { $0.at >= live })
        #expect(!due.isEmpty)
    }

    @Test("nothing is due when the clock goes back")
    func clockBack() throws {
        var pacer = Pacer(
            village.messages(until: VillageTests.twoMonths), simulated: VillageTests.start.advanced(bySeconds: 60),
            at: now)
        #expect(pacer.due(at: now.advanced(bySeconds: -100)).isEmpty)
        #expect(try #require(pacer.millisecondsUntilNext(at: now.advanced(bySeconds: -100))) > 100_000)
    }
}
