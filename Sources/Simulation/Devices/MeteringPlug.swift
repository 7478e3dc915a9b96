import GatewayModel

/// A plug or relay with Tasmota firmware as it publishes its telemetry on `tele/<topic>/SENSOR`.
struct MeteringPlug: Sendable {
    /// The topic given in the plug's own page.
    var name: String

    /// The topic of the telemetry.
    var topic: String { "tele/\(name)/SENSOR" }
    /// The topic of the last will, where the plug says that it is online.
    var willTopic: String { "tele/\(name)/LWT" }

    /// Telemetry of every fifteen minutes; `Time` is local and without a zone, as the firmware writes it.
    func telemetry(
        at instant: Instant, offsetSeconds: Int, register: EnergyRegister, noise: inout SeededGenerator
    ) -> String {
        let power = register.watts
        let voltage = noise.number(228, 236)
        let apparent = power * 1.12
        let reactive = power * 0.5
        return """
            {"Time":"\(Moment.localText(instant, offsetSeconds: offsetSeconds))",\
            "ENERGY":{"TotalStartTime":"2023-03-11T09:40:12",\
            "Total":\(NumberText.fixed(register.hundredths / 100, places: 3)),\
            "Yesterday":\(NumberText.fixed(register.yesterday / 100, places: 3)),\
            "Today":\(NumberText.fixed(register.today / 100, places: 3)),\
            "Period":\(NumberText.fixed(power / 4, places: 0)),"Power":\(NumberText.fixed(power, places: 0)),\
            "ApparentPower":\(NumberText.fixed(apparent, places: 0)),\
            "ReactivePower":\(NumberText.fixed(reactive, places: 0)),\
            "Factor":\(power > 0 ? "0.89" : "0.00"),"Voltage":\(NumberText.fixed(voltage, places: 0)),\
            "Current":\(NumberText.fixed(apparent / voltage, places: 3))}}
            """
    }
}
