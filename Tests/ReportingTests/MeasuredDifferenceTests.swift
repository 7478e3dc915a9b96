import Foundation
import GatewayModel
import Testing

@testable import Reporting

/// What people read where something changes that a limit measures.
@Suite("Differences in what a limit measures")
struct MeasuredDifferenceTests {
    private static let languages =
        (try? FileManager.default.contentsOfDirectory(atPath: Phrases.root + "/config/languages")
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()) ?? []

    /// A sheet that says all that a sheet can say.
    private static let full = Sensor(
        id: SensorID(rawValue: "tank"), names: ["en": "Tank", "es": "Depósito"], place: "upper well", resource: "water",
        quantity: "volume_flow", role: .storage, visibility: .community, unit: Unit("L"),
        rhythm: Rhythm(
            interval: 90, silentAfter: 120, pauses: [Season(text: "11-01..03-15")].compactMap { $0 },
            hours: OfficeHours(text: "mon-wed 08:00-17:00")),
        meter: MeterSheet(
            multiplier: DecimalValue(10), digits: 6, bits: 32, maximumPerHour: DecimalValue(30),
            jitter: DecimalValue(mantissa: 1, scale: 1), resets: .anyTime),
        plausible: PlausibleLevel(
            from: DecimalValue(0), to: DecimalValue(12_000), perHour: DecimalValue(mantissa: 25, scale: 1)),
        computed: Computation(kind: .sum, parts: ids("roof", "shop")), visitedBy: "Rosa")

    private static let bare = Sensor(
        id: SensorID(rawValue: "tank"), resource: "garden", quantity: "sap_flow", role: .input, visibility: .community,
        unit: Unit("m3"))

    private static func ids(_ names: String...) -> [SensorID] { names.map(SensorID.init(rawValue:)) }

    private func find(_ id: SensorID) -> Sensor? {
        var sensor = Self.bare
        (sensor.id, sensor.names) = (id, ["": "The \(id)"])
        if id.rawValue == "home" { sensor.visibility = .household }
        return id.rawValue == "unknown" || Int(id.rawValue) != nil ? nil : sensor
    }

    private func texts(_ old: Sensor?, _ new: Sensor?, _ language: String = "en") throws -> [String] {
        let book = try Phrases.book(language)
        return MeasuredDifference.between(old, new, find: find).map { $0.text(book) }
    }

    @Test("every key, and every word that a sheet can have, has its phrase in every language", arguments: languages)
    func phrases(language: String) throws {
        let phrases = try Phrases.book(language).phrases
        #expect(Self.languages.count >= 2)
        for key in MeasuredDifference.Key.allCases {
            #expect(phrases["told.key.\(key.rawValue)"]?.isEmpty == false, "\(key.rawValue)")
        }
        let words =
            SensorRole.allCases.map { "role.\($0.rawValue)" } + Visibility.allCases.map { "visibility.\($0.rawValue)" }
            + MeterSheet.Resets.allCases.map { "meter.resets.\($0.rawValue)" }
            + Computation.Kind.allCases.map { "computed.kind.\($0.rawValue)" }
        for word in words { #expect(phrases["told.word.\(word)"]?.isEmpty == false, "\(word)") }
    }

    @Test("nothing can stand on a sheet that is not told when it differs")
    func complete() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let bytes = try encoder.encode(Self.full)
        let sheet = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        func leaves(_ object: [String: Any], _ prefix: String) -> [String] {
            object.flatMap { name, value in
                (value as? [String: Any]).map { leaves($0, prefix + name + ".") } ?? [prefix + name]
            }
        }
        var home = Self.bare
        home.visibility = .household
        let told = MeasuredDifference.between(Self.full, home, find: find).map(\.key.rawValue)
        // The name that stays, the names that people see, and who visits it.
        let untold = leaves(sheet, "").filter { leaf in !told.contains { leaf == $0 || leaf.hasPrefix($0 + ".") } }
        #expect(untold.sorted() == ["id", "names.en", "names.es", "visited_by"])
        #expect(try texts(Self.full, Self.full).isEmpty)
    }

    @Test("values are words and units that people read", arguments: ["en", "es"])
    func words(language: String) throws {
        let lines = try texts(Self.full, Self.bare, language).joined(separator: "\n") + "\n"
        try Fixture.expect(lines, named: "measured-difference.\(language).txt")
    }

    @Test("of what is, or was, a home's nothing is said that names it; a point that is gone is told in one line")
    func homes() throws {
        var home = Self.full
        home.visibility = .household
        home.place = "house 9"
        home.computed?.parts = Self.ids("home", "shop")
        let told = try texts(Self.full, home)
        #expect(
            told == [
                "the place: changed", "whose figures they are: before the community's, now one household's",
                "what it is computed from: changed",
            ])
        #expect(try texts(home, Self.full).map { $0.contains("house 9") } == [false, false, false])
        #expect(try texts(Self.full, nil) == ["the measuring point: before tank, now nothing"])
        #expect(try texts(home, nil) == ["the measuring point: changed"])
        var parts = Self.full
        parts.computed?.parts = Self.ids("home", "shop", "unknown")
        #expect(
            try texts(Self.full, parts) == [
                "what it is computed from: before The roof and The shop, now measuring points: 3"
            ])
    }

    @Test(
        "what the record book has in its own words is read back for people",
        arguments: [
            ("persons_served: 10 → -", "people it is counted for: before 10, now not set"),
            ("areas.roof: 120.5 → 130", "the ground “roof”: before 120.5 m², now 130 m²"),
            ("areas.to the sea: east: - → 12000", "the ground “to the sea: east”: before not set, now 12,000 m²"),
            ("sensors: roof, shop → shop", "what is counted: before The roof and The shop, now The shop"),
            ("sensors: roof → home", "what is counted: before The roof, now measuring points: 1"),
            ("sensors: 3 → 4", "what is counted: before measuring points: 3, now measuring points: 4"),
            (
                "sensors: 3 → 3; persons_served: 9 → 8",
                "what is counted: changed; people it is counted for: before 9, now 8"
            ),
            ("colour: red → green", "what it counts: changed"), ("", ""),
        ])
    func record(what: String, words: String) throws {
        #expect(MeasuredDifference.read(what, find: find).text(try Phrases.book("en")) == words)
    }

    @Test(
        "of a device profile its lines are told, or which one reads",
        arguments: [
            ("device_profile: a, b → c", "the device profile that reads it: before a, b, now c"),
            (
                "device_profile float: - → - {path: x, unit: cm}",
                "what the device profile “float” says: before nothing, now “- {path: x, unit: cm}”"
            ), ("something", "what it counts: changed"),
        ])
    func profile(what: String, words: String) throws {
        #expect(MeasuredDifference.readProfile(what).text(try Phrases.book("en")) == words)
    }
}
