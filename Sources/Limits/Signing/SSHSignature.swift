import Crypto
import Foundation

/// A signature as `ssh-keygen -Y sign` writes it (OpenSSH's PROTOCOL.sshsig), read strictly: version 1, Ed25519,
/// SHA-256 or SHA-512, and a namespace.
public struct SSHSignature: Hashable, Sendable {
    /// Why a text is no signature that counts here.
    public enum Flaw: String, Error, Hashable, Sendable, CaseIterable {
        /// Its frame or its contents are cut off or changed.
        case damaged
        /// It is of a version that this program does not know.
        case version
        /// It was made with a key of another kind.
        case otherKind = "key_kind"
        /// Its digest is neither SHA-256 nor SHA-512.
        case digest
        /// It was made for no namespace, so it could have been meant for anything.
        case noNamespace = "no_namespace"
    }

    private enum Digest: String {
        case sha256, sha512
    }

    private static let preamble = Array("SSHSIG".utf8)
    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    /// The key it was made with.
    public let key: SSHPublicKey
    /// What it was made for, such as `limits@vall-clara`.
    public let namespace: String
    private let reserved: [UInt8]
    private let digest: Digest
    private let signature: [UInt8]
    private let blob: [UInt8]

    /// Reads a signature in its armour; spaces and line ends of any kind may have been added on its way.
    public init(armour: String) throws(Flaw) {
        let text = armour.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix(SSHSignature.begin), text.hasSuffix(SSHSignature.end),
            text.count > SSHSignature.begin.count + SSHSignature.end.count,
            let blob = SSHWire.base64(text.dropFirst(SSHSignature.begin.count).dropLast(SSHSignature.end.count))
        else { throw .damaged }
        var wire = SSHWire(blob)
        guard wire.bytes(6) == SSHSignature.preamble, let version = wire.number() else { throw .damaged }
        guard version == 1 else { throw .version }
        guard let keyBlob = wire.string(), let namespace = wire.string(), let reserved = wire.string(),
            let digest = wire.string(), let inner = wire.string(), wire.isAtEnd,
            let namespace = String(validating: namespace, as: UTF8.self)
        else { throw .damaged }
        do {
            key = try SSHPublicKey(blob: keyBlob)
        } catch {
            throw error == .otherKind ? .otherKind : .damaged
        }
        guard !namespace.isEmpty else { throw .noNamespace }
        guard let digest = Digest(rawValue: String(decoding: digest, as: UTF8.self)) else { throw .digest }
        var parts = SSHWire(inner)
        guard parts.string() == Array(SSHPublicKey.kind.utf8), let signature = parts.string(), signature.count == 64,
            parts.isAtEnd
        else { throw .damaged }
        self.namespace = namespace
        self.reserved = reserved
        self.digest = digest
        self.signature = signature
        self.blob = blob
    }

    /// True where it was made over exactly these bytes.
    public func fits(_ message: [UInt8]) -> Bool {
        let hash =
            switch digest {
            case .sha256: Array(SHA256.hash(data: message))
            case .sha512: Array(SHA512.hash(data: message))
            }
        let signed =
            SSHSignature.preamble + SSHWire.string(Array(namespace.utf8)) + SSHWire.string(reserved)
            + SSHWire.string(Array(digest.rawValue.utf8)) + SSHWire.string(hash)
        return key.vouches(for: signed, signature: signature)
    }

    /// The one form in which it is kept: lines of 70 characters, LF, a newline at the end.
    public var armour: String {
        let base64 = Data(blob).base64EncodedString()
        var lines: [Substring] = []
        var rest = base64[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(70))
            rest = rest.dropFirst(70)
        }
        return ([SSHSignature.begin[...]] + lines + [SSHSignature.end[...]]).joined(separator: "\n") + "\n"
    }

    /// The namespace of a community's decisions.
    public static func namespace(of community: String) -> String {
        "limits@" + community
    }
}
