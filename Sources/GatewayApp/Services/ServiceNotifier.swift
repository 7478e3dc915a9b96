import Foundation
import Glibc

/// Tells systemd that the service is ready, alive or stopping (sd_notify(3) protocol); does nothing elsewhere.
struct ServiceNotifier: Sendable {
    private let path: String?

    /// Reads where to report from the environment that systemd sets.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        path = environment["NOTIFY_SOCKET"]
    }

    /// The service listens and commits.
    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

    /// The ingest loop is alive; feeds the watchdog.
    func alive() { send("WATCHDOG=1") }

    /// The service is stopping cleanly.
    func stopping() { send("STOPPING=1") }

    private func send(_ message: String) {
        guard let path else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // A leading @ names a socket in the abstract namespace, which begins with a zero byte.
        if name.first == 0x40 { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
