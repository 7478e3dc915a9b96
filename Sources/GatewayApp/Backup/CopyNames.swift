import GatewayModel

/// What copies are called. Their time stands in the name, since no other program changes it there.
struct CopyNames {
    let community: String

    /// A copy by its name.
    struct Copy: Hashable {
        var name: String
        var madeAt: Instant
    }

    /// What is left of a copy that was not finished has this behind its name.
    static let partial = ".partial"

    /// The name of the copy of a moment: `commons-vall-clara-2026-11-23T080000Z.tar.gpg`.
    func name(at now: Instant, suffix: String) -> String {
        let time = now.description.prefix(19).replacing(":", with: "")
        return "commons-\(community)-\(time)Z.\(suffix)"
    }

    /// The list of what households had deleted, where it lies on another machine.
    var forgotten: String { "commons-\(community).forgotten.tar.gpg" }

    /// The community's copies among names.
    func copies(in names: [String]) -> [Copy] {
        names.compactMap { name in
            time(of: name, suffixes: [".sqlite", ".tar.gpg"]).map { Copy(name: name, madeAt: $0) }
        }
    }

    /// When the newest of them was made; nil where there is none. One that is dated after tomorrow proves nothing.
    func newest(in names: [String], now: Instant) -> Instant? {
        copies(in: names).map(\.madeAt).filter { $0.milliseconds(since: now) < 86_400_000 }.max()
    }

    /// The copies that the rota no longer keeps, and what was begun more than a day ago and never finished.
    func superfluous(in names: [String], _ rota: BackupRota, zone: Zone, now: Instant) -> [String] {
        let old = rota.superfluous(copies(in: names).map { ($0.name, $0.madeAt) }, zone: zone)
        let begun = names.filter { name in
            time(of: name, suffixes: [".sqlite" + CopyNames.partial, ".tar.gpg" + CopyNames.partial])
                .map { now.milliseconds(since: $0) > 86_400_000 } ?? false
        }
        return old + begun
    }

    private func time(of name: String, suffixes: [String]) -> Instant? {
        guard name.hasPrefix("commons-\(community)-"), let suffix = suffixes.first(where: { name.hasSuffix($0) })
        else { return nil }
        let time = name.dropFirst("commons-\(community)-".count).dropLast(suffix.count)
        guard time.count == 18, time.hasSuffix("Z") else { return nil }
        let digits = Array(time)
        let clock = "\(String(digits[11..<13])):\(String(digits[13..<15])):\(String(digits[15..<17]))"
        return Instant(rfc3339: "\(String(digits[..<11]))\(clock)Z")
    }
}
