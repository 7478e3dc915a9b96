import Foundation
import GatewayModel

/// A text file per notice in a folder, and `latest.txt` that lists them, for a screen, a printer or a shared drive.
///
/// Works with everything else down. A file appears whole or not at all; writing the same notice again changes nothing.
public struct FilesDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let files: FilesSettings
    private let context: DestinationContext

    /// Notices in the listing.
    static let listed = 50

    init(settings: DestinationSettings, files: FilesSettings, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.files = files
        self.context = context
    }

    /// Writes one notice and the listing.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let file = FilesDestination.fileName(item)
        let texts = context.texts(language)
        let title = Escaping.singleLine(texts.subject(item, community: context.community))
        do {
            try FileManager.default.createDirectory(atPath: files.folder, withIntermediateDirectories: true)
            try AtomicFile.write("\(title)\n\n\(texts.body(item))\n", to: files.folder + "/" + file)
            try list(texts)
            return .delivered(remoteID: file)
        } catch {
            return .retry(after: nil, reason: "\(files.folder): \(error)")
        }
    }

    /// The notice's file is its own proof.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        let file = FilesDestination.fileName(item)
        return FileManager.default.fileExists(atPath: files.folder + "/" + file) ? .found(remoteID: file) : .missing
    }

    /// `20261123T061452Z-now-0123….txt`: sorts by time, and no text from outside is part of it.
    static func fileName(_ item: OutboxItem) -> String {
        let time = item.createdAt.rfc3339().prefix(19).filter { $0 != "-" && $0 != ":" }
        let key = item.key.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(64)
        return "\(time)Z-\(item.priority.rawValue)-\(key).txt"
    }

    /// Takes notices away that must not be known any more, and their lines in the listing; returns how many there were.
    public static func withdraw(_ files: [String], from settings: FilesSettings) throws -> Int {
        let there = files.filter { FileManager.default.fileExists(atPath: settings.folder + "/" + $0) }
        for file in there { try FileManager.default.removeItem(atPath: settings.folder + "/" + file) }
        let listing = settings.folder + "/latest.txt"
        if let text = try? String(contentsOfFile: listing, encoding: .utf8) {
            let left = text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { line in !files.contains { line.contains($0) } }
            try AtomicFile.write(left.joined(separator: "\n"), to: listing)
        }
        return there.count
    }

    /// Rewrites the listing from the folder, newest first, and removes what is beyond the bound.
    private func list(_ texts: DestinationTexts) throws {
        let notices = try FileManager.default.contentsOfDirectory(atPath: files.folder)
            .filter { $0.hasSuffix(".txt") && $0.first?.isNumber == true }.sorted(by: >)
        for old in notices.dropFirst(files.keep) {
            try FileManager.default.removeItem(atPath: files.folder + "/" + old)
        }
        var lines = [texts.phrases.text("delivery.files.title"), ""]
        for file in notices.prefix(FilesDestination.listed) {
            let text =
                FileManager.default.contents(atPath: files.folder + "/" + file)
                .map { String(decoding: $0.prefix(2000), as: UTF8.self) } ?? ""
            let title = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
            let time = localTime(ofFile: file)
            lines.append(texts.phrases.text("delivery.files.line", ["time": time, "title": title, "file": file]))
        }
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: files.folder + "/latest.txt")
    }

    /// The community's time of a file, from its name.
    private func localTime(ofFile file: String) -> String {
        let digits = Array(file.prefix(15))
        guard digits.count == 15 else { return "" }
        let text =
            "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))T"
            + "\(String(digits[9..<11])):\(String(digits[11..<13])):\(String(digits[13..<15]))Z"
        guard let instant = Instant(rfc3339: text) else { return "" }
        let local = instant.rfc3339(offsetSeconds: context.zone.offsetSeconds(at: instant))
        return local.prefix(16).split(separator: "T").joined(separator: " ")
    }
}
