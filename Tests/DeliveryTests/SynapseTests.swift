import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// The Python interpreter that has Synapse, for `make test-long`.
private let synapse = ProcessInfo.processInfo.environment["COMMONS_SYNAPSE"] ?? ""

@Suite("A real Matrix homeserver", .serialized, .enabled(if: !synapse.isEmpty), .timeLimit(.minutes(5)))
struct SynapseTests {
    private struct Home: Decodable {
        var port: Int
        var room: String
        var tokens: [String: String]
    }

    private struct Relations: Decodable {
        struct Event: Decodable {
            struct Content: Decodable {
                struct New: Decodable {
                    var body: String
                }
                var new: New

                enum CodingKeys: String, CodingKey {
                    case new = "m.new_content"
                }
            }
            var content: Content
        }
        var chunk: [Event]
    }

    private struct Messages: Decodable {
        struct Event: Decodable {
            struct Content: Decodable {
                var body: String?
            }
            var type: String
            var content: Content
        }
        var chunk: [Event]
    }

    private let folder: TemporaryFolder
    private let server: ChildProcess
    private let home: Home

    init() throws {
        folder = try TemporaryFolder("synapse")
        server = try ChildProcess(synapse, [TestServer.script("synapse_server.py"), folder.path])
        let server = server
        func line() -> Substring? { server.output.split(separator: "\n").first { $0.hasPrefix("{\"port\"") } }
        try #require(waitUntil(120) { line() != nil }, "\(server.output)")
        home = try JSONDecoder().decode(Home.self, from: Data((line() ?? "").utf8))
    }

    private func make(token: String? = nil, room: String? = nil) throws -> MatrixDestination {
        let matrix = MatrixSettings(
            place: WebPlace(url: "http://127.0.0.1:\(home.port)"), room: room ?? home.room,
            token: .environment("TOKEN"), people: [AnsweringPerson(name: "Rosa", sender: "@rosa:localhost")])
        let environment = ["TOKEN": token ?? home.tokens["gateway"] ?? ""]
        let made = try settings(.matrix(matrix)).makeDestination(context(environment: environment))
        return try #require(made as? MatrixDestination)
    }

    private func ask(_ method: HTTPRequest.Method, _ path: String, by person: String, _ body: String = "")
        -> HTTPResponse?
    {
        let request = HTTPRequest(
            method: method, url: "http://127.0.0.1:\(home.port)/_matrix/client/" + path,
            headers: [(name: "Authorization", value: "Bearer \(home.tokens[person] ?? "")")], body: Array(body.utf8))
        return try? HTTPClient().send(request).get()
    }

    @Test("a repeat is the same event, wrong keys and rooms are denied, and an answer in the room is heard")
    func life() throws {
        let destination = try make()
        let room = HTTPRequest.encoded(home.room)
        // The first look only finds out where the conversation stands.
        var heard: [AnswerJudgement] = []
        func listen() -> AnswerProblem? {
            destination.takeAnswers(now: start) { answer in
                heard.append(answer.judgement)
                return true
            }
        }
        #expect(listen() == nil)
        let first = destination.send(notice(1, priority: .now), now: start)
        guard case .delivered(let event?, nil) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(destination.send(notice(1, priority: .now), now: start) == .delivered(remoteID: event))
        let found = ask(.get, "v3/rooms/\(room)/messages?dir=b&limit=20", by: "rosa")?.json(Messages.self)
        let texts = found?.chunk.filter { $0.type == "m.room.message" }.compactMap(\.content.body) ?? []
        #expect(texts == ["[Alder Court, now] Notice 1\n\nThe tank is at 31 %.\n\nref: \(key(1))"])

        for (number, text) in ["12 yes", "who goes?", "13 NO"].enumerated() {
            let said = ask(
                .put, "v3/rooms/\(room)/send/m.room.message/r\(number)", by: "rosa",
                "{\"msgtype\":\"m.text\",\"body\":\(Escaping.json(text))}")
            #expect(said?.status == 200)
        }
        #expect(listen() == nil && listen() == nil)
        #expect(
            heard == [.act(person: "Rosa", alert: 12, says: .yes), .act(person: "Rosa", alert: 13, says: .no)])

        guard case .denied = try make(token: "wrong").send(notice(2), now: start),
            case .denied = try make(room: "!nowhere:localhost").send(notice(2), now: start)
        else {
            Issue.record("a wrong token and a room that is not ours must be denied")
            return
        }
    }

    @Test("what is over edits what called people, also at a second try, and is a message of its own where it cannot")
    func over() throws {
        let destination = try make()
        let room = HTTPRequest.encoded(home.room)
        guard case .delivered(let event?, nil) = destination.send(notice(1, priority: .now, alert: "a1"), now: start)
        else {
            Issue.record("the first message was not taken")
            return
        }
        var over = notice(2, type: "alert.returned", title: "Over", body: "The tank is at 44 %.", alert: "a1")
        over.replaced = [event]
        let edit = destination.send(over, now: start)
        guard case .delivered(let edited?, nil) = edit, edited != event else {
            Issue.record("\(edit)")
            return
        }
        #expect(destination.send(over, now: start) == edit)
        func edits(of event: String) -> [String]? {
            let path = "v1/rooms/\(room)/relations/\(HTTPRequest.encoded(event))/m.replace"
            return ask(.get, path, by: "rosa")?.json(Relations.self)?.chunk.map(\.content.new.body)
        }
        let text = "[Alder Court] Over\n\nThe tank is at 44 %.\n\nref: \(key(2))"
        #expect(edits(of: event) == [text])
        // An event that the homeserver does not know: its answer is 400, and the word that it is over comes all the same.
        var alone = notice(3, type: "alert.returned", title: "Over", body: "The tank is at 44 %.", alert: "a2")
        alone.replaced = ["$removed"]
        #expect(destination.send(alone, now: start) == destination.send(alone, now: start))
        let found = ask(.get, "v3/rooms/\(room)/messages?dir=b&limit=20", by: "rosa")?.json(Messages.self)
        let texts = found?.chunk.filter { $0.type == "m.room.message" }.compactMap(\.content.body) ?? []
        #expect(
            texts == [
                "[Alder Court] Over\n\nThe tank is at 44 %.\n\nref: \(key(3))", "* " + text,
                "[Alder Court, now] Notice 1\n\nThe tank is at 31 %.\n\nref: \(key(1))",
            ])
    }
}
