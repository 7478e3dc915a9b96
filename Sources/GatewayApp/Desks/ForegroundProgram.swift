import Foundation
import Glibc

/// Runs a program that may ask its questions at the terminal, as ssh-keygen asks for a passphrase.
///
/// Foundation's `Process` puts a child into a group of its own, which may not read from the terminal (tcsetpgrp(3)).
enum ForegroundProgram {
    /// What it wrote to standard output; its input is a file, its complaints go to ours.
    static func output(of command: [String], input file: String) throws -> (status: Int32, output: [UInt8]) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw AppError("no pipe could be made", remedy: "try again") }
        let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, file, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        var words = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process = pid_t()
        let code = posix_spawnp(&process, command[0], &actions, nil, &words, environ)
        close(ends[1])
        guard code == 0 else {
            throw AppError("'\(command[0])' cannot be started", remedy: "sudo apt install openssh-client")
        }
        let output = (try? reader.readToEnd()) ?? Data()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return (status & 0x7F == 0 ? (status >> 8) & 0xFF : 128, [UInt8](output))
    }
}
