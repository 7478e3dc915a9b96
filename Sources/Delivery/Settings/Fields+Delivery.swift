import GatewayModel
import StrictYAML

extension Fields {
    /// The source of a secret, from `<key>_file` or `<key>_env`; nil where neither is there.
    func secret(_ key: String) -> SecretSource? {
        if let field = self["\(key)_file"] { return field.secretPath().map { .file($0) } }
        if let name = self["\(key)_env"]?.string() { return .environment(name) }
        return nil
    }

    /// The source of a secret that must be there.
    func requiredSecret(_ key: String) -> SecretSource? {
        if let secret = secret(key) { return secret }
        // What is written wrongly was reported.
        guard self["\(key)_file"] == nil else { return nil }
        owner.report(
            "'\(owner.path)' names no \(key)",
            remedy:
                "add `\(key)_file: /etc/commons-gateway/secrets/\(key)` or `\(key)_env: NAME`; never the \(key) itself")
        return nil
    }

    /// An address that starts with `https://`, or with `http://` where the other side is on this box.
    func url(_ key: String) -> String? {
        guard let field = required(key, example: "https://example.org/hook"), let text = field.string() else {
            return nil
        }
        switch WebAddress.problem(of: text) {
        case .malformed:
            field.report("'\(text)' is not an address", remedy: "write https://host/path without user or password")
            return nil
        case .unprotected:
            field.report("'\(text)' would be sent unprotected", remedy: "use https://; http:// is for this box only")
            return nil
        case nil: break
        }
        return text
    }

    /// A duration in whole seconds within bounds, or the default.
    func seconds(_ key: String, in range: ClosedRange<Int64>, default standard: Int) -> Int? {
        guard let field = self[key] else { return standard }
        guard let seconds = field.seconds() else { return nil }
        guard range.contains(seconds) else {
            field.report(
                "'\(field.path)' must be from \(range.lowerBound) s to \(range.upperBound) s", remedy: "leave it out")
            return nil
        }
        return Int(seconds)
    }
}

/// What an address of the web must be like.
enum WebAddress {
    /// What can be wrong with one.
    enum Problem: Hashable { case malformed, unprotected }

    /// `https://` with a host and without user or password; `http://` only where the other side is on this box.
    static func problem(of text: String) -> Problem? {
        let isSecure = text.hasPrefix("https://")
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard isSecure || text.hasPrefix("http://"), !authority.isEmpty, !authority.contains("@"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return .malformed }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return isSecure || isLoopback(String(host)) ? nil : .unprotected
    }
}

/// True for names and addresses of this machine.
func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}
