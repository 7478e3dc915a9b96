extension DeliveryOutcome {
    /// The outcome without words of the other side that repeat a part of the secret: they are stored and logged.
    ///
    /// Eight characters in a row count as a part; a shorter piece, such as one that was cut off, leaves the rest unknown.
    func keepingSecret(_ link: String) -> DeliveryOutcome {
        let secret = Array(link.split(separator: "/").last.map(String.init) ?? link)
        let parts = secret.count < 8 ? [String(secret)] : (0...secret.count - 8).map { String(secret[$0..<$0 + 8]) }
        func clean(_ text: String) -> String {
            parts.contains { text.contains($0) } ? "the answer repeats the message and is not kept" : text
        }
        switch self {
        case .delivered(let remoteID, let warning):
            return .delivered(remoteID: remoteID.map(clean), warning: warning.map(clean))
        case .retry(let after, let reason): return .retry(after: after, reason: clean(reason))
        case .permanent(let reason): return .permanent(reason: clean(reason))
        case .denied(let reason): return .denied(reason: clean(reason))
        case .unknown(let reason): return .unknown(reason: clean(reason))
        case .gone(let reason): return .gone(reason: clean(reason))
        }
    }
}
