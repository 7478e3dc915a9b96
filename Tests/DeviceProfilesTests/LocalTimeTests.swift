import GatewayModel
import Testing

@testable import DeviceProfiles

@Suite("Local times without a zone")
struct LocalTimeTests {
    @Test("In the hour that comes twice the reading is dated by the pass in which it came")
    func repeatedHour() throws {
        let zone = try #require(Zone(identifier: "Europe/Madrid"))
        var decoder = MessageDecoder(catalog: Fixture.shipped.catalog, zone: zone)
        // 2026-10-25: 03:00 summer time becomes 02:00; 00:30 and 01:30 UTC are both 02:30 here.
        let firstPass = try #require(Instant(rfc3339: "2026-10-25T00:30:05Z"))
        for (received, expected) in [
            (firstPass, "2026-10-25T00:30:00Z"), (firstPass.advanced(bySeconds: 3600), "2026-10-25T01:30:00Z"),
            (firstPass.advanced(bySeconds: -7200), "2026-10-25T00:30:00Z"),
        ] {
            let payload = #"{"Time":"2026-10-25T02:30:00","ENERGY":{"Total":12.5}}"#
            let decoding = decoder.decode(
                InboundMessage(topic: "tele/meter/SENSOR", payload: Array(payload.utf8), receivedAt: received))
            #expect(decoding.readings.map(\.time.instant) == [Instant(rfc3339: expected)])
        }
        // An hour before and after nothing is doubtful.
        let payload = #"{"Time":"2026-10-25T03:30:00","ENERGY":{"Total":12.5}}"#
        let decoding = decoder.decode(
            InboundMessage(topic: "tele/meter/SENSOR", payload: Array(payload.utf8), receivedAt: firstPass))
        #expect(decoding.readings.map(\.time.instant) == [Instant(rfc3339: "2026-10-25T02:30:00Z")])
    }
}
