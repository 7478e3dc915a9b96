import Foundation
import TestSupport
import Testing

/// The offline page in headless Chromium against ssh-keygen, both ways; what it does step by step is in the script.
@Suite("The page that delegates sign with", .timeLimit(.minutes(10)))
struct SigningPageTests {
    @Test("A key made in the page, one of ssh-keygen, signatures both ways, what is refused, the code to photograph")
    func inChromium() throws {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let folder = try TemporaryFolder("signing")
        // Debian's own Python: its browser driver is not in others.
        let child = try ChildProcess(
            "/usr/bin/python3",
            [
                here.appending(path: "signing_page.py").path, root.appending(path: "config/signing.html").path,
                folder.path,
            ])
        #expect(child.wait(300) == .exited(0), "\(child.output)")
        let steps = child.output.split(separator: "\n").filter { $0.contains("\"holds\": true") }
        #expect(steps.count >= 10, "\(child.output)")
    }
}
