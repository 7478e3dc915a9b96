import Foundation
import GatewayModel

/// The folder that copies are made in.
struct BackupFolder {
    /// Where it is; it may be away, as a stick that was pulled out.
    let path: String
    let community: String

    /// A copy in it.
    struct Copy: Hashable {
        var name: String
        var madeAt: Instant
    }

    /// The name of the copy of a moment: `commons-vall-clara-2026-11-23T080000Z.tar.gpg`.
    func name(at now: Instant, suffix: String) -> String {
        let time = now.description.prefix(19).replacingOccurrences(of: ":", with: "")
        return "commons-\(community)-\(time)Z.\(suffix)"
    }

    /// The community's copies by their names, whose time no other program changes; none where the folder is away.
    var copies: [Copy] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("commons-\(community)-"),
                let suffix = [".sqlite", ".tar.gpg"].first(where: { name.hasSuffix($0) })
            else { return nil }
            let time = name.dropFirst("commons-\(community)-".count).dropLast(suffix.count)
            guard time.count == 18, time.hasSuffix("Z") else { return nil }
            let digits = Array(time)
            let clock = "\(String(digits[11..<13])):\(String(digits[13..<15])):\(String(digits[15..<17]))"
            return Instant(rfc3339: "\(String(digits[..<11]))\(clock)Z").map { Copy(name: name, madeAt: $0) }
        }
    }

    /// When the newest copy was made; nil where there is none or the folder is away.
    var newest: Instant? { copies.map(\.madeAt).max() }

    /// Removes the copies that the rota no longer keeps; returns how many went.
    func tidy(_ rota: BackupRota, zone: Zone) -> Int {
        let old = rota.superfluous(copies.map { ($0.name, $0.madeAt) }, zone: zone)
        return old.filter { (try? FileManager.default.removeItem(atPath: path + "/" + $0)) != nil }.count
    }
}
