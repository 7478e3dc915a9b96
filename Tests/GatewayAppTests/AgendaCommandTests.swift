import Foundation
import TestSupport
import Testing

/// The agenda by the real program, with and without a running gateway.
@Suite("The agenda on the command line", .serialized, .timeLimit(.minutes(10)))
struct AgendaCommandTests {
    @Test("A proposal is tried and shown, posted through the running gateway, and what is marked too early is refused")
    func showPostRecord() throws {
        let gateway = try GatewayUnderTest(
            extra: "destinations: [{name: board, kind: files, audience: members, folder: NOWHERE}]")
        try gateway.change("NOWHERE", to: gateway.folder.file("board"))
        try FileManager.default.createDirectory(
            atPath: gateway.folder.file("proposals"), withIntermediateDirectories: true)
        try """
        ---
        number: 1
        community: test
        assembly: 2026-11-01
        decided: proposed
        in_force_from: 2026-11-02
        review_by: 2099-11-01
        limits:
          - id: plug
            title: {en: Power of the plug}
            bound: at_most
            protects: equipment
            resource: energy
            sensors: [plug/power]
            instant: {value: 100 W, deadband: 10 W}
            priority: today
            response: {en: Switch it off.}
        ---
        A bound.

        """.write(toFile: gateway.folder.file("proposals/0001-plug.md"), atomically: true, encoding: .utf8)
        try gateway.startListening()
        let publisher = TestPublisher(gateway.broker)
        try publisher.publish("{\"power\": 120}", to: "zigbee2mqtt/plug")
        #expect(try waitUntil(20) { try gateway.values() == ["120"] })

        #expect(try gateway.command(["agenda"]).contains("Proposed decision 1"))
        #expect(try gateway.command(["agenda", "show", "--format", "odt"]).contains("<office:document"))
        #expect(try gateway.command(["agenda", "show", "--format", "ics"]).contains("BEGIN:VEVENT"))
        #expect(try gateway.command(["check"]).contains("All files are good"))

        let said = try gateway.command(["agenda", "post", "--for", "Ona"])
        #expect(said.contains("is posted"))
        let papers = try FileManager.default.contentsOfDirectory(atPath: gateway.folder.file("papers"))
        let paper = try #require(papers.first { $0.hasSuffix(".md") })
        let attributes = try FileManager.default.attributesOfItem(atPath: gateway.folder.file("papers/" + paper))
        #expect(attributes[.posixPermissions] as? Int == 0o664)
        // The assembly is still to come, and nothing is marked.
        let refused = try gateway.command(["agenda", "record", gateway.folder.file("papers/" + paper)], expecting: 1)
        #expect(refused.contains("still to come") && refused.contains("nothing is marked"))
        #expect(try gateway.command(["log", "show"]).contains("agenda.posted"))
        #expect(try gateway.command(["log", "verify"]).isEmpty == false)
        #expect(
            waitUntil(20) {
                let board = gateway.folder.file("board")
                let notices = (try? FileManager.default.contentsOfDirectory(atPath: board)) ?? []
                return notices.contains { name in
                    (try? String(contentsOfFile: board + "/" + name, encoding: .utf8))?
                        .contains("Proposed decision 1") == true
                }
            })
        gateway.stop()
        // Without a running gateway the command takes the data folder itself.
        #expect(try gateway.command(["agenda", "post", "--without-trial"]).contains("is posted"))
        // Nothing was measured last month, so that there is no report to close; this month is not over.
        #expect(!said.contains("is closed"))
        let page = try gateway.command(["report", "--month", "2026-10", "--closed"], expecting: 1)
        #expect(page.contains("commons report close --month 2026-10"))
        for asked in [["--closed", "--format", "csv"], ["--number", "1"]] {
            let refused = try gateway.command(["report", "--month", "2026-10"] + asked, expecting: 2)
            #expect(refused.contains(asked.count == 3 ? "kept as the page" : "--number needs --closed"), "\(refused)")
        }
    }

    @Test("A folder that cannot be written is named with what to do")
    func unwritable() throws {
        let gateway = try GatewayUnderTest()
        _ = try gateway.command(["agenda", "post"])
        try FileManager.default.removeItem(atPath: gateway.folder.file("papers"))
        try "a file".write(toFile: gateway.folder.file("papers"), atomically: true, encoding: .utf8)
        #expect(try gateway.command(["agenda", "post"], expecting: 1).contains("papers_folder"))
    }
}
