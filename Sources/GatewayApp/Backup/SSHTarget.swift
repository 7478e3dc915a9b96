/// A folder on another machine, reached through its ssh server: `ssh://user@host:port/path`.
///
/// An account there that may do nothing but sftp is enough.
public struct SSHTarget: Sendable, Hashable {
    /// The machine's name or address.
    public var host: String
    /// The port; nil for ssh's own.
    public var port: Int?
    /// The account; nil for the one of the same name as here.
    public var user: String?
    /// The folder as the account there sees it; below its home where it does not begin with a slash.
    public var path: String
    /// The file of the private key; nil for those that ssh finds by itself.
    public var keyFile: String?
    /// The file of known host keys, which are the only ones believed; nil for ssh's own files.
    public var knownHosts: String?

    /// How a target is written.
    static let example = "ssh://backup@neighbour.lan:22/srv/commons"

    /// True for what is meant as such a target, well written or not.
    static func isMeant(by text: String) -> Bool { text.hasPrefix("ssh:") || text.hasPrefix("sftp:") }

    /// Reads `ssh://user@host:port/path`; nil where it is not written like that. A path below the account's home begins
    /// with `/~/`.
    public init?(_ text: String, keyFile: String? = nil, knownHosts: String? = nil) {
        guard text.hasPrefix("ssh://"), let slash = text.dropFirst(6).firstIndex(of: "/") else { return nil }
        var place = text[text.index(text.startIndex, offsetBy: 6)..<slash]
        var path = text[slash...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        path = path.hasPrefix("/~/") ? path.dropFirst(3) : path
        // Names go into commands: quotes, spaces and what else a program could take for its own are left to nobody.
        func isPlain(_ text: Substring, _ more: String) -> Bool {
            !text.isEmpty && !text.hasPrefix("-")
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || more.contains($0)) }
        }
        guard isPlain(path, "/._-+@=,~") else { return nil }
        if let at = place.lastIndex(of: "@") {
            guard isPlain(place[..<at], "._-") else { return nil }
            user = String(place[..<at])
            place = place[place.index(after: at)...]
        }
        var digits: Substring?
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            let rest = place[place.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            digits = rest.isEmpty ? nil : rest.dropFirst()
            place = place[place.index(after: place.startIndex)..<end]
            guard isPlain(place, ":.") else { return nil }
        } else {
            if let colon = place.firstIndex(of: ":") {
                digits = place[place.index(after: colon)...]
                place = place[..<colon]
            }
            guard isPlain(place, ".-_") else { return nil }
        }
        if let digits {
            guard let number = Int(digits), (1...65_535).contains(number) else { return nil }
            port = number
        }
        host = String(place)
        self.path = String(path)
        self.keyFile = keyFile
        self.knownHosts = knownHosts
    }

    /// The folder that a file lies in, and the file's name.
    var splitFile: (folder: SSHTarget, name: String) {
        var folder = self
        let slash = path.lastIndex(of: "/")
        folder.path = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return (folder, slash.map { String(path[path.index(after: $0)...]) } ?? path)
    }
}

extension SSHTarget: CustomStringConvertible {
    /// As it is written.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "ssh://\(user.map { $0 + "@" } ?? "")\(name)\(port.map { ":\($0)" } ?? "")"
            + (path.hasPrefix("/") ? path : "/~/" + path)
    }
}
