import GatewayModel
public struct Sample: Sendable {}
public struct SampleFailure: Sendable {}
public struct Profile: Sendable { public var name = ""; public var families: [String] = []; public var setup = ""; public var samples: [Sample] = []; public var needsAllowList = false }
public struct ProfileCatalog: Sendable { public var profiles: [Profile] = []
 public static func load(folder: String) -> (catalog: ProfileCatalog, problems: [Diagnostic]) { (ProfileCatalog(), []) }
 public func runSamples() -> [SampleFailure] { [] } }
public struct Decoding: Sendable { public var readings: [Reading] = []; public var rejections: [Rejection] = []; public var profile: String?; public var isKnownTopic = true; public var repeatWindow: Int64 = 0; public var buffersUpTo: Int64? }
public struct MessageDecoder: Sendable { public init(catalog: ProfileCatalog, zone: Zone) {}
 public mutating func decode(_ m: InboundMessage) -> Decoding { Decoding() } }
public enum DecodeReport { public static func line(for d: Decoding) -> String { "" }; public static func lines(for d: Decoding) -> [String] { [] }; public static func jsonlAnswer(forLine: String, decoder: inout MessageDecoder) -> String { "" } }
