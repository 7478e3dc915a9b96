import DeviceProfiles
import Foundation
import GatewayModel
import Testing

@Suite("Mistakes in a profile", .timeLimit(.minutes(15)))
struct ProfileProblemTests {
    static func problems(_ text: String) -> [String] {
        ProfileCatalog.reading([("own.yaml", text)]).problems.map(\.description)
    }

    @Test(
        "Each names its file and line and what to write instead",
        arguments: [
            ("profile: x\ntopic: [a]", "own.yaml:2: unknown key 'topic'; did you mean 'topics'?"),
            (
                "profile: x\nfields:\n  - {path: a, quantity: energy, unit: KwH}",
                "own.yaml:3: the unit 'KwH' is not known; did you mean 'kWh'?"
            ),
            (
                "profile: x\nfields:\n  - {path: a, unit: W}",
                "own.yaml:3: the rule says neither what is measured nor that it is ignored; add `quantity:`"
            ),
            (
                "profile: x\ntopics:\n  - \"a/{device\"",
                "own.yaml:3: 'a/{device' is not a topic; write named parts as {device} or {device...}, never two long ones"
            ),
            (
                "profile: x\nfields:\n  - {path: a, quantity: energy, range: [5, 1]}",
                "own.yaml:3: 'fields[0].range' must be two numbers, the lower one first; write [0, 100]"
            ),
            (
                "profile: x\nfields:\n  - {path: a, quantity: energy, kind: registre}",
                "own.yaml:3: 'fields[0].kind' must be one of gauge, register, delta, state, not 'registre'; did you mean 'register'?"
            ),
            (
                "profile: x\nrepeat_window: 3",
                "own.yaml:2: 'repeat_window' must be a duration such as `30 s`, `10 min`, `6 h` or `2 d`, not '3'"
            ),
            (
                "profile: x\nfields_from: [nmaes]",
                "own.yaml:1: fields_from names the profile 'nmaes', which does not exist"
            ),
        ])
    func mistakes(text: String, wanted: String) {
        #expect(Self.problems(text) == [wanted])
    }

    @Test("A profile without a name, and text that is no YAML, are told with a line")
    func brokenFiles() {
        for text in ["topics: [a]", "profile: [", "\t- x", "profile: x\nprofile: y"] {
            let found = Self.problems(text)
            #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("own.yaml:") }, "\(text): \(found)")
        }
    }

    @Test("Two profiles of one name are one mistake, and the first one holds")
    func sameName() {
        let text = "profile: x\ntopics: [\"{device}/{field}\"]\nfields: [{path: t, quantity: temperature, unit: Cel}]"
        let (catalog, problems) = ProfileCatalog.reading([("a.yaml", text), ("b.yaml", text)])
        #expect(catalog.profiles.count == 1)
        #expect(
            problems.map(\.description) == [
                "b.yaml:1: the profile 'x' stands in a.yaml too; give one of them another name"
            ])
    }

    @Test("A broken profile leaves the others as they are")
    func brokenNeighbour() throws {
        let (catalog, problems) = ProfileCatalog.reading(try Fixture.shippedTexts() + [("zz.yaml", "profile: [")])
        #expect(catalog.profiles.map(\.name) == Fixture.shipped.catalog.profiles.map(\.name))
        #expect(problems.count == 1)
    }

    @Test("The schema for editors knows the same keys as the reader")
    func schema() throws {
        struct Schema: Decodable {
            struct Part: Decodable {
                var properties: [String: Anything]?
                var oneOf: [Part]?
                var keys: Set<String> {
                    (oneOf ?? []).reduce(into: Set(properties?.keys.map { $0 } ?? [])) { $0.formUnion($1.keys) }
                }
            }
            struct Anything: Decodable {}
            enum CodingKeys: String, CodingKey {
                case properties
                case parts = "$defs"
            }
            var properties: [String: Anything]
            var parts: [String: Part]
        }
        let file = Fixture.root.appending(path: "Devices/profile.schema.json")
        let schema = try JSONDecoder().decode(Schema.self, from: Data(contentsOf: file))
        func known(_ text: String) -> Set<String> {
            let line = Self.problems(text).first { $0.contains("unknown key 'qqqqqqqqqqqq'") } ?? ""
            return Set(line.split(separator: "known keys are ").last?.split(separator: ", ").map(String.init) ?? [])
        }
        #expect(known("profile: x\nqqqqqqqqqqqq: 1") == Set(schema.properties.keys))
        for (part, list) in [
            ("topic", "topics"), ("time", "time"), ("status", "status"), ("field", "fields"), ("sample", "samples"),
        ] {
            let keys = try #require(schema.parts[part]).keys
            #expect(known("profile: x\n\(list):\n  - {qqqqqqqqqqqq: 1}") == keys, "\(part)")
        }
    }

    @Test("A folder that is not there is one problem with its remedy")
    func noFolder() {
        let (catalog, problems) = ProfileCatalog.load(folder: "/nowhere/Devices")
        #expect(catalog.profiles.isEmpty)
        #expect(problems.map(\.file) == ["/nowhere/Devices"])
        #expect(problems.allSatisfy { !$0.remedy.isEmpty })
    }

    @Test("A sample that does not hold is told with its line and what came instead")
    func failingSample() throws {
        let catalog = try Fixture.catalog(
            """
            profile: x
            topics: ["x/{device}/{field}"]
            fields: [{path: t, quantity: temperature, unit: Cel}]
            samples:
              - {topic: x/a/t, payload: "7", readings: ["t = 8 Cel"]}
            """)
        let failures = catalog.runSamples()
        #expect(failures.map(\.sample.line) == [5])
        #expect(failures.map(\.actual) == [["t = 7 Cel"]])
    }
}
