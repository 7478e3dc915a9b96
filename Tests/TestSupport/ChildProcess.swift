import Foundation
import Glibc
import Synchronization

/// A program in a process of its own; killed with the last reference, by its process number.
///
/// Signals start unblocked in it, which Foundation's `Process` does not do: the test runner's threads may block some.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum End: Sendable, Hashable {
        /// It returned that status.
        case exited(Int32)
        /// That signal killed it.
        case signalled(Int32)
    }

    /// The program could not be started.
    public struct NotStarted: Error {
        /// The program.
        public let program: String
        /// The value of `errno`.
        public let code: Int32
    }

    /// The process number.
    public let pid: pid_t
    private let folder: TemporaryFolder
    private let ended = Mutex<End?>(nil)

    /// Starts a program with an absolute path; `input` is all it can read, `environment` is added to ours.
    public init(
        _ program: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder("child")
        try Data(input.utf8).write(to: URL(fileURLWithPath: folder.file("input")))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, folder.file("input"), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.file("output"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The runner's sockets and pipes are not for a child: a copy held open there keeps a port or an end alive.
        for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let merged = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var number = pid_t()
        let code = posix_spawn(&number, program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw NotStarted(program: program, code: code) }
        pid = number
    }

    deinit {
        signal(SIGKILL)
        // A child that was killed has closed its port only once it was waited for.
        _ = wait(10)
    }

    /// What it wrote so far, to standard output and standard error.
    public var output: String {
        (try? String(decoding: Data(contentsOf: URL(fileURLWithPath: folder.file("output"))), as: UTF8.self)) ?? ""
    }

    /// True until it has ended.
    public var isRunning: Bool { ending == nil }

    /// How it ended; nil while it runs.
    public var ending: End? {
        ended.withLock { ended in
            if ended == nil {
                var status: Int32 = 0
                guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
                ended = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
            }
            return ended
        }
    }

    /// Sends a signal, if it still runs.
    public func signal(_ number: Int32) {
        // An ended child that was waited for has no number any more; another process may have it.
        guard isRunning else { return }
        kill(pid, number)
    }

    /// Waits for the end; nil where it still runs after those seconds.
    public func wait(_ seconds: Double = 60) -> End? {
        waitUntil(seconds) { ending != nil }
        return ending
    }
}
