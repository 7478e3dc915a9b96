import Foundation
import GatewayModel
import Limits
import Reporting
import Storage

/// A decision's file in the inbox, read and understood.
struct DecisionFile {
    /// As long as a command to the gateway may carry.
    private static let longest = 2_000_000

    /// The path, as the person wrote it.
    var path: String
    /// The bytes that are signed and adopted.
    var bytes: [UInt8]
    /// What they say.
    var resolution: Resolution

    /// The file's name.
    var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// SHA-256 of the bytes, 64 hexadecimal digits.
    var sha256: String { ResolutionFile.sha256(bytes) }

    /// Reads a file; what is wrong with it is thrown, every problem with its line.
    static func read(_ path: String) throws(AppError) -> DecisionFile {
        guard let bytes = SmallFile.bytes(path, atMost: longest) else {
            throw AppError(
                "\(path) cannot be read", remedy: "check its name, that you may read it, and that it is a text file")
        }
        let (resolution, problems) = ResolutionFile.parse(bytes, fileName: path)
        guard let resolution, problems.isEmpty else {
            throw AppError(problems.map(\.description).joined(separator: "\n"), remedy: "")
        }
        return DecisionFile(path: path, bytes: bytes, resolution: resolution)
    }

    /// The decisions of the inbox that can be read, by number.
    static func inbox(of site: Site) -> [DecisionFile] {
        paths(of: site).compactMap { try? read($0) }.sorted { $0.resolution.number < $1.resolution.number }
    }

    /// The files of the inbox that cannot be read, each with the first thing that is wrong with it; one that is named after
    /// a decision that was adopted is left out: its bytes are kept here.
    static func unreadable(of site: Site, adopted: [Int]) -> [DecisionFacts.Unreadable] {
        paths(of: site).compactMap { path in
            let name = URL(fileURLWithPath: path).lastPathComponent
            if let number = Int(name.prefix { $0.isNumber }), adopted.contains(number) { return nil }
            do throws(AppError) {
                _ = try read(path)
                return nil
            } catch {
                let reason = error.message.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                return DecisionFacts.Unreadable(
                    name: Escaping.singleLine(name, limit: 80),
                    reason: Escaping.singleLine(reason.replacing(path, with: name), limit: 300))
            }
        }
    }

    private static func paths(of site: Site) -> [String] {
        let folder = site.configuration.resolutionsFolder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") }.sorted().map { folder + "/" + $0 }
    }
}

extension LimitRegister {
    /// Every adopted resolution, none where there is no database yet.
    func adoptedHere() throws -> [AdoptedResolution] {
        guard FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite") else {
            return []
        }
        return try adopted(in: site.readingStore())
    }
}
