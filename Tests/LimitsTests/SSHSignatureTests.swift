import Foundation
import TestSupport
import Testing

@testable import Limits

@Suite("Signatures of OpenSSH")
struct SSHSignatureTests {
    private let keys: SSHKeys
    private let message = Array("The tank never falls below 40 %.\n".utf8)

    init() throws {
        keys = try SSHKeys()
        try keys.make("rosa")
    }

    private func armour(namespace: String = "limits@vall-clara", options: [String] = []) throws -> String {
        try keys.sign(message, with: "rosa", namespace: namespace, options: options)
    }

    @Test("What ssh-keygen signs is read and fits, with either digest; its key is the one that ssh-keygen shows")
    func real() throws {
        for digest in ["sha256", "sha512"] {
            let text = try armour(options: ["hashalg=\(digest)"])
            let signature = try SSHSignature(armour: text)
            #expect(signature.fits(message))
            #expect(signature.namespace == "limits@vall-clara")
            #expect(try signature.key == SSHPublicKey(line: keys.line("rosa")))
            #expect(try signature.key.fingerprint == keys.fingerprint("rosa"))
            #expect(signature.armour == text)
            // A mail program may have changed the line ends and added space around it.
            let mailed = "\r\n" + text.replacing("\n", with: "\r\n") + "  \r\n"
            #expect(try SSHSignature(armour: mailed) == signature)
        }
    }

    @Test("Not one byte of what was signed can be another")
    func otherBytes() throws {
        let signature = try SSHSignature(armour: armour())
        for index in message.indices {
            var changed = message
            changed[index] ^= 1
            #expect(!signature.fits(changed), "byte \(index)")
        }
        #expect(!signature.fits(message.dropLast()) && !signature.fits(message + [10]))
    }

    @Test("Not one byte of a signature can be another: it is refused or fits no more")
    func damaged() throws {
        let good = try blob(of: armour())
        for index in good.indices {
            var changed = good
            changed[index] ^= 1
            let signature = try? SSHSignature(armour: armoured(changed))
            #expect(signature?.fits(message) != true, "byte \(index)")
        }
        for length in 0..<good.count {
            #expect(throws: SSHSignature.Flaw.damaged) { try SSHSignature(armour: armoured(good.prefix(length))) }
        }
        #expect(throws: SSHSignature.Flaw.damaged) { try SSHSignature(armour: armoured(good + [0])) }
        let frame = ["-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"]
        for text in ["", "Dear all", frame[0], frame[0] + frame[1], frame[0] + "\n" + frame[1]] {
            #expect(throws: SSHSignature.Flaw.damaged) { try SSHSignature(armour: text) }
        }
    }

    @Test("A later version, another digest, no namespace and other kinds of keys each have their own reason")
    func flaws() throws {
        let key = try SSHPublicKey(line: keys.line("rosa"))
        func made(version: UInt32 = 1, key blob: [UInt8]? = nil, namespace: String = "x", digest: String = "sha512")
            -> String
        {
            let parts = [blob ?? key.blob, Array(namespace.utf8), [], Array(digest.utf8)]
            let inner = SSHWire.string(Array("ssh-ed25519".utf8)) + SSHWire.string(Array(repeating: 7, count: 64))
            return armoured(
                Array("SSHSIG".utf8) + SSHWire.number(version) + parts.flatMap { SSHWire.string($0) }
                    + SSHWire.string(inner))
        }
        #expect(try !SSHSignature(armour: made()).fits(message))
        #expect(throws: SSHSignature.Flaw.version) { try SSHSignature(armour: made(version: 2)) }
        #expect(throws: SSHSignature.Flaw.digest) { try SSHSignature(armour: made(digest: "sha1")) }
        #expect(throws: SSHSignature.Flaw.noNamespace) { try SSHSignature(armour: made(namespace: "")) }
        for kind in ["rsa", "ecdsa"] {
            let line = try keys.make(kind, kind: kind)
            #expect(throws: SSHPublicKey.Flaw.otherKind) { try SSHPublicKey(line: line) }
            let text = try keys.sign(message, with: kind, namespace: "x")
            #expect(throws: SSHSignature.Flaw.otherKind) { try SSHSignature(armour: text) }
        }
        for line in ["", "ssh-ed25519", "ssh-ed25519 AAAA", "rosa", "\(key)AA"] {
            #expect(throws: SSHPublicKey.Flaw.damaged, "\(line)") { try SSHPublicKey(line: line) }
        }
    }

    private func blob(of armour: String) throws -> [UInt8] {
        let lines = armour.split(separator: "\n").dropFirst().dropLast()
        return [UInt8](try #require(Data(base64Encoded: lines.joined())))
    }

    private func armoured(_ blob: some Sequence<UInt8>) -> String {
        "-----BEGIN SSH SIGNATURE-----\n\(Data(blob).base64EncodedString())\n-----END SSH SIGNATURE-----\n"
    }
}
