import Glibc

/// Named places at which a test can have the program killed (DESIGN section 8); one comparison otherwise.
///
/// `COMMONS_FAILPOINT=name` kills at the first passage, `name:5` at the fifth. SIGKILL leaves no time for anything, as a
/// power cut would.
public enum FailPoint {
    private static let wanted: (name: String, count: Int)? = {
        guard let text = getenv("COMMONS_FAILPOINT").map({ String(cString: $0) }), !text.isEmpty else { return nil }
        let parts = text.split(separator: ":")
        return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    }()
    // Read and written by the ingest thread alone, which is the only one that passes failpoints.
    private nonisolated(unsafe) static var passages = 0

    /// Kills the process here if a test asked for it.
    @inline(__always)
    public static func hit(_ name: StaticString) {
        guard let wanted else { return }
        passed(name, wanted)
    }

    private static func passed(_ name: StaticString, _ wanted: (name: String, count: Int)) {
        guard wanted.name == "\(name)" else { return }
        passages += 1
        if passages >= wanted.count { kill(getpid(), SIGKILL) }
    }
}
