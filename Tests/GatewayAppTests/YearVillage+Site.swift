import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

extension YearVillage {
    /// Which destination fails: each in turn for a day from Wednesday noon on, every fourth week.
    func failing(at time: Instant) -> String? {
        let local = time.advanced(bySeconds: 12 * 3600)
        let date = site.zone.date(at: local)
        guard date.weekday == 4 else { return nil }
        return switch (date.daysSinceEpoch / 7) % 4 {
        case 0: "phones"
        case 2: "mail"
        default: nil
        }
    }

    /// The destinations fail and work again by a file that their programs look for.
    func breakAndMendDestinations() throws {
        for name in ["phones", "mail"] {
            let file = folder.file(name + ".fails")
            if failing(at: now) == name {
                _ = FileManager.default.createFile(atPath: file, contents: nil)
            } else if FileManager.default.fileExists(atPath: file) {
                try FileManager.default.removeItem(atPath: file)
            }
        }
    }

    static func site(in folder: TemporaryFolder, stewards: [String]) throws -> Site {
        let root = GatewayUnderTest.root
        let example = try String(contentsOfFile: root + "/config/gateway.yaml", encoding: .utf8)
        let entries = (example.components(separatedBy: "\nsensors:\n").last ?? "").components(separatedBy: "  - id: ")
        let chosen = entries.filter { entry in sensors.contains { entry.hasPrefix($0 + "\n") } }
        let people = stewards.map {
            "  - {name: \($0), reach: [\($0.lowercased())], "
                + "mandate: {decision: 4, from: 2025-07-01, until: 2026-07-05}}\n"
        }
        let file = folder.file("gateway.yaml")
        try """
        community: {id: vall-clara, name: Vall Clara, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(root)/Devices
        papers_folder: \(folder.path)/papers
        proposals_folder: \(folder.path)/proposals
        neighbours_folder: \(folder.path)/neighbours
        resolutions_folder: \(folder.path)/resolutions
        languages_folder: \(root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["x/#"]}
        assembly: {meets: first Sunday 18:00, agenda_closes_days_before: 5, draft_days_before_closing: 3, secretary: mail}
        stewards:
        \(people.joined())duty:
          change: Monday 18:00
          turn: [\(stewards.joined(separator: ", "))]
          since: 2025-06-30
          waits: {second: 15 min, all: 15 min, again: 1 h}
          budget: {now_per_week: 3, today_per_day: 2}
        destinations:
        \(stewards.map { files($0.lowercased(), folder) }.joined())\(command("phones", folder))\(command("mail", folder))
        sensors:
        \(chosen.map { "  - id: " + $0 }.joined())
        """.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(
            atPath: folder.file("resolutions"), withIntermediateDirectories: true)
        return try Site.load(configFile: file)
    }

    private static func files(_ name: String, _ folder: TemporaryFolder) -> String {
        "  - {name: \(name), kind: files, audience: stewards, folder: \(folder.path)/\(name)}\n"
    }

    /// A destination that takes a message where it may, and asks for another attempt where a file says so.
    private static func command(_ name: String, _ folder: TemporaryFolder) -> String {
        let script = folder.file(name + ".sh")
        let text = """
            #!/bin/sh
            test -e \(folder.path)/\(name).fails && { echo "no answer"; exit 75; }
            cat >> \(folder.path)/\(name).log && echo >> \(folder.path)/\(name).log
            """
        _ = FileManager.default.createFile(
            atPath: script, contents: Data(text.utf8), attributes: [.posixPermissions: 0o755])
        return "  - {name: \(name), kind: command, audience: stewards, program: \(script)}\n"
    }

    static func example(_ name: String) throws -> String {
        let path = GatewayUnderTest.root + "/config/resolutions/\(name).md"
        // The same decisions, a year earlier.
        return try String(contentsOfFile: path, encoding: .utf8).replacing("2026-", with: "2025-")
            .replacing("2027-", with: "2026-")
    }

    static let mandates = decision(4, "2025-06-29", "Rosa, Jordi and Amina are stewards for a year.")

    static func decision(_ number: Int, _ assembly: String, _ text: String) -> String {
        """
        ---
        number: \(number)
        community: vall-clara
        assembly: \(assembly)
        decided: by consent
        in_force_from: \(assembly)
        review_by: 2027-06-06
        limits: []
        ---
        \(text)

        """
    }

    func adopt(_ text: String, _ name: String) throws {
        let command = Command.adopt(fileName: name + ".md", bytes: Data(text.utf8))
        let reply = office.perform(command, by: Actor(account: "assembly"), now: now)
        try #require(reply.isDone, "\(reply.lines)")
        try office.pipeline.commit(packets: [], session: 1, now: now)
        office.housekeepIfDue(now: now)
    }
}
