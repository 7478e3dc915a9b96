import DeviceProfiles
import Foundation
import GatewayModel

/// The project's own profiles and what the tests share.
enum Fixture {
    /// The folder above `Tests`.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The profiles of the folder `Devices` with the problems that reading them found.
    static let shipped = ProfileCatalog.load(folder: root.appending(path: "Devices").path)

    static let receivedAt = Instant(seconds: 1_780_000_000)

    static func decoder(_ catalog: ProfileCatalog = shipped.catalog) -> MessageDecoder {
        MessageDecoder(catalog: catalog, zone: .utc)
    }

    static func message(_ topic: String, _ payload: String) -> InboundMessage {
        message(topic, Array(payload.utf8))
    }

    static func message(_ topic: String, _ payload: [UInt8]) -> InboundMessage {
        InboundMessage(topic: topic, payload: payload, receivedAt: receivedAt)
    }

    /// Decodes one message after others on which it may build.
    static func decode(
        _ topic: String, _ payload: String, after earlier: [(topic: String, payload: String)] = [],
        by catalog: ProfileCatalog = shipped.catalog
    ) -> Decoding {
        var decoder = decoder(catalog)
        for each in earlier { _ = decoder.decode(message(each.topic, each.payload)) }
        return decoder.decode(message(topic, payload))
    }

    /// A catalog of profiles written in a test, which must be free of problems.
    static func catalog(_ profiles: String...) throws -> ProfileCatalog {
        let (catalog, problems) = ProfileCatalog.reading(
            profiles.enumerated().map { ("profile-\($0.offset).yaml", $0.element) })
        if let problem = problems.first { throw Unexpected(text: problem.description) }
        return catalog
    }

    struct Unexpected: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}

extension Decoding {
    /// The readings as `device/channel = value unit`.
    var summary: [String] {
        readings.map { reading in
            let unit = reading.unit == .unknown ? "" : " \(reading.unit.code)"
            return "\(reading.stream.device)/\(reading.channel) = \(reading.value)\(unit)"
        }
    }

    /// Why something was refused.
    var reasons: [String] { rejections.map(\.reason) }
}

/// A generator whose numbers depend on the seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Fixture {
    /// The texts of the shipped profiles, by file.
    static func shippedTexts() throws -> [(file: String, text: String)] {
        let folder = root.appending(path: "Devices")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        return try names.sorted().map { name in
            (name, try String(contentsOf: folder.appending(path: name), encoding: .utf8))
        }
    }
}
