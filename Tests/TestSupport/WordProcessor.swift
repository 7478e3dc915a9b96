import Foundation

/// LibreOffice without a screen.
public enum WordProcessor {
    /// It did not do what was asked.
    public struct Failure: Error {
        /// How it ended, and what it said.
        public let reason: String
    }

    /// What it makes of a paper: opened and saved in another form, or in the same as a person saves it.
    ///
    /// - Parameters:
    ///   - paper: the file's bytes.
    ///   - ending: the file's ending, which says what it is.
    ///   - form: a form of `--convert-to`, such as `fodt` or `txt:Text (encoded):UTF8`.
    public static func saved(_ paper: Data, _ ending: String, as form: String) throws -> Data {
        let folder = try TemporaryFolder("office")
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        try paper.write(to: URL(fileURLWithPath: folder.file("paper.\(ending)")))
        let child = try ChildProcess(
            "/usr/bin/soffice",
            [
                "-env:UserInstallation=file://\(folder.path)/profile", "--headless", "--convert-to", form, "--outdir",
                folder.file("out"), folder.file("paper.\(ending)"),
            ])
        let end = child.wait(180)
        guard end == .exited(0) else { throw Failure(reason: "\(String(describing: end)): \(child.output)") }
        return try Data(contentsOf: URL(fileURLWithPath: folder.file("out/paper.\(form.split(separator: ":")[0])")))
    }
}
