import Foundation
import GatewayApp
import GatewayModel
import Testing

@testable import Limits

/// The examples that a community can copy: each is read without a problem and read back as sentences.
@Suite("Example resolutions")
struct ExampleResolutionTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let names = ["leaks", "wells", "gardens", "turns", "drought-ferris", "drought-verona"]

    static func example(_ name: String) throws -> Resolution {
        let path = folder + "/config/resolutions/examples/\(name).md"
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: "\(name).md")
        #expect(problems.isEmpty, "\(problems)")
        return try #require(resolution)
    }

    static func book(_ language: String) throws -> Phrasebook {
        let (languages, problems) = Languages.load(folder: folder + "/config/languages")
        #expect(problems.isEmpty)
        return languages.book(language)
    }

    @Test("Every example is read, and every sentence is whole in each language", arguments: names)
    func sentences(name: String) throws {
        let resolution = try Self.example(name)
        for language in ["en", "es"] {
            let sentences = PlainSentence.all(of: resolution, try Self.book(language))
            #expect(sentences.count >= max(1, resolution.limits.count))
            for sentence in sentences {
                #expect(!sentence.contains("{") && !sentence.contains("limits."), "\(language): \(sentence)")
            }
        }
    }

    @Test(
        "A mistake in a flow above the usual is named with what to do",
        arguments: [
            ("above_usual: 20 L/h", "above_usual: 20 L/h, flow: 30 L/h", "leave one of flow: and above_usual: out"),
            ("above_usual: 20 L/h", "flow: 20 L/h", "write above_usual: instead of flow:"),
            ("above_usual: 20 L/h, ", "", "flow"),
            ("usual_nights: 28", "usual_nights: 5", "7"),
            (
                "bound: at_most\n    protects: equipment\n    resource: water\n    sensors: [school/water]\n    night",
                "bound: at_least\n    protects: equipment\n    resource: water\n    sensors: [school/water]\n    night",
                "write bound: at_most, or flow: for a minimum"
            ),
        ])
    func nightFlowMistakes(old: String, new: String, expected: String) throws {
        let path = Self.folder + "/config/resolutions/examples/leaks.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        let bytes = [UInt8](text.replacingOccurrences(of: old, with: new).utf8)
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: "leaks.md")
        #expect(resolution == nil)
        #expect(problems.contains { $0.description.contains(expected) && $0.line > 0 }, "\(problems)")
    }

    @Test("What the assembly hears before it adopts the wells and the drought")
    func heard() throws {
        let wells = PlainSentence.all(of: try Self.example("wells"), try Self.book("en"))
        #expect(
            wells == [
                "Level of the three wells: never less than 3.2 m at 2 or more of 3 places at once, for longer than 6 h. It is kept again once it is better by 0.1 m. Protects the resource. Counted by: upper-well/level, lower-well/level, old-well/level. Waits for daylight.",
                "A third of the wells: never less than 2.5 m at a third of the places at once, 1 or more of 3, for longer than 6 h. It is kept again once it is better by 0.1 m. Protects people. Counted by: upper-well/level, lower-well/level, old-well/level. Wakes people.",
                "Water for everyone: never less than 50 L per person and day for 40 people, and a flow that reaches 10 L/min. Protects people. Counted by: village/taps. Wakes people.",
                "Water: not more than 90 L per person and day for 40 people, counted over the month. Protects the resource. Counted by: upper-well/pumped, lower-well/pumped. It leaves people their minimum “water-for-everyone”. Waits for daylight.",
                "Our share of the aquifer: not more than 40 of 230 parts of the shared 12000 m³ per season, from 1 May to 30 September. Warned of at 70 %, 90 %. Shared by persons among communities; what all use is added up by the council of the aquifer. It rests on decision 12 of the assembly of the four villages of 8 March 2026. Protects the resource. Counted by: upper-well/pumped, lower-well/pumped. It leaves people their minimum “water-for-everyone”. For the next meeting.",
                "Water of any thirty days: not more than 150 m³ in any 30 days. Protects the resource. Counted by: upper-well/pumped, lower-well/pumped. It leaves people their minimum “water-for-everyone”. For the next meeting.",
                "Water against last year: a day not more than 120 % of one in the same month last year. Protects the resource. Counted by: upper-well/pumped, lower-well/pumped. It leaves people their minimum “water-for-everyone”. For the next meeting.",
                "Use that creeps upward: what is used beyond 4.5 m³ a day does not add up to more than 20 m³ within 60 days. Protects the resource. Counted by: upper-well/pumped, lower-well/pumped. It leaves people their minimum “water-for-everyone”. For the next meeting.",
                "No stage and no emergency reduces: clinic/water.",
                "Water: in an emergency it may be tightened, to 60 L at the tightest, until the next assembly and for 35 days at most.",
            ])
        let verona = PlainSentence.all(of: try Self.example("drought-verona"), try Self.book("en"))
        #expect(
            verona.first
                == "Drought, level 1 (be careful): only the assembly declares it; it is proposed when the use of main/water is more than 80 % of 500 m³ on 3 days in a row or the use of main/supply is less than 120 % of a mean day of main/water in the month before or (the use of roof/rain is less than 20 mm (over 56 days) and the use of main/water is more than 120 % of main/water on the same day last year), and its end when the assembly says so, after one day at the earliest."
        )
    }

    @Test(
        "What a rule in plain words does not say it is not taken for",
        arguments: [
            ("not more than 90 L per person per day", nil),
            ("never less than 40 % for 30 min", nil),
            ("not more than 20 kW from May to September between 10:00 and 16:00", nil),
            ("not more than 20 L per day between 10:00 and 16:00", "cannot have hours"),
            ("90 L per day", "begins with"), ("not more than 90", "no amount"), ("not more than ninety L", "no amount"),
            ("not more than 90 bananas per day", "unit 'bananas'"), ("not more than 90 L per person", "per what time"),
            ("not more than 90 L per person per month", "per person and day"),
            ("not more than 90 L per day for 30 min", "cannot be"),
            ("not more than 90 L per day roughly", "not understood"),
            ("not more than 90 L per day on Monday, Wednesday and Friday", nil),
            ("not more than 20 kW on weekdays between 10:00 and 16:00", nil),
            ("not more than 90 L per day on Mondy", "'Mondy' is no day of the week"),
            ("not more than 90 L per day on Monday and", "'and' is not understood"),
            ("not more than 90 L per day on", "is no day of the week"),
            ("not more than 90 L per week on weekends", "cannot have days of its own"),
            ("not more than 90 L per day per day", "not understood"),
        ] as [(String, String?)])
    func plainWords(rule: String, problem: String?) throws {
        let text = """
            ---
            number: 1
            community: vall-clara
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2027-05-02
            persons_served: {all: 40}
            limits:
              - id: a
                title: A
                protects: people
                resource: energy
                sensors: [a/b]
                priority: today
                rule: \(rule)
            ---
            x

            """
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "x.md")
        if let problem {
            #expect(problems.contains { $0.message.contains(problem) && $0.line > 0 }, "\(problems)")
        } else {
            #expect(problems.isEmpty && resolution?.limits.count == 1, "\(problems)")
        }
    }

    @Test(
        "Ceilings below the minimum for people, reduced protected supply, floors that end with a stage: refused by name"
    )
    func peopleFirst() throws {
        let path = Self.folder + "/config/resolutions/examples/"
        func problems(_ name: String, _ old: String, _ new: String) throws -> [String] {
            let text = try String(contentsOfFile: path + name + ".md", encoding: .utf8)
            #expect(text.contains(old))
            return ResolutionFile.parse(Array(text.replacing(old, with: new).utf8), fileName: name).problems
                .map(\.message)
        }
        #expect(
            try problems("wells", "not more than 90 L per person", "not more than 40 L per person")
                == [
                    "'monthly-water' allows less than 'water-for-everyone' guarantees",
                    "'monthly-water' could be tightened to no less than it is",
                ])
        #expect(
            try problems("drought-ferris", "protected_supply: [clinic/water]", "protected_supply: [main/water]")
                .allSatisfy { $0.contains("protected supply") })
        #expect(
            try problems(
                "drought-ferris", "delivered: {amount: 50 L, per_person: true}",
                "delivered: {amount: 50 L, per_person: true}\n    at_stage: drought 0")
                == ["'water-for-everyone' protects people, and must not end with a stage"])
        #expect(
            try problems(
                "wells", "allows_emergency:\n  - {limit: monthly-water",
                "allows_emergency:\n  - {limit: water-for-everyone")
                == ["'water-for-everyone' protects people or is a minimum"])
    }
}
