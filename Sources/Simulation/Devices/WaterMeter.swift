import GatewayModel

/// A radio water meter as wmbusmeters publishes its telegrams (`meterfiles`, JSON format, topic `wmbusmeters/<id>`).
struct WaterMeter: Sendable {
    /// The serial number on the meter's face.
    var id: String
    /// The name given in wmbusmeters' configuration.
    var name: String
    /// The driver that decodes the telegram: `hydrus` or `izarv2`.
    var driver: String

    /// The topic of the meter's telegrams.
    var topic: String { "wmbusmeters/\(id)" }

    /// A telegram received at that instant; the register is in litres.
    func telegram(at instant: Instant, register: Int64) -> String {
        let seconds = Instant(seconds: instant.milliseconds.flooredDivision(by: 1000))
        let total = NumberText.fixed(register, places: 3)
        let head =
            "{\"_\":\"telegram\",\"media\":\"water\",\"meter\":\"\(driver)\",\"name\":\"\(name)\",\"id\":\"\(id)\","
        let body = driver == "izarv2" ? "\"total_m3\":\(total),\"transmit_period_s\":8," : "\"total_m3\":\(total),"
        return head + body + "\"status\":\"OK\",\"timestamp\":\"\(seconds)\"}"
    }
}
