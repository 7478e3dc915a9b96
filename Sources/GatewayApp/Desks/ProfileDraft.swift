import DeviceProfiles
import Foundation
import GatewayModel

/// Drafts a device profile from one message: what names and units suggest, and what a person has to decide.
public struct ProfileDraft {
    private let guesses: ProfileCatalog

    /// Reads the profile of common names from a folder of profiles.
    public init(folder: String) throws {
        let (catalog, problems) = ProfileCatalog.load(folder: folder)
        guard !catalog.profiles.isEmpty else {
            throw AppError(
                problems.first?.description ?? "\(folder) holds no device profile",
                remedy: "name the folder with --devices")
        }
        guesses = catalog
    }

    /// The draft for the payload on standard input.
    ///
    /// - Throws: ``AppError`` where the payload is no JSON object.
    public func text(topic: String, name: String) throws -> String {
        try text(topic: topic, payload: FileHandle.standardInput.readDataToEndOfFile(), name: name)
    }

    /// The draft for a payload.
    func text(topic: String, payload: Data, name: String) throws -> String {
        guard let object = try? JSONSerialization.jsonObject(with: payload) as? [String: Any] else {
            throw AppError(
                "the payload is no JSON object",
                remedy: "for a bare number per topic no profile is needed: see names.yaml")
        }
        var decoder = MessageDecoder(catalog: guesses, zone: .utc)
        let decoding = decoder.decode(
            InboundMessage(topic: topic, payload: [UInt8](payload), receivedAt: SystemClock.now()))
        var fields: [String] = []
        for (path, value) in ProfileDraft.numbers(in: object, below: []) {
            let joined = path.joined(separator: "/")
            let reading = decoding.readings.first {
                $0.channel == path.last || $0.channel == path.joined(separator: ".") || $0.channel == joined
            }
            guard let reading else {
                fields.append(
                    "  # What is \(joined), here \(value)? Name quantity and unit, or leave the line as it is.\n"
                        + "  - {path: [\(Self.quoted(joined))], ignore: true}")
                continue
            }
            let kind = reading.kind == .gauge ? "" : ", kind: \(reading.kind.rawValue)"
            fields.append(
                "  - {path: [\(Self.quoted(joined))], channel: \(Self.quoted(reading.channel)), "
                    + "quantity: \(reading.quantity.rawValue), unit: \(Self.quoted(reading.unit.code))\(kind)}")
        }
        let samples = decoding.readings.map { "\($0.channel) = \($0.value) \($0.unit.code)" }
        let device = topic.split(separator: "/").last.map(String.init) ?? topic
        let pattern = topic.split(separator: "/").dropLast().map { $0 + "/" }.joined() + "{device}"
        let line = String(decoding: payload, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            .replacing("\n", with: " ").replacing("'", with: "''")
        return """
            # A draft: check every quantity and unit against the device's own display, then say so here.
            profile: \(name)
            families: [\(Self.quoted(name))]
            setup: What has to be set in the device so that it sends this.
            topics:
              # {device} is the part that differs from device to device, here \(device).
              - {topic: \(Self.quoted(pattern)), payload: json}
            device: ["{device}"]
            # time: {path: time, form: iso}
            fields:
            \(fields.joined(separator: "\n"))
            samples:
              - topic: \(Self.quoted(topic))
                payload: '\(line)'
                readings: [\(samples.map(Self.quoted).joined(separator: ", "))]

            """
    }

    /// Every number of the message with its path, in the order of the names.
    private static func numbers(in object: [String: Any], below path: [String]) -> [([String], String)] {
        object.sorted { $0.key < $1.key }.flatMap { key, value -> [([String], String)] in
            if let inner = value as? [String: Any] { return numbers(in: inner, below: path + [key]) }
            guard let number = value as? NSNumber, !(value is Bool) else { return [] }
            return [(path + [key], "\(number)")]
        }
    }

    private static func quoted(_ text: String) -> String { Escaping.json(text) }
}
