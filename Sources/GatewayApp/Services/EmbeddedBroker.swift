import Foundation
import GatewayModel
import Glibc

/// A private mosquitto on a loopback port for the demonstration; started, found again after a kill, and ended by pid.
final class EmbeddedBroker {
    /// The loopback port it listens on.
    let port: Int
    private let pid: pid_t
    private let pidFile: String

    private init(port: Int, pid: pid_t, pidFile: String) {
        self.port = port
        self.pid = pid
        self.pidFile = pidFile
    }

    /// Starts a broker in a folder, or adopts the one that a killed run left there.
    ///
    /// - Throws: ``AppError`` where mosquitto is not installed or does not answer within ten seconds.
    static func start(in folder: String) throws(AppError) -> EmbeddedBroker {
        let pidFile = folder + "/mosquitto.pid"
        if let orphan = adopted(pidFile: pidFile) { return orphan }
        guard let program = program() else {
            throw AppError("mosquitto is not installed", remedy: "install it with `make packages`")
        }
        guard let port = freePort() else {
            throw AppError("no free loopback port", remedy: "end other programs that listen, then try again")
        }
        let broker: EmbeddedBroker
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try settings(port: port, folder: folder).write(
                toFile: folder + "/mosquitto.conf", atomically: true, encoding: .utf8)
            let pid = try spawn(program, ["-c", folder + "/mosquitto.conf"])
            broker = EmbeddedBroker(port: port, pid: pid, pidFile: pidFile)
            try "\(pid) \(port)\n".write(toFile: pidFile, atomically: true, encoding: .utf8)
        } catch {
            throw AppError("mosquitto could not be started: \(error)", remedy: "look at \(folder)")
        }
        for _ in 0..<100 where !broker.answers() { usleep(100_000) }
        guard broker.answers() else {
            broker.stop()
            throw AppError("mosquitto does not answer on port \(port)", remedy: "look at \(folder)/mosquitto.log")
        }
        return broker
    }

    /// Ends the broker that this run uses, waiting up to five seconds for it to save its sessions.
    func stop() {
        kill(pid, SIGTERM)
        for _ in 0..<50 where isAlive() { usleep(100_000) }
        try? FileManager.default.removeItem(atPath: pidFile)
    }

    /// A child that has ended is taken notice of; one that was adopted belongs to another parent.
    private func isAlive() -> Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? false : kill(pid, 0) == 0
    }

    /// Starts a program with every signal as at login: threads block some, and a child that inherits that hears no SIGTERM.
    private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: Ctrl-C is for the gateway, which ends the broker last.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw AppError(String(cString: strerror(code)), remedy: "look whether \(program) can be run")
        }
        return pid
    }

    /// The broker of a run that was killed, where its recorded pid is still a mosquitto that answers.
    private static func adopted(pidFile: String) -> EmbeddedBroker? {
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8) else { return nil }
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let pid = pid_t(parts[0]), let port = Int(parts[1]) else { return nil }
        let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
        guard name?.hasPrefix("mosquitto") == true else { return nil }
        let broker = EmbeddedBroker(port: port, pid: pid, pidFile: pidFile)
        if broker.answers() { return broker }
        broker.stop()
        return nil
    }

    private func answers() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return EmbeddedBroker.withLoopback(port: port) { connect(descriptor, $0, $1) } == 0
    }

    private static func program() -> String? {
        ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
            .first { access($0, X_OK) == 0 }
    }

    private static func freePort() -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard withLoopback(port: 0, { bind(descriptor, $0, $1) }) == 0 else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return named == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    private static func withLoopback(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Loopback only, so anonymous access is acceptable; persistence as on a real site.
    private static func settings(port: Int, folder: String) -> String {
        """
        # Written by `commons run` for the demonstration; a real site uses config/mosquitto.conf.
        listener \(port) 127.0.0.1
        # Only read where mosquitto starts as root, as it would else become a user that cannot write this folder.
        user \(NSUserName())
        allow_anonymous true
        persistence true
        persistence_location \(folder)/
        max_queued_messages 1000000
        set_tcp_nodelay true
        upgrade_outgoing_qos true
        log_dest file \(folder)/mosquitto.log

        """
    }
}
