import Foundation
import GatewayModel

/// The folder that copies of the database are made in.
struct BackupFolder {
    /// Where it is; it may be away, as a stick that was pulled out.
    let path: String

    /// The name of the copy of a moment: `commons-vall-clara-2026-11-23T080000Z.sqlite`.
    static func name(community: String, at now: Instant) -> String {
        let time = now.description.prefix(19).replacingOccurrences(of: ":", with: "")
        return "commons-\(community)-\(time)Z.sqlite"
    }

    /// When the newest copy was made; nil where there is none or the folder is away.
    var newest: Instant? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let dates = names.filter { $0.hasPrefix("commons-") && $0.hasSuffix(".sqlite") }.compactMap { name in
            try? FileManager.default.attributesOfItem(atPath: path + "/" + name)[.modificationDate] as? Date
        }
        return dates.max().map { Instant(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
    }
}
