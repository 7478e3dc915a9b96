import GatewayModel

extension HTTPResponse {
    /// The outcome that a status stands for: 2xx taken, 401 and 403 not before the
    /// configuration is mended, 408, 425, 429 and 5xx again later, the rest never.
    ///
    /// Redirects count as refusals: a message must not go where its configuration does not say.
    func outcome(remoteID: String?, warning: String? = nil) -> DeliveryOutcome {
        let start = Escaping.terminal(String(decoding: body.prefix(200), as: UTF8.self))
        let reason = "HTTP \(status)" + (start.isEmpty ? "" : ": \(start)")
        switch status {
        case 200..<300: return .delivered(remoteID: remoteID, warning: warning)
        case 401, 403: return .denied(reason: reason)
        case 408, 425, 429, 500...: return .retry(after: retryAfter, reason: reason)
        default: return .permanent(reason: reason)
        }
    }

    /// The seconds of `Retry-After` (RFC 9110, section 10.2.3); a date there is not read, the schedule serves as well.
    private var retryAfter: Int64? {
        headers["retry-after"].flatMap { Int64($0.prefix { $0 != " " }) }.map { max(0, $0) }
    }
}
