import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A village whose neighbours and people propose things to the assembly; time is a parameter.
struct AgendaVillage {
    let village: AlertVillage
    static let neighbour = """
        {"from": "Vall Fosca", "title": "Share the aquifer by persons", "ask": "decide", "minutes": 15,
         "summary": "The three valleys draw from one aquifer."}
        """
    /// Days from the begin to Monday, 7 December, the day after the assembly.
    static let afterwards: Int64 = 27 * 86_400

    init() throws {
        village = try AlertVillage(assembly: "{meets: first Sunday 18:00, quorum: 12}")
        try lay("neighbours/a.json", Self.neighbour)
        try lay(
            "neighbours/b.md",
            "---\nfrom: Vall Clara\ntitle: A common purchase of pumps\nask: discuss\n---\nWe would buy together.\n")
        try lay(
            "proposals/0002-plug.md",
            """
            ---
            number: 2
            community: test
            assembly: 2026-12-06
            decided: proposed
            in_force_from: 2026-12-07
            review_by: 2027-12-06
            limits:
              - id: plug
                title: {en: Power of the plug}
                bound: at_most
                protects: equipment
                resource: energy
                sensors: [plug/power]
                instant: {value: 80 W, deadband: 10 W}
                priority: now
                response: {en: Switch it off.}
            ---
            A lower bound.

            """)
    }

    func lay(_ name: String, _ text: String) throws {
        let path = village.folder.file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    func paper(_ ending: String) throws -> String {
        try String(contentsOfFile: village.folder.file("papers/agenda-2026-12-06.\(ending)"), encoding: .utf8)
    }

    func post() throws -> [String] { try village.say("keeper", .postAgenda(trials: [:])) }

    func record(_ text: String) throws -> [String] {
        let reply = village.office.perform(
            .recordAgenda(fileName: "a.md", bytes: Data(text.utf8)), by: Actor(account: "keeper", enteredFor: "Ona"),
            now: AlertVillage.begin.advanced(bySeconds: Self.afterwards))
        return [reply.isDone ? "done" : "refused"] + reply.lines
    }

    /// The items that were posted, by their titles.
    func standing() throws -> [String: AgendaStatus] {
        let past = try village.office.store.agendaPast().values.joined()
        return Dictionary(past.map { ($0.items["en"]?.title ?? "", $0.status) }, uniquingKeysWith: { $1 })
    }

    static let titles = [
        "Vall Fosca proposes: Share the aquifer by persons", "Vall Clara proposes: A common purchase of pumps",
        "Proposed decision 2: Power of the plug",
    ]

    /// Fills in what came of an item, by its title.
    func mark(_ text: inout String, _ title: String, _ result: String) throws {
        let items = try village.office.store.agendaPast().values.joined().compactMap { $0.items["en"] }
        let item = try #require(items.first { $0.title == title })
        let line = "Reference: \(item.id.prefix(8))\n\nResult:"
        try #require(text.contains(line))
        text = text.replacing(line, with: line + " " + result)
    }

    /// True where the paper names the item on the page for information.
    static func isForInformation(_ title: String, _ page: String) -> Bool {
        guard let information = page.range(of: "## For information") else { return false }
        return page[information.upperBound...].contains(title.replacing("-", with: "\\-"))
    }
}
