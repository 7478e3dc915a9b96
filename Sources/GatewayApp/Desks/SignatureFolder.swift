import Foundation
import GatewayModel

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
            let bytes =
                FileHandle(forReadingAtPath: folder + "/" + name)
                .flatMap { try? $0.read(upToCount: longest) } ?? Data()
            return SignatureFile(name: name, armour: String(decoding: bytes, as: UTF8.self))
        }
    }
}
