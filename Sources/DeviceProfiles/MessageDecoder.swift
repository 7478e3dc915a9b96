import GatewayModel

/// Turns messages into readings by the profiles of a catalog.
///
/// Messages may build on earlier ones (discovery, units in messages of their own), so feed them in order, after a restart
/// those first that ``Decoding/isAnnouncement`` named. A value type for one task; decoding never fails, whatever the
/// payload: what cannot be read is a rejection.
public struct MessageDecoder: Sendable {
    let catalog: ProfileCatalog
    var local: LocalTime
    var scanner = JSONScanner()
    var announcements = Announcements()
    private var plans: [UInt64: FieldPlan] = [:]
    /// The plans used last, at the place that the end of their hash names; spares most look-ups.
    private var recent = [(hash: UInt64, plan: FieldPlan)](repeating: (0, .nothing), count: 512)
    private var routes: [String: [TopicRoute]] = [:]
    private var routeCount: UInt64 = 0
    /// Which of a topic's routes is the first to fit messages of one shape.
    private var firstFits: [UInt64: Int] = [:]
    private let seed = UInt64.random(in: .min ... .max)

    private static let topicLimit = 20_000
    private static let planLimit = 100_000
    /// So many routes are asked faster than a shape is worked out.
    private static let few = 3
    /// Profiles from this priority on know their family for sure; below it announcements know better.
    private static let sure = 20

    /// Makes a decoder; `zone` is where the devices write local times.
    public init(catalog: ProfileCatalog, zone: Zone) {
        self.catalog = catalog
        local = LocalTime(zone: zone)
    }

    /// Decodes one message; retained ones are read like all others.
    public mutating func decode(_ message: InboundMessage) -> Decoding {
        let candidates = routes(for: message.topic)
        let announced = announcements.about(message.topic)
        local.receivedAt = message.receivedAt
        var decoding = Decoding()
        let known = announcements.revision
        message.payload.withUnsafeBufferPointer { bytes in
            decode(message, Payload(bytes), candidates, announced, into: &decoding)
        }
        decoding.isAnnouncement = announcements.revision != known
        return decoding
    }

    private mutating func decode(
        _ message: InboundMessage, _ payload: Payload, _ candidates: [TopicRoute], _ announced: [Announcement],
        into decoding: inout Decoding
    ) {
        var fault: String?
        if payload.looksLikeJSON { fault = scanner.scan(payload.bytes) }
        var isAnnouncedTried = announced.isEmpty
        for route in candidates[firstFit(candidates, payload, fault: fault)...] {
            if !isAnnouncedTried, route.profile.priority < MessageDecoder.sure {
                isAnnouncedTried = true
                if readAnnounced(announced, message, payload, fault: fault, into: &decoding) { return }
            }
            guard route.isIgnored || accepts(route, payload, fault: fault) else { continue }
            decoding.isKnownTopic = route.profile.priority > 0
            decoding.profile = route.profile.name
            decoding.repeatWindow = route.profile.repeatWindow
            decoding.buffersUpTo = route.profile.buffersUpTo
            guard !route.isIgnored else { return }
            if let fault, route.profile.format != .telegram {
                decoding.reject("malformed", "the JSON cannot be read: \(fault); update or restart the device")
                return
            }
            switch route.profile.format {
            case .fields:
                readFields(route, message, payload, announced, into: &decoding)
                if route.tells { learn(from: decoding, message) }
            case .senml: readSenML(route, message, payload, into: &decoding)
            case .homie: readHomie(route, message, payload, announced, into: &decoding)
            case .discovery: readDiscovery(route, message, payload)
            case .telegram: readTelegram(route, message, payload, into: &decoding)
            case .announcement: readAnnouncement(message, payload)
            }
            return
        }
        if !isAnnouncedTried, readAnnounced(announced, message, payload, fault: fault, into: &decoding) { return }
        if let fault {
            decoding.reject("malformed", "the JSON cannot be read: \(fault); update or restart the device")
        } else {
            decoding.reject("unknown_topic", "no profile knows this topic; write one in Devices/ or ignore the topic")
        }
    }

    /// Where to begin asking: whether a profile recognises a message depends on its keys alone, and devices seldom change
    /// theirs, so that many profiles for any topic cost no more than few.
    private mutating func firstFit(_ candidates: [TopicRoute], _ payload: Payload, fault: String?) -> Int {
        guard candidates.count > MessageDecoder.few, payload.looksLikeJSON, fault == nil else { return 0 }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        let shape = json.shape(from: candidates[0].number)
        if let known = firstFits[shape] { return known }
        if firstFits.count >= MessageDecoder.topicLimit { firstFits.removeAll(keepingCapacity: true) }
        let first = candidates.firstIndex { $0.isIgnored || accepts($0, payload, fault: nil) } ?? candidates.count
        firstFits[shape] = first
        return first
    }

    private func accepts(_ route: TopicRoute, _ payload: Payload, fault: String?) -> Bool {
        switch route.rule.payload {
        case .any: break
        case .json: guard payload.looksLikeJSON else { return false }
        case .scalar: guard !payload.looksLikeJSON else { return false }
        }
        guard !route.rule.recognisedBy.isEmpty else { return true }
        guard payload.looksLikeJSON, fault == nil else { return false }
        let json = JSONText(bytes: payload.bytes, nodes: scanner.nodes)
        return route.rule.recognisedBy.allSatisfy { json.node(at: $0) != nil }
    }

    private mutating func routes(for topic: String) -> [TopicRoute] {
        if let known = routes[topic] { return known }
        if routes.count >= MessageDecoder.topicLimit {
            routes.removeAll(keepingCapacity: true)
            plans.removeAll(keepingCapacity: true)
        }
        let found = TopicRoute.routes(for: topic, in: catalog) {
            routeCount &+= 1
            return (routeCount ^ seed) &* 0x9E37_79B9_7F4A_7C15
        }
        routes[topic] = found
        return found
    }

    /// The plan for the place with that hash, made once per place and topic.
    mutating func plan(_ hash: UInt64, _ route: TopicRoute, path: () -> [String]) -> FieldPlan {
        let slot = Int(truncatingIfNeeded: hash & 511)
        if recent[slot].hash == hash { return recent[slot].plan }
        if let plan = plans[hash] {
            recent[slot] = (hash, plan)
            return plan
        }
        if plans.count >= MessageDecoder.planLimit { plans.removeAll(keepingCapacity: true) }
        let plan = FieldPlan.make(path: route.field + path(), names: route.names, rules: route.profile.fields)
        plans[hash] = plan
        return plan
    }
}

/// A payload and what its first byte tells.
struct Payload {
    let bytes: UnsafeBufferPointer<UInt8>
    let looksLikeJSON: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var index = 0
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { index = 3 }
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x0A || bytes[index] == 0x0D { index += 1 }
        looksLikeJSON = index < bytes.count && (bytes[index] == 0x7B || bytes[index] == 0x5B)
    }

    /// The payload as text without blanks and quotation marks around it.
    var text: String {
        var text = Substring(String(decoding: bytes, as: UTF8.self)).drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while let last = text.last, last.isWhitespace || last == "\0" { text.removeLast() }
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        return String(text)
    }
}
