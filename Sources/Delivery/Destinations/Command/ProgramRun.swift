import Foundation
import GatewayModel

/// One run of a program with bytes on standard input and a time limit, without a shell.
struct ProgramRun {
    /// How a run ended.
    enum End: Hashable {
        case notStarted(String)
        /// The code and the beginning of what it wrote, in one line.
        case exited(Int32, String)
        case killed(Int32)
        case timedOut
    }

    var program: String
    var arguments: [String]
    var timeoutSeconds: Int
    var stop: TransferStop?

    private static let outputLimit = 300

    /// Runs it to its end; blocks. On a time-out the program and its children are killed as one process group.
    func run(input: [UInt8]) -> End {
        guard let standardInput = unlinkedFile(holding: input) else { return .notStarted("no room for its input") }
        defer { close(standardInput) }
        var output: [Int32] = [-1, -1]
        guard pipe(&output) == 0 else { return .notStarted("no pipe: \(message(errno))") }
        let started = spawn(standardInput: standardInput, output: output[1])
        close(output[1])
        defer { close(output[0]) }
        guard case .success(let child) = started else {
            if case .failure(let failure) = started { return .notStarted("\(program): \(message(failure.code))") }
            return .notStarted(program)
        }
        return wait(for: child, reading: output[0])
    }

    private struct Failure: Error {
        var code: Int32
    }

    private func spawn(standardInput: Int32, output: Int32) -> Result<pid_t, Failure> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // The database's and the broker's files are none of its business. Closing one twice is no error here.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var child: pid_t = 0
        let code = withCStrings([program] + arguments) { argumentPointers in
            withCStrings(["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]) { environmentPointers in
                posix_spawn(&child, program, &actions, &attributes, argumentPointers, environmentPointers)
            }
        }
        return code == 0 ? .success(child) : .failure(Failure(code: code))
    }

    /// Reads and drops output so that the program never blocks on it, until it has ended or its time is up.
    private func wait(for child: pid_t, reading output: Int32) -> End {
        let deadline = ContinuousClock.now.advanced(by: .seconds(timeoutSeconds))
        var kept: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isOpen = true
        while true {
            var waiting = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, 20) > 0 {
                let count = read(output, &buffer, buffer.count)
                if count > 0 { kept += buffer.prefix(min(count, ProgramRun.outputLimit - kept.count)) }
                if count <= 0 { isOpen = false }
            }
            var status: Int32 = 0
            if waitpid(child, &status, WNOHANG) == child {
                drain(output, into: &kept, buffer: &buffer)
                let signal = status & 0x7F
                let text = Escaping.singleLine(String(decoding: kept, as: UTF8.self))
                return signal == 0 ? .exited(status >> 8 & 0xFF, text) : .killed(signal)
            }
            if ContinuousClock.now >= deadline || stop?.isStopped == true {
                kill(-child, SIGKILL)
                waitpid(child, &status, 0)
                return .timedOut
            }
        }
    }

    /// Takes what is still in the pipe without waiting for a grandchild that may hold it open.
    private func drain(_ output: Int32, into kept: inout [UInt8], buffer: inout [UInt8]) {
        var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while kept.count < ProgramRun.outputLimit, poll(&waiting, 1, 0) > 0 {
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return }
            kept += buffer.prefix(min(count, ProgramRun.outputLimit - kept.count))
        }
    }

    /// A file without a name: the program reads it at its own pace, and no writer can block or be cut off.
    private func unlinkedFile(holding bytes: [UInt8]) -> Int32? {
        var template = Array((NSTemporaryDirectory() + "/commons-input-XXXXXX").utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { return nil }
        unlink(&template)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                close(file)
                return nil
            }
            written += count
        }
        lseek(file, 0, SEEK_SET)
        return file
    }

    private func withCStrings<Value>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let pointers = texts.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }

    private func message(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
