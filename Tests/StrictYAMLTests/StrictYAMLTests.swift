import GatewayModel
import StrictYAML
import Testing

@Suite("Strict YAML")
struct StrictYAMLTests {
    enum Colour: String, CaseIterable { case red, green }

    @Test("Unknown keys, wrong forms and missing keys are all reported with line and remedy")
    func problems() throws {
        let reader = StrictYAML(file: "example.yaml", lineOffset: 1)
        let fields = try #require(
            reader.mapping(
                of: """
                    colour: rde
                    intervall: 5 min
                    count: many
                    wait: soon
                    """, keys: ["colour", "interval", "count", "wait", "name"]))
        #expect(fields["colour"]?.choice(Colour.self) == nil)
        #expect(fields["count"]?.integer() == nil)
        #expect(fields["wait"]?.seconds() == nil)
        #expect(fields.required("name", example: "Tank") == nil)
        #expect(
            reader.problems.map(\.description) == [
                "example.yaml:3: unknown key 'intervall'; did you mean 'interval'?",
                "example.yaml:2: 'colour' must be one of red, green, not 'rde'",
                "example.yaml:4: 'count' must be a whole number, not 'many'",
                "example.yaml:5: 'wait' must be a duration such as `30 s`, `10 min`, `6 h` or `2 d`, not 'soon'",
                "example.yaml:2: 'name' is missing; add `name: Tank`",
            ])
    }

    @Test("A tab is named as what it is")
    func tab() {
        let reader = StrictYAML(file: "example.yaml")
        #expect(reader.mapping(of: "mqtt:\n\tbroker: embedded\n", keys: ["mqtt"]) == nil)
        #expect(reader.problems.count == 1)
        #expect(
            reader.problems.allSatisfy { $0.description.contains("a tab") && $0.description.contains("blanks") },
            "\(reader.problems)")
    }

    @Test("Good values arrive exactly")
    func values() throws {
        let reader = StrictYAML(file: "example.yaml")
        let fields = try #require(
            reader.mapping(
                of: """
                    amount: 0.10
                    from: 2026-11-01
                    wait: 90 min
                    names: {en: Well, es: Pozo}
                    title: Tank
                    list: [a, b]
                    none: ~
                    """, keys: ["amount", "from", "wait", "names", "title", "list", "none"]))
        #expect(fields["amount"]?.decimal() == DecimalValue(mantissa: 1, scale: 1))
        #expect(fields["from"]?.date() == CalendarDate(year: 2026, month: 11, day: 1))
        #expect(fields["wait"]?.seconds() == 5400)
        #expect(fields["names"]?.texts() == ["en": "Well", "es": "Pozo"])
        #expect(fields["title"]?.texts() == ["": "Tank"])
        #expect(fields["list"]?.list().compactMap { $0.string() } == ["a", "b"])
        #expect(fields["none"] == nil)
        #expect(reader.problems.isEmpty)
    }

    @Test("Broken YAML and doubled keys name their line", arguments: [("a: [1", 1), ("a: 1\nb: 2\na: 3", 1)])
    func broken(text: String, count: Int) {
        let reader = StrictYAML(file: "broken.yaml")
        #expect(reader.mapping(of: text, keys: ["a", "b"]) == nil)
        #expect(reader.problems.count == count)
        #expect(reader.problems.allSatisfy { $0.line > 0 })
    }
}
