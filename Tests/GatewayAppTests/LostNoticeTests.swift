import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// What the outbox gave up is known to whoever asks about the alert, and to the doctor.
@Suite("Notices that do not arrive")
struct LostNoticeTests {
    @Test("A notice that was refused, given up or left out stands in its alert's record with destination and reason")
    func lost() throws {
        let village = try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: rosa}
              - {name: board, kind: files, audience: stewards, folder: board}
            """, stewards: "[{name: Rosa, reach: [rosa]}, {name: Jordi}]")
        try village.read(150)
        let store = village.office.store
        let alert = try #require(try store.alerts(openOnly: true).first { $0.subject == "plug/power" })
        // Of an hour ago, by the clock of the machine: the doctor looks back a week.
        let found = SystemClock.now().advanced(bySeconds: -3600)
        let states: [String: (OutboxState, String)] = [
            "rosa": (.failed, "HTTP 400"), "board": (.dead, "no answer"), "stewards": (.dropped, "over since noon"),
        ]
        let entries = try store.outboxEntries().filter { $0.item.alert == alert.id }
        #expect(Set(entries.map(\.item.destination)) == Set(states.keys))
        func explained() throws -> [String] {
            try AlertDesk(site: village.site).explain(alert.number, json: false)
        }
        func complaints() throws -> [String] {
            try Doctor(site: village.site).examine(brokerConfig: nil).lines.filter { $0.contains("did not reach") }
        }
        let before = try explained()
        #expect(try complaints().isEmpty)
        try store.record(
            entries.compactMap { entry in
                states[entry.item.destination].map { state, reason in
                    DeliveryRecord(
                        key: entry.item.key, destination: entry.item.destination, state: state, attempts: 1,
                        at: found, reason: reason)
                }
            })
        try village.restart()
        let at = village.site.local(found)
        #expect(
            try Set(explained()).subtracting(before) == [
                "\(at)  a notice did not arrive (Rosa): rosa: HTTP 400",
                "\(at)  a notice did not arrive: board: no answer",
                "\(at)  a notice was not sent any more: stewards: over since noon",
            ])
        let json = try AlertDesk(site: village.site).explain(alert.number, json: true).joined()
        #expect(json.contains("not_delivered") && json.contains("left_out"))
        let told = try complaints()
        #expect(
            told.count == 2 && told[0].hasPrefix("1 messages did not reach 'board'") && told[1].contains("HTTP 400"))
    }

    @Test(
        "The doctor names the ways that do not work now, with the reason and what waits, and finds nothing once they do"
    )
    func blockedWays() throws {
        let village = try AlertVillage()
        func turn(_ isActive: Bool) throws {
            village.office.pipeline.box(
                .destinationFailing, subject: "text", isActive: isActive, onset: village.now,
                ["reason": "the modem is away"], village.now)
            try village.commit()
        }
        func complaints() throws -> [String] {
            try Doctor(site: village.site).examine(brokerConfig: nil).lines.filter {
                $0.contains("do not get through") || $0.contains("wait for")
            }
        }
        #expect(try complaints().isEmpty)
        try turn(true)
        let number = try #require(try village.office.store.alerts(openOnly: true).last).number
        let found = try complaints()
        try #require(found.count == 2)
        #expect(found[0].contains("alert \(number) since") && found[0].contains("text: the modem is away"))
        // Notices of the village's noon are weeks old by the clock of the machine.
        #expect(found[1].hasPrefix("1 notices about alerts wait for 'stewards'"))
        try turn(false)
        #expect(try complaints().count == 1)
    }

    @Test(
        "Why a notice is left out is read in the community's language, times by its clock; what others said as it stands"
    )
    func words() throws {
        let site = try AlertVillage().site
        func text(_ stored: String, _ language: String) -> String {
            LeftOutReason.text(stored, site.book(language)) { _ in "10:30" }
        }
        let time = Instant(milliseconds: 1_780_000_000_000)
        #expect(text(LeftOutReason.over.stored("\(time)"), "en") == "over since 10:30")
        #expect(
            text(LeftOutReason.noSiren.stored("'yard'"), "es") == "ninguna decisión en vigor nombra la sirena 'yard'")
        #expect(text("550 no such user", "es") == "550 no such user")
        for reason in LeftOutReason.allCases {
            for language in ["en", "es"] { #expect(!text(reason.stored(), language).contains("left_out"), "\(reason)") }
        }
    }
}
