import Crypto
import Foundation

/// An Ed25519 key as OpenSSH writes it: `ssh-ed25519 AAAA… comment` (RFC 8709, section 4; sshd(8)).
public struct SSHPublicKey: Hashable, Sendable, CustomStringConvertible {
    /// Why a line is no such key.
    public enum Flaw: String, Error, Hashable, Sendable {
        /// It is a key of another kind: RSA, ECDSA, a security key.
        case otherKind
        /// It is cut off or was copied wrongly.
        case damaged
    }

    static let kind = "ssh-ed25519"

    /// The 32 bytes of the key.
    let raw: [UInt8]

    /// Reads a line of a `.pub` file; a comment may follow.
    public init(line: String) throws(Flaw) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let kind = words.first, words.count >= 2 else { throw .damaged }
        guard kind == SSHPublicKey.kind else {
            throw kind.hasPrefix("ssh-") || kind.hasPrefix("ecdsa-") || kind.hasPrefix("sk-") ? .otherKind : .damaged
        }
        guard let blob = SSHWire.base64(words[1]) else { throw .damaged }
        try self.init(blob: blob)
    }

    /// Reads the binary form, as it stands in signatures too.
    init(blob: [UInt8]) throws(Flaw) {
        var wire = SSHWire(blob)
        guard let kind = wire.string() else { throw .damaged }
        guard kind == Array(SSHPublicKey.kind.utf8) else { throw .otherKind }
        guard let raw = wire.string(), raw.count == 32, wire.isAtEnd else { throw .damaged }
        self.raw = raw
    }

    /// The binary form.
    var blob: [UInt8] {
        SSHWire.string(Array(SSHPublicKey.kind.utf8)) + SSHWire.string(raw)
    }

    /// `ssh-ed25519 AAAA…`, without a comment.
    public var description: String {
        "\(SSHPublicKey.kind) \(Data(blob).base64EncodedString())"
    }

    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    public var fingerprint: String {
        let digits = Data(SHA256.hash(data: Data(blob))).base64EncodedString()
        return "SHA256:" + digits.prefix { $0 != "=" }
    }

    /// True where that signature was made over these bytes with this key's other half (RFC 8032).
    func vouches(for bytes: [UInt8], signature: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { return false }
        return key.isValidSignature(signature, for: bytes)
    }
}
