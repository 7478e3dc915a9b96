import Foundation
import GatewayModel

/// A JSON object as text, with its members in the order they were set.
struct JSONObject: Hashable, Sendable {
    private var members: [String] = []

    mutating func set(_ name: String, _ text: String) {
        members.append(Escaping.json(name) + ":" + Escaping.json(text))
    }

    mutating func set(_ name: String, _ number: Int) {
        members.append(Escaping.json(name) + ":\(number)")
    }

    mutating func set(_ name: String, _ truth: Bool) {
        members.append(Escaping.json(name) + ":\(truth)")
    }

    mutating func set(_ name: String, _ object: JSONObject) {
        members.append(Escaping.json(name) + ":" + object.text)
    }

    var text: String { "{" + members.joined(separator: ",") + "}" }
}

extension HTTPRequest {
    /// A request with a JSON body.
    init(
        _ method: Method = .post, _ url: String, headers: [(name: String, value: String)] = [], json: JSONObject
    ) {
        self.init(
            method: method, url: url, headers: headers + [(name: "Content-Type", value: "application/json")],
            body: Array(json.text.utf8))
    }

    /// One segment of a path, or a value of a query: everything but unreserved characters encoded (RFC 3986, 2.3).
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

extension HTTPResponse {
    /// The body as JSON; nil where it is anything else.
    func json<Body: Decodable>(_ type: Body.Type) -> Body? {
        try? JSONDecoder().decode(type, from: Data(body))
    }

    /// The outcome where the service gives each message a name: a success without one did not come from the service.
    ///
    /// Some box between, such as a hotel's login page, may have answered, or the service's own answer was garbled.
    func outcome(named name: String?) -> DeliveryOutcome {
        if (200..<300).contains(status), name == nil {
            return .unknown(reason: "HTTP \(status), but the answer is not this service's")
        }
        // Not the message is unknown there, but the room, the group or the service itself.
        if status == 404 { return .denied(reason: "HTTP 404: there is nothing at the address in the configuration") }
        return outcome(remoteID: name)
    }
}
