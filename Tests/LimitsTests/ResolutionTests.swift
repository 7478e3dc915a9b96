import Foundation
import GatewayApp
import GatewayModel
import Testing

@testable import Limits

@Suite("Resolutions")
struct ResolutionTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    func file(_ changes: [(String, String)] = []) throws -> [UInt8] {
        var text = try String(contentsOfFile: Self.root + "/config/resolutions/0001-water.md", encoding: .utf8)
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        return Array(text.utf8)
    }

    @Test(
        "The example decisions are read without a problem", arguments: ["0001-water", "0002-cold-store", "0003-energy"])
    func examples(name: String) throws {
        let path = Self.root + "/config/resolutions/\(name).md"
        let bytes = try [UInt8](#require(FileManager.default.contents(atPath: path)))
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: name)
        #expect(problems.isEmpty)
        #expect(resolution?.limits.isEmpty == false)
        #expect(resolution?.text.isEmpty == false)
    }

    @Test(
        "A mistake is named with its line and what to do",
        arguments: [
            ("review_by", "reviewby", "unknown key 'reviewby'; did you mean 'review_by'?"),
            ("    floor: tank-minimum\n", "", "names no floor"),
            ("floor: tank-minimum", "floor: tank-minimun", "did you mean 'tank-minimum'?"),
            ("amount: 120 L", "amount: 120", "is not an amount with its unit"),
            ("amount: 120 L", "amount: 120 Lx", "the unit 'Lx' is not known"),
            ("persons_served: {all: 40}\n", "", "does not say for how many"),
            (
                "bound: at_most\n    protects: resource", "bound: most\n    protects: resource",
                "must be one of at_most, at_least"
            ),
            ("id: tank-heard", "id: tank-minimum", "stands twice"),
        ])
    func mistakes(old: String, new: String, expected: String) throws {
        let (resolution, problems) = ResolutionFile.parse(try file([(old, new)]), fileName: "0001.md")
        #expect(resolution == nil)
        #expect(problems.contains { $0.description.contains(expected) && $0.line > 0 }, "\(problems)")
    }

    @Test("How urgent the box's alerts are and who hears them is the assembly's to say; switching them off is not")
    func boxAlerts() throws {
        func decision(_ rules: String) throws -> (resolution: Resolution?, problems: [Diagnostic]) {
            ResolutionFile.parse(try file([("limits:\n", "box_alerts:\n\(rules)limits:\n")]), fileName: "x")
        }
        let first = try #require(try decision("  sensor_silent: {priority: now, audience: members}\n").resolution)
        var second = try #require(
            try decision("  sensor_silent: {priority: today}\n  clock_wrong: {priority: assembly}\n").resolution)
        second.number = 2
        second.inForceFrom = try #require(CalendarDate(text: "2026-07-01"))
        let inForce = LimitsInForce(
            [first, second].map {
                AdoptedResolution(
                    resolution: $0, sha256: "", adoptedAt: Instant(milliseconds: 0), adoptedBy: "Rosa")
            })
        #expect(
            inForce.boxAlerts(on: try #require(CalendarDate(text: "2026-06-30")))
                == [.sensorSilent: BoxAlertRule(priority: .now, audience: .members)])
        #expect(
            inForce.boxAlerts(on: try #require(CalendarDate(text: "2026-07-01"))) == [
                .sensorSilent: BoxAlertRule(priority: .today, audience: .stewards),
                .clockWrong: BoxAlertRule(priority: .assembly, audience: .stewards),
            ])
        for wrong in ["sensor_silent: {priority: never}", "sensor_silent: off", "sensor_quiet: {priority: now}"] {
            #expect(try decision("  \(wrong)\n").resolution == nil, "\(wrong)")
        }
    }

    @Test("Only one form of bytes is taken: UTF-8, LF, no byte order mark, a newline at the end")
    func bytes() throws {
        let good = try file()
        let windows = Array(String(decoding: good, as: UTF8.self).replacingOccurrences(of: "\n", with: "\r\n").utf8)
        for bad in [windows, [0xEF, 0xBB, 0xBF] + good, Array(good.dropLast()), good + [0xFF, 0x0A], []] {
            let (resolution, problems) = ResolutionFile.parse(bad, fileName: "x.md")
            #expect(resolution == nil)
            #expect(problems.count == 1)
        }
    }

    @Test(
        "Letters with their accents as separate signs are named by line, and what was adopted with them stays in force")
    func composed() throws {
        let good = try file()
        let pieces = String(decoding: good, as: UTF8.self) + "Caf\u{0065}\u{0301}, adopted.\n"
        let (resolution, problems) = ResolutionFile.parse(Array(pieces.utf8), fileName: "x.md")
        #expect(resolution != nil)
        let line = pieces.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        #expect(
            problems.map(\.description) == [
                "x.md:\(line): has letters and their accents as separate signs; type the line's accented letters again, or convert the file: uconv -x nfc"
            ])
        let whole = String(decoding: good, as: UTF8.self) + "Caf\u{E9}, adopted.\n"
        #expect(ResolutionFile.parse(Array(whole.utf8), fileName: "x.md").problems.isEmpty)
    }

    @Test("What is in force on a day follows from the decisions: from their day, until replaced, lapsing at review")
    func inForce() throws {
        func adopted(_ number: Int, from: String, review: String, supersedes: [Int] = []) throws -> AdoptedResolution {
            var resolution = try #require(ResolutionFile.parse(try file(), fileName: "x").resolution)
            resolution.number = number
            resolution.inForceFrom = try #require(CalendarDate(text: from))
            resolution.reviewBy = try #require(CalendarDate(text: review))
            resolution.supersedes = supersedes
            return AdoptedResolution(
                resolution: resolution, sha256: "", adoptedAt: Instant(milliseconds: 0), adoptedBy: "Rosa")
        }
        let decisions = LimitsInForce([
            try adopted(2, from: "2026-09-01", review: "2026-12-01", supersedes: [1]),
            try adopted(1, from: "2026-05-04", review: "2027-05-02"),
        ])
        func standing(_ day: String) throws -> [String] {
            decisions.inForce(on: try #require(CalendarDate(text: day))).map {
                "\($0.reference) \($0.standing.rawValue)"
            }
        }
        #expect(try standing("2026-05-03").isEmpty)
        #expect(
            try standing("2026-05-04") == [
                "1/tank-heard in_force", "1/tank-minimum in_force", "1/water-per-person in_force",
            ])
        #expect(
            try standing("2026-09-01") == [
                "2/tank-heard in_force", "2/tank-minimum in_force", "2/water-per-person in_force",
            ])
        #expect(
            try standing("2026-12-01") == [
                "2/tank-heard review_overdue", "2/tank-minimum review_overdue", "2/water-per-person lapsed",
            ])
    }

    @Test("Each limit is read back as one plain sentence in both languages")
    func sentences() throws {
        let resolution = try #require(ResolutionFile.parse(try file(), fileName: "x").resolution)
        let english = Languages.load(folder: Self.root + "/config/languages").languages.book("en")
        let spanish = Languages.load(folder: Self.root + "/config/languages").languages.book("es")
        #expect(
            resolution.limits.map { PlainSentence.of($0, english, Scale(persons: 40)) } == [
                "Water from the wells: not more than 120 L per person and day for 40 people, counted over the month. Warned of at 70 %, 90 %. Protects the resource.",
                "Water in the tank: never less than 100 cm for longer than 10 min. It is kept again once it is better by 5 cm for 10 min. Protects people.",
                "The tank's sensor: not silent for longer than 6 h. Protects people.",
            ])
        #expect(
            PlainSentence.of(resolution.limits[1], spanish, Scale(persons: 40))
                == "Agua en el depósito: nunca menos de 100 cm durante más de 10 min. Se vuelve a cumplir cuando mejora en 5 cm durante 10 min. Protege a las personas."
        )
    }
}
