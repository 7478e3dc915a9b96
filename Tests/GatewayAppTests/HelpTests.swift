import Foundation
import TestSupport
import Testing

/// What `--help` shows of every command of the built program, as a terminal of eighty columns has it.
@Suite("Help")
struct HelpTests {
    private struct Dump: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var arguments: [Argument]?
        var subcommands: [Command]?

        /// This one and all below it, by their names.
        func all(after path: [String] = []) -> [(path: [String], command: Command)] {
            let path = path + [commandName]
            return [(path, self)] + (subcommands ?? []).flatMap { $0.all(after: path) }
        }
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            var name: String
        }

        var names: [Name]?
        var valueName: String?
    }

    private func run(_ arguments: [String]) throws -> String {
        let child = try ChildProcess(GatewayUnderTest.program, arguments, environment: ["COLUMNS": "80"])
        let end = child.wait(60)
        try #require(end == .exited(0), "\(arguments): \(child.output)")
        return child.output
    }

    private func commands() throws -> [(path: [String], command: Command)] {
        let text = try run(["--experimental-dump-help"])
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command.all().filter {
            $0.path.last != "help"
        }
    }

    @Test("No paragraph has line ends of its own, and no example is wider than a terminal")
    func lines() throws {
        let commands = try commands()
        #expect(commands.count > 60)
        for (path, command) in commands {
            let lines = (command.discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst()) where !line.isEmpty && !next.isEmpty {
                // What follows "Examples:" is indented; of two lines of a paragraph the terminal would break each.
                #expect(line.hasPrefix(" ") || next.hasPrefix(" "), "\(path): \(line)")
            }
            for line in lines where line.hasPrefix(" ") { #expect(line.count <= 80, "\(path): \(line)") }
        }
    }

    @Test("Examples stand in the help as they are to be typed")
    func examples() throws {
        for (path, command) in try commands() {
            let examples = (command.discussion ?? "").split(separator: "\n").filter { $0.hasPrefix(" ") }
            guard !examples.isEmpty else { continue }
            let shown = try run(Array(path.dropFirst()) + ["--help"]).split(separator: "\n")
            for example in examples { #expect(shown.contains(example), "\(path): \(example)") }
        }
    }

    @Test("--for says whether it wants a person or a time")
    func whoOrHowLong() throws {
        var wanted: [String: [String]] = [:]
        for (path, command) in try commands() {
            for argument in command.arguments ?? [] where argument.names?.contains(where: { $0.name == "for" }) == true
            {
                wanted[argument.valueName ?? "", default: []].append(path.joined(separator: " "))
            }
        }
        #expect(wanted.keys.sorted() == ["person", "time"] && wanted["time"] == ["commons devices scan"])
    }
}
