import Foundation
import GatewayModel
import Yams

@testable import Delivery

let start = Instant(seconds: 1_795_000_000)

/// A key as the gateway makes them: 32 hexadecimal digits.
func key(_ number: Int) -> String {
    String(repeating: "0", count: 28) + String(number + 0x1000, radix: 16)
}

func notice(
    _ number: Int, destination: String = "d", priority: Priority = .today, type: String = "alert.raised",
    title: String? = nil, body: String = "The tank is at 31 %.", alert: String? = nil, at time: Instant = start
) -> OutboxItem {
    OutboxItem(
        key: key(number), destination: destination, type: type, priority: priority, title: title ?? "Notice \(number)",
        body: body, alert: alert, dataJSON: "{\"value\":31}", createdAt: time)
}

enum Phrases {
    /// The phrases of this module in a language, read from the file that the gateway ships.
    static func book(_ language: String) throws -> Phrasebook {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("config/languages/\(language).yaml")
        let root = try Yams.compose(yaml: String(contentsOf: file, encoding: .utf8))
        var phrases: [String: String] = [:]
        func collect(_ node: Node?, _ path: String) {
            if let text = node?.scalar?.string { phrases[path] = text }
            for (name, child) in node?.mapping ?? [:] {
                collect(child, (path.isEmpty ? "" : path + ".") + (name.string ?? ""))
            }
        }
        collect(root, "")
        return Phrasebook(language: language, phrases: phrases)
    }

    static func books() throws -> [String: Phrasebook] {
        ["en": try book("en"), "es": try book("es")]
    }
}

func context(
    publisher: (any StatePublishing)? = nil, environment: [String: String] = [:]
) throws -> DestinationContext {
    DestinationContext(
        community: "Alder Court", node: "gateway.example.org", phrasebooks: try Phrases.books(), zone: .utc,
        environment: environment, statePublisher: publisher)
}
