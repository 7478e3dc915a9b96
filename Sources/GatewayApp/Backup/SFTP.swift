import Foundation

/// The system's `sftp` towards a target, in batch mode: it asks nobody, and believes only a host key that is known.
///
/// Blocks while it runs; a machine that does not answer is given up after a quarter of a minute, one that answers and
/// does nothing after as long as the commands may take.
struct SFTP: Sendable {
    let target: SSHTarget
    let programs: Programs

    /// Carries out commands in the target's folder, in one session; local names are below `folder`. Without one there is
    /// nothing to transfer, which takes five minutes at most; a transfer may take half a day.
    ///
    /// - Returns: What the commands printed.
    /// - Throws: ``AppError`` where the machine is not reached, is another one than it was, or refuses a command.
    @discardableResult
    func run(_ commands: [String], in folder: String? = nil) throws -> [Substring] {
        if let keyFile = target.keyFile, !FileManager.default.isReadableFile(atPath: keyFile) {
            throw AppError(
                "the key \(keyFile) for \(target) is not there or cannot be read",
                remedy: "make one with ssh-keygen -t ed25519 -N '' -f \(keyFile), as the account that makes backups")
        }
        let batch = (["cd \"\(target.path)\""] + commands).joined(separator: "\n") + "\n"
        let limit = folder == nil ? "5m" : "12h"
        let outcome = try programs.run(
            ["timeout", "--kill-after=10", limit] + arguments, input: batch, in: folder)
        guard outcome.status == 0 else { throw problem(outcome) }
        return outcome.said.split(whereSeparator: \.isNewline)
    }

    /// sftp with its options; the configuration files of ssh have no say, so that it is the same for everyone.
    private var arguments: [String] {
        var options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ConnectTimeout=15",
            "ServerAliveInterval=15", "ServerAliveCountMax=4", "LogLevel=ERROR", "ForwardAgent=no",
            "ClearAllForwardings=yes",
        ]
        if let keyFile = target.keyFile { options += ["IdentitiesOnly=yes", "IdentityFile=\(quoted(keyFile))"] }
        if let knownHosts = target.knownHosts {
            options += ["UserKnownHostsFile=\(quoted(knownHosts))", "GlobalKnownHostsFile=/dev/null"]
        }
        var words = ["sftp", "-b", "-", "-F", "none"]
        if let port = target.port { words += ["-P", "\(port)"] }
        for option in options { words += ["-o", option] }
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        words.append(target.user.map { "\($0)@\(host)" } ?? host)
        return words
    }

    /// A path in an option of ssh, absolute, since sftp may run in another folder.
    private func quoted(_ path: String) -> String {
        "\"\(URL(fileURLWithPath: path).path.replacingOccurrences(of: "%", with: "%%"))\""
    }

    /// What went wrong, in words that say what to do; ssh's own words tell the cases apart (OpenSSH, LC_ALL=C).
    private func problem(_ outcome: Programs.Outcome) -> AppError {
        func says(_ texts: String...) -> Bool { texts.contains { outcome.said.contains($0) } }
        let machine = target.host + (target.port.map { ":\($0)" } ?? "")
        let known = target.knownHosts ?? "~/.ssh/known_hosts"
        if outcome.status == 127 {
            return AppError("'sftp' is not installed", remedy: "sudo apt install openssh-client")
        }
        if outcome.status == 124 {
            return AppError(
                "\(machine) answered and did not end in time", remedy: "look at the load and the disk of that machine")
        }
        if says("REMOTE HOST IDENTIFICATION HAS CHANGED", "has changed and you have requested strict") {
            return AppError(
                "\(machine) shows another host key than the one in \(known), so nothing was sent to it",
                remedy: "ask its keeper whether it was set up anew; only then replace its line there")
        }
        if says("host key is known for", "Host key verification failed") {
            return AppError(
                "the host key of \(machine) is not in \(known), so nothing was sent to it",
                remedy: "ask its keeper for the line of its host key, and add it there")
        }
        if says("Permission denied (", "Too many authentication failures") {
            return AppError(
                "\(machine) does not take this box's key",
                remedy: "give its keeper the public key, for the authorized_keys of \(target.user ?? "the account")")
        }
        if outcome.status == 255 || says("Could not resolve", "Connection refused", "Connection closed", "timed out") {
            return AppError(
                "\(machine) is not reached (\(reason(outcome)))",
                remedy: "look whether that machine is on and connected")
        }
        return AppError(
            "\(target) did not do what it was asked: \(outcome.lastWord)",
            remedy: "look whether the folder is there, may be written by the account, and has room")
    }

    /// The line that names the cause; sftp's last one only says that it ended.
    private func reason(_ outcome: Programs.Outcome) -> String {
        let lines = outcome.said.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.last { $0.hasPrefix("ssh:") } ?? lines.first { !$0.hasPrefix("sftp>") } ?? "no answer"
    }
}
