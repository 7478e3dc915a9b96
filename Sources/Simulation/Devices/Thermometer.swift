import GatewayModel

/// A thermometer that Zigbee2MQTT publishes under its friendly name, with `last_seen` as ISO 8601.
struct Thermometer: Sendable {
    /// The friendly name, which is the topic too.
    var name: String

    /// The topic of its reports.
    var topic: String { "zigbee2mqtt/\(name)" }

    /// A report heard at that instant.
    func report(at instant: Instant, temperature: Double, humidity: Double, noise: inout SeededGenerator) -> String {
        // Batteries of this make run down by about a tenth in a year; a fixed figure keeps the village simple.
        """
        {"battery":87,"humidity":\(NumberText.short(humidity, places: 2)),"last_seen":"\(instant)",\
        "linkquality":\(90 + noise.whole(below: 60)),"temperature":\(NumberText.short(temperature, places: 2)),\
        "voltage":2950}
        """
    }
}
