import Delivery
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// Whoever restarts the box in a flood of alarms does not let it begin anew.
@Suite("Many alarms over a restart", .serialized)
struct FloodLifeTests {
    private let about = "plug/power: Power of the plug"

    @Test("What keeps coming and going is counted on over restarts: told once, then only recorded, told when it stays")
    func comingAndGoing() throws {
        let village = try AlertVillage()
        for _ in 0..<3 {
            try village.read(150)
            try village.read(20)
            try village.restart()
        }
        try village.read(150)
        let told = try village.told()
        #expect(told.suffix(1) == ["COMES AND GOES 4: \(about)"])
        try village.read(20)
        try village.restart()
        let before = try village.told().count
        try village.read(150)
        #expect(try village.told().count == before)
        #expect(try village.entries(5) == ["raised", "damped"])
        try village.restart()
        // Ten minutes later it still holds.
        try village.wait(until: 700)
        #expect(try village.told().dropFirst(before) == ["NOW 5: \(about)"])
        // And what is long past counts no more.
        try village.read(20)
        try village.restart()
        try village.wait(until: 3000)
        try village.read(150)
        #expect(try village.told().last == "NOW 6: \(about)")
    }

    @Test("Ten alerts in ten minutes are ten, however often the box starts; the further ones come in one message")
    func flood() throws {
        let places = (1...13).map { "  - {name: place-\($0), kind: ping, audience: public, url_file: /nowhere}" }
        let village = try AlertVillage(places.joined(separator: "\n"))
        func raise(_ numbers: ClosedRange<Int>) throws {
            for number in numbers {
                village.office.pipeline.box(
                    .destinationFailing, subject: "place-\(number)", isActive: true, onset: village.now,
                    ["reason": "away"], village.now)
                try village.wait(until: village.now.milliseconds(since: AlertVillage.begin) / 1000 + 5)
            }
        }
        try raise(1...6)
        try village.restart()
        // What is over by then counts too.
        village.office.pipeline.box(
            .destinationFailing, subject: "place-1", isActive: false, onset: village.now, [:], village.now)
        try village.commit()
        try village.restart()
        try raise(7...10)
        try village.restart()
        let before = try village.told().count
        #expect(before == 11)
        try raise(11...12)
        #expect(try village.told().count == before)
        #expect(try village.entries(12) == ["raised", "gathered"])
        try village.restart()
        try village.wait(until: 200)
        #expect(try village.told().dropFirst(before) == ["2 alerts at once"])
        #expect(try village.entries(12) == ["raised", "gathered", "told_together"])
        // Ten minutes after the first ones single alerts are told again.
        try village.restart()
        try village.wait(until: 900)
        try raise(13...13)
        #expect(try village.told().last?.contains("place-13") == true)
    }

    @Test("After an outage what protects people and still holds is sent first; what is over is not sent at all")
    func afterAnOutage() throws {
        let village = try AlertVillage()
        try village.read(10, of: "cold")
        try village.read(150)
        let store = village.office.store
        func recheck(_ subject: String) throws -> Recheck {
            let alert = try #require(try store.alerts(openOnly: false).first { $0.subject == subject })
            let item = try #require(try store.outboxEntries().map(\.item).first { $0.alert == alert.id })
            return RunningParts.recheck(item, now: village.now.advanced(bySeconds: 3600), store)
        }
        #expect(try recheck("cold/power") == .sendFirst)
        #expect(try recheck("plug/power") == .send)
        // People at risk while something else draws on the same resource.
        #expect(try recheck("energy") == .sendFirst)
        try village.read(90, of: "cold")
        let over = try #require(try store.alerts(openOnly: false).first { $0.subject == "cold/power" }?.returnedAt)
        #expect(try recheck("cold/power") == .drop(reason: "over since \(over)"))
    }
}
