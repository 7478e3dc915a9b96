import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A decision drafted by answering questions, as a secretary would, on a real store.
@Suite("Drafting a decision")
struct DraftTests {
    private let folder: TemporaryFolder
    private let site: Site

    init() throws {
        folder = try TemporaryFolder("draft")
        try """
        community: {id: vall-clara, name: Test, languages: [en, es], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: village/taps, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3}
          - {id: fountain/flow, resource: water, quantity: flow, role: condition, visibility: community, unit: L/min}
          - {id: main/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: upper-well/pumped, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: lower-well/pumped, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: upper-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}
          - {id: lower-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}
          - {id: old-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    @Test("Wrong answers are asked again with a reason, the draft is whole, chained, and can be adopted as it is")
    func draft() throws {
        let now = try #require(Instant(rfc3339: "2026-09-07T10:00:00Z"))
        let office = try Office.open(site: site, now: now)
        let first = try Data(
            contentsOf: URL(fileURLWithPath: GatewayUnderTest.root + "/config/resolutions/examples/wells.md"))
        let adopted = office.perform(
            .adopt(fileName: "5.md", bytes: first, signatures: []), by: Actor(account: "test"), now: now)
        #expect(adopted.isDone, "\(adopted.lines)")
        try office.pipeline.commit(packets: [], session: 0, now: now)
        office.close()
        var answers = [
            "wel/water", "well/water", "Agua del pozo", "90 L per day", "not more than 100 L per person per day",
            "the land",
            "resource", "today", "Close the garden tap", "1/nothing", "5/water-for-everyone", "forty", "40", "1 June",
            "2026-10-04", "by consent, 31 present", "2026-10-05", "2027-10-03", "9", "", "41", "3 41",
            "The wells are to recover.",
        ]
        var told: [String] = []
        let desk = DraftDesk(site: site, language: "en") { _ in
            answers.isEmpty ? nil : answers.removeFirst()
        } tell: {
            told.append($0)
        }
        let draft = try #require(try desk.draft())
        #expect(answers.isEmpty && draft.number == 6)
        let sha256 = ResolutionFile.sha256([UInt8](first))
        #expect(
            draft.text == """
                ---
                number: 6
                community: vall-clara
                assembly: 2026-10-04
                decided: "by consent, 31 present"
                in_force_from: 2026-10-05
                review_by: 2027-10-03
                persons_served: {all: 40}
                minutes: {book: 3, page: 41}
                previous: \(sha256)
                limits:
                  - id: agua-del-pozo
                    title: "Agua del pozo"
                    protects: resource
                    resource: water
                    sensors: [well/water]
                    rule: not more than 100 L per person per day
                    floor: 5/water-for-everyone
                    priority: today
                    response: "Close the garden tap"
                ---
                The wells are to recover.

                """)
        #expect(told.contains { $0.contains("Did you mean “well/water”?") })
        #expect(told.contains { $0.contains("begins with `not more than`") })
        #expect(told.count { $0.contains("Write the day") } == 1)
        let met = try #require(Instant(rfc3339: "2026-10-05T10:00:00Z"))
        let again = try Office.open(site: site, now: met)
        let reply = again.perform(
            .adopt(fileName: "6.md", bytes: Data(draft.text.utf8), signatures: []), by: Actor(account: "test"), now: met
        )
        #expect(reply.isDone, "\(reply.lines)")
        again.close()
    }

    @Test("Who stops answering has drafted nothing; no question has a number in it")
    func givenUp() throws {
        try site.writingStore(now: SystemClock.now()).close()
        let office = try Office.open(site: site, now: SystemClock.now())
        office.close()
        let desk = DraftDesk(site: site, language: "es") { question in
            #expect(!question.contains { $0.isNumber } || question.contains("10 min") || question.contains("41"))
            return nil
        } tell: { _ in
        }
        #expect(try desk.draft() == nil)
    }
}
