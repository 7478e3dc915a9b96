import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Simulation

@Suite("Replay files")
struct ReplayTests {
    private let time = Instant(milliseconds: 1_790_000_000_123)

    private func parse(_ text: String) -> Result<ReplayLine, ReplayProblem> {
        ReplayLine.parse(Array(text.utf8), file: "recorded.jsonl", line: 4)
    }

    @Test("a line is read back as it was written", arguments: HostileTexts.all)
    func roundTrip(text: String) throws {
        let line = ReplayLine(receivedAt: time, topic: "a/ü 1", payload: Array(text.utf8), retained: true)
        #expect(try parse(line.json).get() == line)
        #expect(!line.json.contains("\n"))
    }

    @Test("bytes that are not UTF-8 travel in base64")
    func bytes() throws {
        let line = ReplayLine(receivedAt: time, topic: "meter/raw", payload: [0xFF, 0x00, 0xC3, 0x28])
        #expect(line.json.contains(#""payload_base64":"/wDDKA==""#))
        #expect(try parse(line.json).get() == line)
    }

    @Test("the simulator's quality of service and a missing retained are allowed")
    func optionalMembers() throws {
        let line = try parse(#"{"received_at":"2026-11-01T13:00:00+01:00","topic":"t","payload":"1","qos":1}"#).get()
        let expected = ReplayLine(receivedAt: Instant(seconds: 1_793_534_400), topic: "t", payload: [0x31])
        #expect(line == expected)
    }

    @Test(
        "a wrong line says where, what and what to do",
        arguments: [
            ("{", "is not one JSON object; write one object per line"),
            ("[1]", "is not one JSON object; write one object per line"),
            (
                #"{"topic":"t","payload":"1"}"#,
                "'received_at' is missing; write when the message came, such as 2026-11-01T12:00:00Z"
            ),
            (
                #"{"received_at":"yesterday","topic":"t","payload":"1"}"#,
                "'yesterday' is not a time with a zone; write it in RFC 3339, such as 2026-11-01T12:00:00Z"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","payload":"1"}"#,
                "'topic' is missing; write the topic of the message"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"a/#","payload":"1"}"#,
                "'a/#' is not a topic of a message; leave out wildcards and empty topics"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"t"}"#,
                "the payload is missing; write 'payload' for text or 'payload_base64' for other bytes"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"t","payload":{"a":1}}"#,
                #"'payload' must be a text in quotes; write JSON payloads as text, with \" inside"#
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"t","payload":"1","payload_base64":"MQ=="}"#,
                "both 'payload' and 'payload_base64' are given; keep one of them"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"t","payload_base64":"%"}"#,
                "'payload_base64' is not base64; write it as RFC 4648 with its padding"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topic":"t","payload":"1","retained":"no"}"#,
                "'retained' must be true or false"
            ),
            (
                #"{"received_at":"2026-11-01T12:00:00Z","topics":"t","payload":"1"}"#,
                "unknown key 'topics'; did you mean 'topic'?"
            ),
        ])
    func problems(text: String, message: String) {
        #expect(throws: ReplayProblem.self) { try parse(text).get() }
        if case .failure(let problem) = parse(text) { #expect("\(problem)" == "recorded.jsonl:4: \(message)") }
    }

    @Test("a written file is read back message by message, around empty and broken lines")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/village.jsonl"
        let messages = Array(VillageTests.village.messages(until: VillageTests.start.advanced(bySeconds: 86_400)))
        #expect(try ReplayFile.write(messages, to: path) == messages.count)
        #expect(try ReplayFile.read(path).map { try $0.get() } == messages.map { ReplayLine($0) })

        let first = ReplayLine(messages[0]).json, last = ReplayLine(messages[1]).json
        let tooLong = String(repeating: "x", count: 1_100_000)
        try Data("\n\(first)\r\n{\n\(tooLong)\n\n\(last)".utf8).write(to: URL(fileURLWithPath: path))
        let results = Array(try ReplayFile.read(path))
        #expect(results.count == 4)
        #expect(try results[0].get() == ReplayLine(messages[0]))
        #expect(throws: ReplayProblem.self) { try results[1].get() }
        if case .failure(let problem) = results[2] {
            #expect("\(problem)" == "\(path):4: is longer than a megabyte; write one message per line")
        }
        #expect(try results[3].get() == ReplayLine(messages[1]))
    }

    @Test("a file that cannot be opened or written says so")
    func missingFile() {
        #expect(throws: ReplayProblem.self) { try ReplayFile.read("/nonexistent/recorded.jsonl") }
        #expect(throws: ReplayProblem.self) { try ReplayFile.write([], to: "/nonexistent/recorded.jsonl") }
    }
}
