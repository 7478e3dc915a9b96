import DeviceProfiles
import Foundation
import GatewayModel

/// Shows what the gateway reads out of messages, without storing anything.
public struct DecodeRun {
    private let catalog: ProfileCatalog
    private let zone: Zone

    /// Reads the profiles of a folder; `zone` is for device times that name none.
    public init(folder: String, zone name: String) throws {
        guard let zone = Zone(identifier: name) else {
            throw AppError("the time zone '\(name)' is not known", remedy: "use a name such as Europe/Madrid")
        }
        let (catalog, problems) = ProfileCatalog.load(folder: folder)
        guard !catalog.profiles.isEmpty else {
            throw AppError(
                problems.first?.description ?? "\(folder) holds no device profile",
                remedy: "name the folder with --devices")
        }
        self.catalog = catalog
        self.zone = zone
    }

    /// Decodes standard input as the payload of one message; false where nothing was read out of it.
    public func message(topic: String, output: (String) -> Void) -> Bool {
        let payload = FileHandle.standardInput.readDataToEndOfFile()
        var decoder = MessageDecoder(catalog: catalog, zone: zone)
        let decoding = decoder.decode(
            InboundMessage(topic: topic, payload: [UInt8](payload), receivedAt: SystemClock.now()))
        DecodeReport.lines(for: decoding).forEach(output)
        return !decoding.readings.isEmpty
    }

    /// Decodes the payload of one message again and again; says how long one takes, for choosing between profiles.
    public func time(topic: String, repetitions: Int) -> String {
        let payload = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        var decoder = MessageDecoder(catalog: catalog, zone: zone)
        let message = InboundMessage(topic: topic, payload: payload, receivedAt: SystemClock.now())
        let readings = decoder.decode(message).readings.count
        var total = 0
        let took = ContinuousClock().measure {
            for _ in 0..<repetitions { total += decoder.decode(message).readings.count }
        }
        let parts = took.components
        let nanoseconds =
            (Int(parts.seconds) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000)) / max(1, repetitions)
        return "\(payload.count) bytes, \(readings) readings: \(nanoseconds) ns a message "
            + "(\(repetitions) times, \(total) readings)"
    }

    /// Answers each line of standard input with one line, in order.
    public func stream(output: (String) -> Void) {
        var decoder = MessageDecoder(catalog: catalog, zone: zone)
        while let line = readLine() {
            output(DecodeReport.jsonlAnswer(forLine: line, decoder: &decoder))
        }
    }
}

/// Decodes the samples inside the profiles and compares.
public enum ProfileTest {
    /// Runs every sample of a folder's profiles.
    public static func run(folder: String) -> Finding {
        let (catalog, problems) = ProfileCatalog.load(folder: folder)
        let failures = catalog.runSamples()
        let count = catalog.profiles.map(\.samples.count).reduce(0, +)
        return Finding(
            lines: problems.map(\.description) + failures.map { "\($0)" }
                + [
                    "\(count - failures.count) of \(count) samples of \(catalog.profiles.count) profiles are read as they say."
                ],
            isGood: problems.isEmpty && failures.isEmpty && count > 0)
    }
}
