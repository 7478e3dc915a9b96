import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

/// Whoever decides a limit of which nobody will be told hears so before, with the reason and what to do.
@Suite("Limits that nobody will be told of", .serialized)
struct HiddenLimitTests {
    private static func limit(_ id: String, _ sensors: [String]) -> String {
        TrialVillage.limit(id, sensors, "budget: {amount: 20 m3, per: day}")
            .replacing("resource: garden", with: "resource: water\n    floor: tank")
    }

    private static func houses(_ numbers: ClosedRange<Int>) -> [String] { numbers.map(TrialVillage.house) }

    /// What the one who adopts a decision reads before, and what the answer of the adoption says.
    private func said(_ parts: String, number: Int = 1, in village: TrialVillage) throws -> (
        before: [String], after: [String]
    ) {
        let folder = try TemporaryFolder("hidden")
        let file = folder.file("\(number).md")
        let text = village.text(number, parts)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let desk = LimitDesk(site: village.site)
        let explained = try desk.explain(file: file).lines.filter { $0.contains("told") }
        let signed = try SigningDesk(site: village.site).preview(file: file, person: "rosa").lines
            .filter { $0.contains("told") }.map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        let before = try desk.preview(file: file).lines.filter { $0.contains("told") }
            .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        #expect(explained == before && signed == before)
        let reply = village.office.perform(
            .adopt(fileName: "\(number).md", bytes: Data(text.utf8), signatures: []), by: Actor(account: "test"),
            now: village.time(0, 1))
        #expect(reply.isDone, "\(reply.lines)")
        return (before, reply.lines.filter { $0.contains("told") })
    }

    @Test("In a village with few homes a limit on all of them says so before it is decided; one on the main is told")
    func fewHomes() throws {
        let village = try TrialVillage(homes: 8)
        let (before, after) = try said(
            "limits:\n" + TrialVillage.level() + Self.limit("every", Self.houses(1...8))
                + Self.limit("main", ["well/water"]), in: village)
        #expect(
            before == [
                "“1/every” looks at all 8 homes that are measured here, fewer than 15: nobody is told what comes of it, since whoever knows the own use could work out what others use. Each home hears at most of its own meter. Put a meter on the main that feeds them, declare it as the community's (visibility: community), and let the limit look at that. The assembly may also decide that groups of 8 are enough (smallest_group: 8)."
            ])
        #expect(after == before)
    }

    @Test("Before a box has run it says so by what its file declares")
    func beforeTheFirstStart() throws {
        let village = try TrialVillage(homes: 8)
        let folder = try TemporaryFolder("new")
        let known = village.site.configuration
        try String(contentsOfFile: known.file, encoding: .utf8)
            .replacing(known.dataFolder, with: folder.file("data"))
            .write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        let site = try Site.load(configFile: folder.file("gateway.yaml"))
        let file = folder.file("1.md")
        try village.text(1, "limits:\n" + TrialVillage.level() + Self.limit("every", Self.houses(1...8))).write(
            toFile: file, atomically: true, encoding: .utf8)
        let lines = try LimitDesk(site: site).explain(file: file).lines
        #expect(
            lines.contains { $0.contains("looks at all 8 homes that are measured here, fewer than 15") }, "\(lines)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("data")))
    }

    @Test("One home, few homes, all but a few, and stages: each with its own reason, and whether stewards hear of it")
    func reasons() throws {
        let village = try TrialVillage(homes: 20)
        let people = TrialVillage.limit("enough", [TrialVillage.house(7)], "delivered: {amount: 1 m3}")
            .replacing("resource: garden", with: "resource: water").replacing("at_most", with: "at_least")
            .replacing("protects: resource", with: "protects: people")
        let meters = Self.houses(1...3).joined(separator: ", ")
        let stages = ["in_advance", "by_assembly"].map {
            "  - {id: \($0), title: {en: Dry}, resource: water, declared: \($0), levels: [{title: {en: save}, enter: {use: [\(meters)], more_than: 9 m3}, leave: by_assembly}]}\n"
        }.joined()
        let (before, after) = try said(
            "stages:\n\(stages)limits:\n" + TrialVillage.level() + Self.limit("every", Self.houses(1...20))
                + Self.limit("lonely", [TrialVillage.house(7)]) + Self.limit("most", Self.houses(1...19))
                + Self.limit("pair", Self.houses(6...7)) + people, in: village)
        #expect(
            before == [
                "“1/lonely” looks at one home: what comes of it is told to that home and to nobody else. If everybody is to know, let it look at a shared meter.",
                "“1/most” differs by fewer than 15 homes from what is told already, such as what all homes use or a limit of an earlier decision: nobody is told what comes of it, since the difference would tell of single homes. Let it look at the same homes, or leave out 15 and more.",
                "“1/pair” looks at 2 homes, fewer than 15: nobody is told what comes of it, since it would tell of single homes. Each home hears at most of its own meter. Let it look at a shared meter, or at 15 homes and more.",
                "“1/enough” looks at one home: what comes of it is told to that home and to nobody else. If everybody is to know, let it look at a shared meter. The stewards hear of it without the home's name, since it protects people.",
                "“1/in_advance” has rules that look at too few homes (3; 15 are needed, also of what differs from what is told already): it is told that a level counts, and not since when. Let the rules look at a shared meter.",
                "“1/by_assembly” has rules that look at too few homes (3; 15 are needed, also of what differs from what is told already): the box proposes no level to the assembly. Let the rules look at a shared meter.",
            ])
        #expect(after == before)
    }

    @Test("A decision is judged beside those that stay in force, and not beside those that it replaces")
    func beside() throws {
        let village = try TrialVillage(homes: 40)
        func half(_ id: String, _ last: Int) -> String {
            "limits:\n" + TrialVillage.level() + Self.limit(id, Self.houses(1...last))
        }
        #expect(try said(half("half", 20), in: village).before.isEmpty)
        let (before, after) = try said(half("nearly", 19), number: 2, in: village)
        #expect(
            before.count == 1 && before[0].hasPrefix("“2/nearly” differs by fewer than 15 homes") && after == before)
        #expect(try said("supersedes: [1, 2]\n" + half("nearly", 19), number: 3, in: village).before.isEmpty)
    }
}
