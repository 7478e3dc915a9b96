import GatewayModel

/// A LoRaWAN sensor as ChirpStack v4 publishes its uplinks (topic `application/<id>/device/<devEui>/event/up`).
struct LoRaSensor: Sendable {
    /// The hardware address, 16 hexadecimal digits.
    var devEUI: String
    /// The name given in ChirpStack.
    var name: String
    /// The name of the device profile in ChirpStack.
    var profile: String
    /// The LoRaWAN port of its uplinks.
    var port: Int

    private static let application = "6c1f2a9e-3b57-4d0c-9a41-58b1e0c7d233"
    private static let tenant = "0d6b7f42-5e18-4c93-8f2a-71c3b9e4a605"

    /// The topic of the uplinks.
    var topic: String { "application/\(LoRaSensor.application)/device/\(devEUI)/event/up" }

    /// An uplink that the radio gateway heard at that instant; `object` holds the decoder's JSON members.
    func uplink(at instant: Instant, frame: Int64, object: String, noise: inout SeededGenerator) -> String {
        let id = noise.hexadecimal(digits: 32)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
            String(id.dropFirst(range.lowerBound).prefix(range.count))
        }
        let milliseconds = instant.milliseconds - instant.milliseconds.flooredDivision(by: 1000) * 1000
        let fraction = NumberText.fixed(1_000_000 + milliseconds * 1000 + noise.whole(below: 1000), places: 0)
            .dropFirst()
        let seconds = instant.advanced(byMilliseconds: -milliseconds).description.dropLast()
        let time = "\(seconds).\(fraction)+00:00"
        let rssi = -70 - noise.whole(below: 40)
        let snr = NumberText.float(Double(noise.whole(below: 60)) / 4 - 4, places: 2)
        return """
            {"deduplicationId":"\(parts.joined(separator: "-"))","time":"\(time)","deviceInfo":{\
            "tenantId":"\(LoRaSensor.tenant)","tenantName":"Vall Clara","applicationId":"\(LoRaSensor.application)",\
            "applicationName":"village","deviceProfileName":"\(profile)","deviceName":"\(name)","devEui":"\(devEUI)",\
            "deviceClassEnabled":"CLASS_A","tags":{}},"devAddr":"\(devEUI.suffix(8))","adr":true,"dr":5,\
            "fCnt":\(frame),"fPort":\(port),"confirmed":false,"object":{\(object)},"rxInfo":[{\
            "gatewayId":"ac1f09fffe12a7b4","gwTime":"\(time)","rssi":\(rssi),"snr":\(snr),"crcStatus":"CRC_OK"}],\
            "txInfo":{"frequency":868100000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":7,\
            "codeRate":"CR_4_5"}}}}
            """
    }
}
