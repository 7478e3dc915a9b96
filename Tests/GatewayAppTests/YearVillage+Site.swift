import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

extension YearVillage {
    /// Which destination fails: each in turn for a day from Tuesday noon on, every fourth week; of the telephones' server
    /// every second time only the answers are lost.
    func failing(at time: Instant) -> (name: String, trouble: YearServers.Trouble)? {
        let date = site.zone.date(at: time.advanced(bySeconds: 12 * 3600))
        guard date.weekday == 3 else { return nil }
        let week = date.daysSinceEpoch / 7
        return switch week % 4 {
        case 0: ("phones", (week / 4) % 2 == 0 ? .refuses : .breaksOff)
        case 2: ("mail", .refuses)
        default: nil
        }
    }

    func breakAndMendDestinations() throws {
        let failing = failing(at: now)
        for name in ["phones", "mail"] { try servers.set(name, failing?.name == name ? failing?.trouble : nil) }
    }

    static func site(in folder: TemporaryFolder, _ servers: YearServers, stewards: [String]) throws -> Site {
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
          budget: {now_per_week: 2, today_per_day: 1}
        sign_of_life: {at: "14:00", to: [phones, mail]}
        destinations:
        \(stewards.map { files($0.lowercased(), folder) }.joined())\
          - {name: phones, kind: ntfy, audience: stewards, url: "http://127.0.0.1:\(servers.phones.port)/ntfy", topic: stewards, token_env: TOKEN}
          - {name: mail, kind: smtp, audience: stewards, host: 127.0.0.1, port: \(servers.mail.port), security: plain, from: box@example.org, to: [stewards@example.org]}
          - {name: yard, kind: siren, audience: stewards, topic: sirens/yard, sounds_for: 1 s}
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

    static func example(_ name: String) throws -> String {
        let path = GatewayUnderTest.root + "/config/resolutions/\(name).md"
        // The same decisions, a year earlier.
        return try String(contentsOfFile: path, encoding: .utf8).replacing("2026-", with: "2025-")
            .replacing("2027-", with: "2026-")
            // The year begins after all of them had met.
            .replacing("assembly: 2025-07-05", with: "assembly: 2025-06-28")
    }

    static let mandates = decision(
        4, "2025-06-29", "Rosa, Jordi and Amina are stewards for a year.", extra: "sirens: [yard]\n")

    static func decision(_ number: Int, _ assembly: String, _ text: String, extra: String = "") -> String {
        """
        ---
        number: \(number)
        community: vall-clara
        assembly: \(assembly)
        decided: by consent
        in_force_from: \(assembly)
        review_by: 2027-06-06
        \(extra)limits: []
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
