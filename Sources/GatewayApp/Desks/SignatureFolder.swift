import Foundation
import GatewayModel
import Limits

/// The signatures beside a decision: `0007-garden.md` has them in `0007-garden.sigs/rosa.sig` and so on.
enum SignatureFolder {
    /// A signature has 300 bytes; what is much longer is something else.
    private static let longest = 16_384
    /// More files than a village has keys are not read.
    private static let most = 200

    /// The folder that belongs to a decision's file.
    static func path(for file: String) -> String {
        (file.hasSuffix(".md") ? String(file.dropLast(3)) : file) + ".sigs"
    }

    /// Every signature file of a decision, by name; none where there is no folder.
    static func files(for file: String) -> [SignatureFile] {
        files(in: path(for: file))
    }

    /// Every signature file of a folder, by name.
    static func files(in folder: String) -> [SignatureFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".sig") }.sorted().prefix(most).map { name in
            let bytes = SmallFile.bytes(folder + "/" + name, atMost: longest) ?? []
            return SignatureFile(name: name, armour: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension SignatureFolder {
    /// What became of a signature that was put beside a decision.
    enum Outcome {
        case new, replaced, already
    }

    /// Puts a signature beside a decision as `PERSON.sig`; a second key of a person gets `PERSON-2.sig`.
    static func put(_ signer: Signer, for file: String) throws -> (path: String, outcome: Outcome) {
        let folder = path(for: file)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let present = files(in: folder)
        let sameKey = present.first { (try? SSHSignature(armour: $0.armour))?.key.fingerprint == signer.fingerprint }
        if let sameKey, sameKey.armour == signer.armour { return (folder + "/" + sameKey.name, .already) }
        let taken = Set(present.map(\.name))
        let free = (1...).lazy.map { $0 == 1 ? "\(signer.person).sig" : "\(signer.person)-\($0).sig" }
            .first { !taken.contains($0) }
        let name = sameKey?.name ?? free ?? "\(signer.person).sig"
        try Data(signer.armour.utf8).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
        return (folder + "/" + name, sameKey == nil ? .new : .replaced)
    }
}
