import DeviceProfiles
import Foundation
import GatewayModel
import Testing

@Suite("Messages changed at random", .timeLimit(.minutes(15)))
struct MessageFuzzTests {
    static let rounds = ProcessInfo.processInfo.environment["COMMONS_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 2000

    static func seeds() throws -> [InboundMessage] {
        try RecordedMessage.all().map(\.inbound)
            + Fixture.shipped.catalog.profiles.flatMap(\.samples).map { Fixture.message($0.topic, $0.payload) }
    }

    /// Changes one message, at times with a piece of another.
    static func mutated(_ payload: [UInt8], with other: [UInt8], by random: inout SeededGenerator) -> [UInt8] {
        var bytes = payload
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            case 5:
                let start = Int.random(in: 0...other.count, using: &random)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 20)], at: place)
            default:
                let words = [#""""#, "{", "]", "-", "e9", "null", "1e308", "-8388608", "\\u", "\u{FEFF}", ",", "0"]
                bytes.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: place)
            }
        }
        return bytes
    }

    @Test("No change makes the decoder fail, and what is not JSON gives no reading")
    func changes() throws {
        let seeds = try Self.seeds()
        var random = SeededGenerator(state: 0x5EED)
        var decoder = Fixture.decoder()
        for round in 0..<Self.rounds {
            guard let seed = seeds.randomElement(using: &random), let other = seeds.randomElement(using: &random) else {
                break
            }
            var message = seed
            message.payload = Self.mutated(seed.payload, with: other.payload, by: &random)
            if round.isMultiple(of: 5) { message.topic = other.topic }
            let decoding = decoder.decode(message)
            let isTold =
                "round \(round), topic \(message.topic), payload \(String(decoding: message.payload, as: UTF8.self))"
            if JSONGrammar.looksLikeJSON(message.payload), !JSONGrammar.accepts(message.payload) {
                #expect(decoding.readings.isEmpty, "\(isTold)")
            }
            for reading in decoding.readings {
                #expect(!reading.channel.isEmpty, "\(isTold)")
                #expect(reading.unit == .unknown || reading.unit.definition != nil, "\(isTold)")
            }
        }
    }

    @Test("A message means the same whatever was decoded before it, but for announcements")
    func independence() throws {
        let seeds = try Self.seeds().filter { !$0.topic.hasPrefix("homeassistant/") && !$0.topic.contains("homie") }
        var random = SeededGenerator(state: 0xABCD)
        var busy = Fixture.decoder()
        for _ in 0..<min(Self.rounds, 400) {
            guard let seed = seeds.randomElement(using: &random) else { break }
            guard !seed.topic.hasSuffix("/id"), !seed.topic.contains("chn"), !seed.topic.hasPrefix("statestream"),
                !seed.topic.hasPrefix("own/")
            else { continue }
            var fresh = Fixture.decoder()
            #expect(busy.decode(seed).readings == fresh.decode(seed).readings, "\(seed.topic)")
        }
    }
}

/// The grammar of RFC 8259 written anew, against which the decoder is checked.
enum JSONGrammar {
    static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        let first = rest.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D }
        return first == 0x7B || first == 0x5B
    }

    static func accepts(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var rest = Array(text.unicodeScalars)[...]
        if rest.first == "\u{FEFF}" { rest = rest.dropFirst() }
        skip(&rest)
        guard value(&rest, depth: 0) else { return false }
        skip(&rest)
        return rest.isEmpty
    }

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    private static func skip(_ rest: inout Scalars) {
        rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
    }

    private static func take(_ scalar: Unicode.Scalar, _ rest: inout Scalars) -> Bool {
        guard rest.first == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func value(_ rest: inout Scalars, depth: Int) -> Bool {
        guard depth < 64, let first = rest.first else { return false }
        switch first {
        case "{", "[":
            let close: Unicode.Scalar = first == "{" ? "}" : "]"
            rest = rest.dropFirst()
            skip(&rest)
            if take(close, &rest) { return true }
            repeat {
                skip(&rest)
                if first == "{" {
                    guard string(&rest) else { return false }
                    skip(&rest)
                    guard take(":", &rest) else { return false }
                    skip(&rest)
                }
                guard value(&rest, depth: depth + 1) else { return false }
                skip(&rest)
            } while take(",", &rest)
            return take(close, &rest)
        case "\"": return string(&rest)
        case "t", "f", "n":
            for word in ["true", "false", "null"] where rest.starts(with: word.unicodeScalars) {
                rest = rest.dropFirst(word.unicodeScalars.count)
                return true
            }
            return false
        default:
            let number = String(String.UnicodeScalarView(rest.prefix { "+-.0123456789eE".unicodeScalars.contains($0) }))
            rest = rest.dropFirst(number.unicodeScalars.count)
            return number.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
        }
    }

    private static func string(_ rest: inout Scalars) -> Bool {
        guard take("\"", &rest) else { return false }
        while let next = rest.popFirst() {
            if next == "\"" { return true }
            if next.value < 0x20 { return false }
            guard next == "\\" else { continue }
            guard let escape = rest.popFirst() else { return false }
            if escape == "u" {
                guard rest.count >= 4, rest.prefix(4).allSatisfy({ $0.properties.isASCIIHexDigit }) else {
                    return false
                }
                rest = rest.dropFirst(4)
            } else if !"\"\\/bfnrt".unicodeScalars.contains(escape) {
                return false
            }
        }
        return false
    }
}
