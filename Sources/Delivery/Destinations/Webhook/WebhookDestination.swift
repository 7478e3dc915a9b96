import Foundation
import GatewayModel

/// A signed POST of JSON after Standard Webhooks 1.0.0 (standardwebhooks.com), for programs of the community's own.
///
/// `webhook-id` is the message's key at every attempt, so that the receiver can leave out repeats.
public struct WebhookDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let url: String
    private let signer: WebhookSigner
    private let client: HTTPClient

    /// The standard asks for payloads below 20 kB.
    static let bodyLimit = 20_000

    init(
        settings: DestinationSettings, webhook: WebhookSettings, signer: WebhookSigner, context: DestinationContext
    ) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        url = webhook.url
        self.signer = signer
        client = HTTPClient(timeoutSeconds: webhook.timeoutSeconds, caFile: webhook.caFile, stop: context.stop)
    }

    /// Posts one message; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let body = Array(WebhookDestination.body(for: item).utf8)
        let timestamp = now.milliseconds / 1000
        let request = HTTPRequest(
            url: url,
            headers: [
                ("Content-Type", "application/json"), ("webhook-id", item.key),
                ("webhook-timestamp", String(timestamp)),
                ("webhook-signature", signer.signature(id: item.key, timestamp: timestamp, body: body)),
            ], body: body)
        switch client.send(request) {
        case .failure(let error): return error.outcome
        case .success(let response):
            if response.status == 410 { return .gone(reason: "the receiver answered 410 Gone") }
            return response.outcome(remoteID: nil)
        }
    }

    /// The JSON text; figures are left out, and said to be, where they would make it longer than the standard allows.
    static func body(for item: OutboxItem) -> String {
        let head = "{\"type\":\(Escaping.json(item.type)),\"timestamp\":\"\(item.createdAt)\",\"data\":{"
        var members = [
            "\"ref\":\(Escaping.json(item.key))", "\"priority\":\(Escaping.json(item.priority.rawValue))",
            "\"title\":\(Escaping.json(Escaping.cut(item.title, toBytes: 1000)))",
            "\"text\":\(Escaping.json(Escaping.cut(item.body, toBytes: 6000)))",
        ]
        if let alert = item.alert { members.append("\"alert\":\(Escaping.json(alert))") }
        let whole = head + (members + ["\"figures\":\(item.checkedDataJSON)"]).joined(separator: ",") + "}}"
        guard whole.utf8.count >= bodyLimit else { return whole }
        return head + (members + ["\"figures_left_out\":true"]).joined(separator: ",") + "}}"
    }
}

extension OutboxItem {
    /// The figures where they are a JSON object, `{}` otherwise: one malformed text must not spoil the whole message.
    var checkedDataJSON: String {
        let object = try? JSONSerialization.jsonObject(with: Data(dataJSON.utf8))
        return object is [String: Any] ? dataJSON : "{}"
    }
}
