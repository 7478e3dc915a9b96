import GatewayModel

/// A sample of a profile that did not give the readings it names.
public struct SampleFailure: Hashable, Sendable {
    /// The profile's name.
    public var profile: String
    /// The sample.
    public var sample: ProfileSample
    /// The readings that came instead.
    public var actual: [String]
    /// The refusals that came with them.
    public var rejected: [String]
}

extension SampleFailure: CustomStringConvertible {
    /// Profile, line and topic, then what came and what was expected.
    public var description: String {
        let came = actual.isEmpty ? "nothing" : actual.joined(separator: ", ")
        let expected = sample.readings.isEmpty ? "nothing" : sample.readings.joined(separator: ", ")
        let refused = rejected.isEmpty ? "" : "; refused: " + rejected.joined(separator: "; ")
        return "\(profile), sample in line \(sample.line), \(sample.topic): gives \(came); the file says \(expected)"
            + refused
    }
}

extension ProfileCatalog {
    /// Decodes every profile's samples in their order and returns those that gave other readings.
    public func runSamples() -> [SampleFailure] {
        var failures: [SampleFailure] = []
        for profile in profiles {
            var decoder = MessageDecoder(catalog: self, zone: .utc)
            for sample in profile.samples {
                let message = InboundMessage(
                    topic: sample.topic, payload: Array(sample.payload.utf8),
                    receivedAt: Instant(seconds: 1_700_000_000))
                let decoding = decoder.decode(message)
                let actual = decoding.readings.map { reading in
                    "\(reading.channel) = \(reading.value)" + (reading.unit == .unknown ? "" : " \(reading.unit.code)")
                }
                if actual != sample.readings {
                    failures.append(
                        SampleFailure(
                            profile: profile.name, sample: sample, actual: actual,
                            rejected: decoding.rejections.map { "\($0.reason): \($0.explanation)" }))
                }
            }
        }
        return failures
    }
}
