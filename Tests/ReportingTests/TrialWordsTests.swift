import GatewayModel
import Reporting
import Testing

/// A trial on days that nobody measured says nothing about them.
@Suite("The trial of a limit without figures")
struct TrialWordsTests {
    @Test("Where no day is known, no zero is shown: neither for the limit, nor for people, nor for other numbers")
    func allUnknown() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        let limit = Limit(
            id: "cold-store", titles: ["": "Cold store"], bound: .atMost, protects: .people, resource: "cold_store",
            sensors: [SensorID(rawValue: "pantry/cold-store")], unit: Unit("Cel"),
            rule: .instant(value: DecimalValue(8), deadband: .zero, onDelay: 1800, offDelay: 0), priority: .now)
        func facts(unknown: Int) -> TrialFacts {
            TrialFacts(
                community: "C", isDemonstration: false, zone: zone, number: 4,
                from: CalendarDate(year: 2026, month: 11, day: 1),
                through: CalendarDate(year: 2026, month: 11, day: 29),
                limits: [
                    TrialFacts.Tried(
                        limit: limit, scale: .init(persons: nil), days: 0, times: 0, longest: 0, firstDays: [],
                        unknownDays: unknown,
                        nearDays: 0, current: nil, range: [(DecimalValue(8), 0)])
                ])
        }
        let phrases = try Phrases.book("en")
        let text = TrialWriter(facts(unknown: 29), phrases: phrases).text(.text)
        #expect(text.contains("not known") && text.contains("On none of these days was enough measured"), "\(text)")
        #expect(!text.contains("0 would have been missed") && !text.contains("at 8 °C"), "\(text)")
        #expect(text.contains("of which we know nothing, since nothing was measured: 1."), "\(text)")
        let json = TrialWriter(facts(unknown: 29), phrases: phrases).text(.json)
        #expect(json.replacing(" ", with: "").contains("\"days_passed\":null"), "\(json)")
        let partly = TrialWriter(facts(unknown: 28), phrases: phrases).text(.text)
        #expect(partly.contains("Of 1 minimums and bounds that protect people, 0 would have been missed"), "\(partly)")
    }
}
