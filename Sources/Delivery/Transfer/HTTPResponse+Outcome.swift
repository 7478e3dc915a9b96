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

    /// The seconds of `Retry-After` (RFC 9110, section 10.2.3): a number, or a time, which counts from the answer's own
    /// `Date`, since the other side's clock need not be ours. A time without that is not read; the schedule serves as well.
    private var retryAfter: Int64? {
        guard let said = headers["retry-after"] else { return nil }
        if let seconds = Int64(said.prefix { $0 != " " }) { return max(0, seconds) }
        guard let until = HTTPDate.instant(said), let now = headers["date"].flatMap(HTTPDate.instant) else {
            return nil
        }
        return max(0, until.milliseconds(since: now) / 1000)
    }
}
