import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

extension AnswerTests {
    @Test("Matrix: after an outage every answer is heard in its order, however much was said meanwhile and how long")
    func matrixOutage() throws {
        let server = try TestServer.web()
        let folder = try TemporaryFolder("answers")
        let desk = AnswerDesk()
        let source = try matrix(server, folder: folder)
        say([("@rosa:example.org", "1 YES")], in: server)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        // Five answers among a hundred messages of five thousand letters each.
        let talk = ("@eve:example.org", String(repeating: "word ", count: 1000))
        for number in 1...5 {
            say([("@rosa:example.org", "\(number) yes")] + Array(repeating: talk, count: 20), in: server)
        }
        // What cannot be told now is asked again, and nothing is skipped.
        let busy = try matrix(server, path: "matrix-busy", folder: folder)
        #expect(busy.takeAnswers(now: start, settle: desk.settle)?.reason.contains("HTTP 502") == true)
        #expect(desk.taken.isEmpty)
        let again = try matrix(server, folder: folder)
        #expect(again.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(again.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(desk.taken == (1...5).map { .act(person: "Rosa", alert: $0, says: .yes) })
    }

    @Test("Matrix: where nobody may read back, that is told once, and what can be heard is")
    func matrixShut() throws {
        let server = try TestServer.web()
        let desk = AnswerDesk()
        let source = try matrix(server, path: "matrix-shut")
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        say((1...25).map { ("@rosa:example.org", "\($0) yes") }, in: server)
        #expect(source.takeAnswers(now: start, settle: desk.settle)?.reason.contains("HTTP 403") == true)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(desk.taken == (6...25).map { .act(person: "Rosa", alert: $0, says: .yes) })
    }
}
