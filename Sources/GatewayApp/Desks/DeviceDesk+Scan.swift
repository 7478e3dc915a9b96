import DeviceProfiles
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import StrictYAML

extension DeviceDesk {
    /// What was heard of one device during a scan.
    private struct Heard {
        var messages = 0
        var profile: String?
        var topic: String
        var channels: [String: Reading] = [:]
        var order: [String] = []
    }

    /// Listens for a while on a connection of its own and lists the devices that measure no sensor yet.
    ///
    /// - Throws: ``AppError`` for a duration that is not understood or longer than an hour, or what the broker says.
    public func scan(for duration: String, topic: String, progress: (String) -> Void) async throws -> [String] {
        guard let seconds = Field.seconds(duration), (1...3600).contains(seconds) else {
            throw AppError("'\(duration)' is not a time to listen", remedy: "write for example 30s, 10min or 1h")
        }
        let options = try brokerOptions()
        let assigned = (try? site.readingStore().bindings().filter { $0.until == nil }.map(\.device)) ?? []
        progress("Listening for \(duration) to \(topic) at \(options.host):\(options.port) …")
        var decoder = MessageDecoder(catalog: site.profiles, zone: site.zone)
        var devices: [String: Heard] = [:]
        var unknown: [String: Int] = [:]
        try TopicScanner.scan(
            options: options, filter: topic, seconds: Double(seconds), prefix: site.configuration.broker.prefix,
            clock: { SystemClock.now() }
        ) { message in
            let decoding = decoder.decode(message)
            if !decoding.isKnownTopic, decoding.readings.isEmpty, unknown.count < 200 {
                unknown[message.topic, default: 0] += 1
            }
            for reading in decoding.readings where !assigned.contains(reading.stream.device) {
                let device = reading.stream.device
                guard devices[device] != nil || devices.count < UnassignedDevices.limit else { continue }
                var heard = devices[device] ?? Heard(topic: message.topic)
                heard.messages += 1
                heard.profile = decoding.profile
                if heard.channels.updateValue(reading, forKey: reading.channel) == nil {
                    heard.order.append(reading.channel)
                }
                devices[device] = heard
            }
            return true
        }
        return lines(devices, unknown)
    }

    /// That the running gateway hears nothing on a topic, and which line of the configuration would change that.
    private func notListened(to topic: String) -> String {
        let first = topic.split(separator: "/", omittingEmptySubsequences: false).first.map(String.init) ?? topic
        return site.book(nil).text(
            "devices.not_listened",
            ["topic": topic, "filter": topic == first ? topic : first + "/#", "file": site.configuration.file])
    }

    private func brokerOptions() throws -> BrokerOptions { try site.brokerOptions(clientID: "") }

    private func lines(_ devices: [String: Heard], _ unknown: [String: Int]) -> [String] {
        guard !devices.isEmpty || !unknown.isEmpty else {
            return ["Nothing new was heard. Is the device near, and does its account reach this broker?"]
        }
        var lines: [String] = []
        for (device, heard) in devices.sorted(by: { $0.key < $1.key }) {
            lines.append("\(device)  (\(heard.profile ?? "?"), \(heard.messages) values, \(heard.topic))")
            for channel in heard.order {
                guard let reading = heard.channels[channel] else { continue }
                lines.append(
                    "    \(channel)  \(reading.value) \(reading.unit.code)  \(reading.quantity.rawValue), \(reading.kind.rawValue)"
                )
            }
            if !site.configuration.broker.topics.contains(where: { TopicFilter.covers($0, heard.topic) }) {
                lines.append("    " + notListened(to: heard.topic))
            }
            if let channel = heard.order.first {
                lines.append("    commons devices assign '\(device)' \(channel) PLACE/WHAT --resource RESOURCE")
            }
        }
        if !unknown.isEmpty {
            lines.append("Topics that no profile reads (Devices/README.md says how to write one):")
            lines += unknown.sorted { $0.key < $1.key }.map { "    \($0.key)  \($0.value) messages" }
        }
        return lines.map(Escaping.terminal)
    }
}
