import DeviceProfiles
import Foundation
import GatewayModel

/// One message as a device or bridge really sends it, with the readings that must come out of it.
///
/// The recordings stand beside the repository, in `shared/payloads`; its README describes the format.
struct RecordedMessage: Decodable {
    struct Expected: Decodable {
        var sensor: String
        var quantity: String
        var value: Double
        var unit: String
        var time: String?
        var counter: Bool
    }

    struct Rejected: Decodable {
        var pointer: String
    }

    var id: String
    var family: String
    var topic: String
    var payload: String?
    var base64: String?
    var retained: Bool?
    var receivedAt: String?
    var expect: [Expected]
    var mustFail: String?
    var reject: [Rejected]?
    var forbid: [String]?
    var context: [String]?

    private enum CodingKeys: String, CodingKey {
        case id, family, topic, payload, retained, expect, reject, forbid, context
        case base64 = "payload_base64"
        case receivedAt = "received_at"
        case mustFail = "expect_error"
    }

    static let file = Fixture.root.deletingLastPathComponent().appending(path: "shared/payloads/vectors.jsonl")

    static var isPresent: Bool { FileManager.default.fileExists(atPath: file.path) }

    /// Every recording, in the order of the file; none where the file is absent.
    static func all() throws -> [RecordedMessage] {
        guard isPresent else { return [] }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(RecordedMessage.self, from: Data($0.utf8)) }
    }

    var inbound: InboundMessage {
        let bytes = payload.map { Array($0.utf8) } ?? base64.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
        return InboundMessage(
            topic: topic, payload: bytes, retained: retained ?? false,
            receivedAt: receivedAt.flatMap { Instant(rfc3339: $0) } ?? Instant(milliseconds: 0))
    }
}

extension RecordedMessage {
    /// What is wrong with what a decoder gave; nil where all is as it must be.
    func fault(of decoding: Decoding) -> String? {
        let readings = decoding.readings.compactMap { reading in
            Double("\(reading.value)").map { (reading: reading, number: $0) }
        }
        if mustFail != nil {
            if !readings.isEmpty { return "must be refused, gave \(decoding.summary)" }
            return decoding.rejections.isEmpty ? "refused without a reason" : nil
        }
        if expect.isEmpty, !readings.isEmpty { return "holds no reading, gave \(decoding.summary)" }
        for wanted in expect {
            let same = readings.filter {
                close($0.number, wanted.value) && (wanted.unit == "1" || isSame(wanted.unit, $0.reading.unit))
                    && (wanted.quantity == "raw" || $0.reading.quantity.rawValue == wanted.quantity)
            }
            guard !same.isEmpty else {
                return "missing \(wanted.sensor) = \(wanted.value) \(wanted.unit), gave \(decoding.summary)"
            }
            if wanted.counter, !same.contains(where: { $0.reading.kind == .register }) {
                return "\(wanted.sensor) is a cumulative total"
            }
            guard let time = wanted.time.flatMap(absolute) else { continue }
            let isTimed = same.contains { each in
                each.reading.time.source == .device
                    && abs(each.reading.time.instant.milliseconds - time.milliseconds) <= 2
            }
            if !isTimed { return "\(wanted.sensor) was measured at \(time)" }
        }
        let document = inbound.payload.first.flatMap { _ in
            try? JSONSerialization.jsonObject(with: Data(inbound.payload))
        }
        for pointer in (reject ?? []).map(\.pointer) + (forbid ?? []) {
            guard let text = value(at: pointer, in: document), let number = number(in: text),
                !expect.contains(where: { close($0.value, number) })
            else { continue }
            if readings.contains(where: { close($0.number, number) }) { return "\(pointer) = \(number) is no reading" }
        }
        return nil
    }

    private func close(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    }

    private func isSame(_ text: String, _ unit: GatewayModel.Unit) -> Bool {
        (GatewayModel.Unit.parsing(text)?.code ?? text).lowercased() == unit.code.lowercased()
    }

    /// Nil where the text names no zone, so that only the device's settings could tell the instant.
    private func absolute(_ text: String) -> Instant? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            CivilTime(parsing: bytes).flatMap { civil in civil.offsetSeconds.map { civil.instant(offsetSeconds: $0) } }
        }
    }

    private func value(at pointer: String, in document: Any?) -> String? {
        guard document is [String: Any] || document is [Any] else { return payload }
        var place = document
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let key = String(token).replacing("~1", with: "/").replacing("~0", with: "~")
            if let list = place as? [Any], let index = Int(key), list.indices.contains(index) {
                place = list[index]
            } else if let object = place as? [String: Any], let member = object[key] {
                place = member
            } else {
                return nil
            }
        }
        return place.map { "\($0)" }
    }

    private func number(in text: String) -> Double? {
        if let number = Double(text) { return number }
        let found = text.firstMatch(of: /[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?/)
        return found.flatMap { Double($0.output.replacing(",", with: ".")) }
    }
}
