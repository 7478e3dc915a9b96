import Crypto
import Foundation
import GatewayModel

/// Signs requests after Standard Webhooks 1.0.0: HMAC-SHA256 over id, timestamp and body.
public struct WebhookSigner: Sendable {
    private let keys: [SymmetricKey]

    /// Reads one secret a line, each `whsec_` and 24 to 64 bytes in base64; the receiver may accept any of them.
    public init(secrets text: String) throws(DestinationError) {
        var keys: [SymmetricKey] = []
        for secret in text.split(whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == " " }) {
            guard secret.hasPrefix("whsec_"), let bytes = Base64.decode(secret.dropFirst(6)),
                (24...64).contains(bytes.count)
            else {
                throw DestinationError(
                    .secretMalformed, "a webhook secret does not have the form whsec_ and 24 to 64 bytes in base64",
                    remedy: "make one with: echo whsec_$(openssl rand -base64 32)")
            }
            keys.append(SymmetricKey(data: Data(bytes)))
        }
        self.keys = keys
    }

    /// The value of `webhook-signature`: one `v1,…` per secret, separated by blanks.
    public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Data("\(id).\(timestamp).".utf8) + Data(body)
        return keys.map { key in
            "v1," + Base64.encode(Array(HMAC<SHA256>.authenticationCode(for: signed, using: key)))
        }.joined(separator: " ")
    }
}
