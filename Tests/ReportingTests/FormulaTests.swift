import GatewayModel
import Reporting
import Testing

@Suite("Formulas")
struct FormulaTests {
    @Test("radiation and evapotranspiration are FAO-56's values")
    func evapotranspiration() {
        let radiation = Evapotranspiration.extraterrestrialRadiation(latitude: -20, dayOfYear: 246)
        #expect(abs(radiation - 32.19) < 0.01)
        let reference = Evapotranspiration.reference(latitude: 45.72, dayOfYear: 196, minimum: 14.8, maximum: 26.6)
        #expect(abs(reference - 5.03) < 0.01)
    }

    @Test("a restrictor of 0.4 L/min gives 576 L a day, 50 persons may draw 30 L/h at night")
    func water() {
        #expect(WaterFormulas.litres(through: DecimalValue(mantissa: 4, scale: 1), hours: 24) == DecimalValue(576))
        #expect(WaterFormulas.legitimateNightUse(persons: 50) == DecimalValue(30))
    }

    @Test("a leak needs seven nights and is what exceeds people's night use")
    func leak() {
        let nights = [45, 41, 90, 43, 42, 44].map { DecimalValue($0) }
        #expect(WaterFormulas.possibleLeak(nightlyMinima: nights, persons: 50) == nil)
        #expect(WaterFormulas.possibleLeak(nightlyMinima: nights + [DecimalValue(40)], persons: 50) == DecimalValue(13))
        #expect(WaterFormulas.possibleLeak(nightlyMinima: nights + [DecimalValue(40)], persons: 200) == .zero)
    }

    @Test("own energy is counted per interval, not netted over the month")
    func energy() throws {
        let noon = EnergyInterval(
            start: Instant(seconds: 0), seconds: 3600, production: DecimalValue(10), load: DecimalValue(4))
        let evening = EnergyInterval(
            start: Instant(seconds: 3600), seconds: 1800, production: .zero, load: DecimalValue(4))
        let balance = try #require(EnergyBalance([noon, evening]))
        #expect(balance.selfConsumptionPercent == 40)
        #expect(balance.selfSufficiencyPercent == 50)
        #expect(balance.peak == DecimalValue(8))
        #expect(balance.peakAt == evening.start)
        var long = noon
        long.seconds = 86_400
        #expect(EnergyBalance([long]) == nil)
    }
}
