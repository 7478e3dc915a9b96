import Foundation
import GatewayModel

@testable import Simulation

/// The figures of two simulated months by device, read from the payloads as a gateway would.
struct VillageFigures: Sendable {
    /// One value with the time of its message.
    struct Point: Sendable {
        var at: Instant
        var value: Double
    }

    /// Values by topic and member, for example `wmbusmeters/30410001 total_m3`.
    private(set) var points: [String: [Point]] = [:]
    /// Topics whose payload was not JSON.
    private(set) var malformed: Set<String> = []
    /// Payloads by topic, the first of each.
    private(set) var firsts: [String: String] = [:]

    /// Read once for all tests.
    static let twoMonths = VillageFigures(VillageTests.village.messages(until: VillageTests.twoMonths))

    init(_ messages: Village.Messages) {
        for message in messages {
            if firsts[message.topic] == nil { firsts[message.topic] = String(decoding: message.payload, as: UTF8.self) }
            guard let value = try? JSONSerialization.jsonObject(with: Data(message.payload), options: .fragmentsAllowed)
            else {
                malformed.insert(message.topic)
                continue
            }
            collect(value, path: message.topic, at: message.at)
        }
    }

    private mutating func collect(_ value: Any, path: String, at time: Instant) {
        if let members = value as? [String: Any] {
            for (key, member) in members where !["rxInfo", "txInfo", "deviceInfo", "ts"].contains(key) {
                let isWrapper = ["params", "object", "ENERGY", "em:0", "emdata:0"].contains(key)
                collect(member, path: isWrapper ? path : path + " " + key, at: time)
            }
        } else if let number = value as? NSNumber {
            points[path, default: []].append(Point(at: time, value: number.doubleValue))
        }
    }

    /// The values of one member between two instants.
    func values(
        _ name: String, from: Instant = .min, until: Instant = .max
    )
        -> [Double]
    {
        (points[name] ?? []).filter { $0.at >= from && $0.at < until }.map(\.value)
    }

    /// How much a register rose between two instants.
    func rise(_ name: String, from: Instant, until: Instant) -> Double {
        let values = values(name, from: from, until: until)
        guard let first = values.first, let last = values.last else { return 0 }
        return last - first
    }
}
