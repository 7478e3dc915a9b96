import Foundation
import Glibc
import Synchronization

/// A real mosquitto on a port of 127.0.0.1 and in a folder of its own; ended with the last reference.
public final class MosquittoBroker: Sendable {
    /// mosquitto did not come up.
    public struct NotStarted: Error {
        /// What it wrote.
        public let output: String
    }

    /// The port; the same after a restart.
    public let port: Int
    /// Its folder, with the database it keeps.
    public let folder: TemporaryFolder
    private let process = Mutex<ChildProcess?>(nil)

    /// Starts a broker as a site should have it, with lines added to its configuration.
    public convenience init(extraConfig: String = "", isAnonymousAllowed: Bool = true) throws {
        try self.init { port, folder in
            """
            listener \(port) 127.0.0.1
            allow_anonymous \(isAnonymousAllowed)
            \(extraConfig)
            set_tcp_nodelay true
            persistence true
            persistence_location \(folder)/
            autosave_interval 3600
            upgrade_outgoing_qos true
            max_queued_messages 1000000
            sys_interval 1
            \(geteuid() == 0 ? "user root" : "")
            """
        }
    }

    /// Starts a broker with a configuration of one's own; `configuration` gets the port and the folder.
    public init(configuration: (_ port: Int, _ folder: String) throws -> String) throws {
        folder = try TemporaryFolder("mosquitto")
        port = try Loopback.freePort()
        let text = try configuration(port, folder.path)
        try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: folder.file("mosquitto.conf")))
        try start()
    }

    /// Starts it again, after ``stop()`` or ``kill()``.
    public func start() throws {
        let child = try ChildProcess("/usr/sbin/mosquitto", ["-c", folder.file("mosquitto.conf")])
        guard waitUntil(20, { Loopback.isListening(port) || !child.isRunning }), child.isRunning else {
            throw NotStarted(output: child.output)
        }
        process.withLock { $0 = child }
    }

    /// Ends it as the system does (SIGTERM): it saves its sessions.
    public func stop() { end(with: SIGTERM) }

    /// Ends it as a power cut does (SIGKILL): it forgets what it has not saved.
    public func kill() { end(with: SIGKILL) }

    /// Has it save its sessions now (SIGUSR1).
    public func save() {
        let path = folder.file("mosquitto.db")
        let before = modified(path)
        process.withLock { $0?.signal(SIGUSR1) }
        waitUntil(10) { modified(path) != before }
    }

    /// Ends it in an orderly way and starts it again on the same port.
    public func restart() throws {
        stop()
        try start()
    }

    /// What it wrote since its last start.
    public var log: String { process.withLock { $0?.output ?? "" } }

    private func end(with signal: Int32) {
        let child = process.withLock { child in
            defer { child = nil }
            return child
        }
        child?.signal(signal)
        _ = child?.wait(20)
    }

    private func modified(_ path: String) -> Double {
        var state = stat()
        guard stat(path, &state) == 0 else { return 0 }
        return Double(state.st_mtim.tv_sec) + Double(state.st_mtim.tv_nsec) / 1e9
    }
}
