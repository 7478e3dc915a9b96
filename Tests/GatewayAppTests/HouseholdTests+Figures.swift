import Foundation
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// What commands about meters and readings show of homes.
extension HouseholdTests {
    @Test(
        "What happened to a home's meter is listed with kind and time; its figures only with a reason that the home sees"
    )
    func meterEvents() throws {
        try live()
        let home = Self.homes[1]
        let office = try Office.open(site: site, now: SystemClock.now())
        let fallen = [(46, 4711), (47, 4790)].map { day, figure in
            HandReading(
                sensor: home, value: DecimalValue(Int64(figure)), unit: nil,
                time: begin.advanced(bySeconds: Int64(day) * 86_400))
        }
        let now = SystemClock.now()
        #expect(office.perform(.addReadings(fallen), by: Actor(account: "test"), now: now).isDone)
        let series = try #require(
            try office.store.series().first { $0.key.device.contains(home.rawValue) || $0.channel == home.rawValue })
        office.pipeline.batch.putAside.append(
            PutAside(
                at: begin.advanced(bySeconds: 86_400), reason: "conflict", device: series.key.device, series: series.id,
                explanation: "4811 where 4822 is stored"))
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
        office.close()

        let (meters, hands) = (MeterDesk(site: site), HandDesk(site: site))
        for isJSON in [true, false] {
            for sensor in [nil, home.rawValue] {
                let events = try meters.events(sensor: sensor, json: isJSON).joined(separator: "\n")
                #expect(events.contains("house-2/water") && !events.contains("47"), "\(events)")
                #expect(!events.contains("100"), "\(events)")
                #expect(events.contains("--why") != isJSON)
            }
            let aside = try hands.putAside(json: isJSON).joined(separator: "\n")
            #expect(aside.contains("conflict") && !aside.contains("4811"), "\(aside)")
        }
        let before = try HouseholdDesk(site: site).show(home.rawValue).joined(separator: "\n")
        #expect(!before.contains("meters events"))
        for isJSON in [true, false] {
            let events = try meters.events(sensor: nil, json: isJSON, why: "it fell back").joined(separator: "\n")
            #expect(events.contains("4711"), "\(events)")
            #expect(try hands.putAside(json: isJSON, why: "two figures").joined().contains("4811"))
        }
        let shown = try HouseholdDesk(site: site).show(home.rawValue).joined(separator: "\n")
        #expect(shown.contains("meters events") && shown.contains("it fell back"), "\(shown)")
        #expect(shown.contains("readings put-aside") && shown.contains("two figures"), "\(shown)")
        // Who answers for the home reads no figure of it either.
        let acts: [Command] = [
            .exchangeMeter(
                sensor: home, at: begin.advanced(bySeconds: 46 * 86_400), oldFinal: DecimalValue(1),
                newFirst: DecimalValue(9_999_999), unit: nil),
            .decideMeter(MeterAnswer(sensor: home, at: nil, kind: nil, isConfirmed: true)),
        ]
        let again = try Office.open(site: site, now: now)
        let replies = acts.map { again.perform($0, by: Actor(account: "test", enteredFor: "Rosa"), now: now) }
        again.close()
        #expect(replies.map(\.isDone) == [false, true], "\(replies)")
        #expect(replies[0].lines.joined().contains("meters events --sensor house-2/water --why"))
        for reply in replies {
            #expect(!reply.lines.joined().contains("47") && !reply.lines.joined().contains("100"), "\(reply)")
        }
        #expect(try !HouseholdDesk(site: site).show(Self.homes[0].rawValue).joined().contains("meters events"))
    }
}
