import Foundation
import GatewayModel
import Limits

/// Looks for signatures in a folder that is a stick or where mails and their attachments were saved, whatever the files are
/// called.
enum SignatureSearch {
    /// What a file holds.
    enum Found {
        case signature(SignatureFile)
        /// None; the file's name.
        case nothing(String)
        /// So many files were not looked at.
        case unread(Int)
    }

    /// A saved mail with a few attachments; what is longer is something else.
    private static let longest = 4 << 20
    /// More files than a stick for signatures has are not read.
    private static let most = 2000
    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    /// What each file of a folder holds, by name; folders within it are not looked into.
    static func look(in folder: String) -> [Found] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = names.sorted().filter { name in
            var isFolder: ObjCBool = false
            return !FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
                || !isFolder.boolValue
        }
        let found = files.prefix(most).flatMap { name -> [Found] in
            let bytes = SmallFile.bytes(folder + "/" + name, atMost: longest) ?? []
            // Pictures and the like have a zero somewhere, texts and mails have none.
            let text = bytes.contains(0) ? "" : String(decoding: bytes, as: UTF8.self)
            let signatures = signatures(in: text, name: name)
            if !signatures.isEmpty { return signatures.map(Found.signature) }
            // What calls itself a signature and is none is told as a broken one.
            let isNamed = name.hasSuffix(".sig") && !name.hasPrefix(".")
            return [isNamed ? .signature(SignatureFile(name: name, armour: "")) : .nothing(name)]
        }
        return found + (files.count > most ? [.unread(files.count - most)] : [])
    }

    /// The signatures of a text or of the parts of a mail, each once.
    private static func signatures(in text: String, name: String) -> [SignatureFile] {
        var seen: Set<String> = []
        let inParts = (SavedMail(text)?.parts ?? []).flatMap { part in
            armours(in: part.text).map { armour in
                SignatureFile(name: part.name.map { "\(name), \($0)" } ?? name, armour: armour)
            }
        }
        let found = inParts.isEmpty ? armours(in: text).map { SignatureFile(name: name, armour: $0) } : inParts
        return found.filter { seen.insert($0.armour).inserted }
    }

    /// From each first line of a signature through its last, or through the end where that is missing.
    private static func armours(in text: String) -> [String] {
        var (found, rest) = ([String](), text[...])
        while let first = rest.firstRange(of: begin) {
            let last = rest[first.upperBound...].firstRange(of: end)?.upperBound ?? rest.endIndex
            found.append(String(rest[first.lowerBound..<last]))
            rest = rest[last...]
        }
        return found
    }
}
