import Foundation

/// A folder of its own for one test, removed when the test is over.
public final class TemporaryFolder: Sendable {
    /// The absolute path.
    public let path: String

    /// Makes an empty folder below the system's temporary one.
    public init(_ name: String = "commons-test") throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String {
        path + "/" + name
    }

    /// Writes a secret into a file that its owner alone may read.
    public static func writeSecret(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
