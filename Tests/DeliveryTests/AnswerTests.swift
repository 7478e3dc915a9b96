import Foundation
import GatewayModel
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// Collects what a source hands over.
final class AnswerDesk: Sendable {
    private let contents = Mutex((taken: [IncomingAnswer](), stores: true))

    var taken: [AnswerJudgement] { contents.withLock { $0.taken.map(\.judgement) } }
    var senders: [String] { contents.withLock { $0.taken.map(\.sender) } }

    func stores(_ does: Bool) { contents.withLock { $0.stores = does } }

    func settle(_ answer: IncomingAnswer) -> Bool {
        contents.withLock { contents in
            if contents.stores { contents.taken.append(answer) }
            return contents.stores
        }
    }
}

@Suite("Answers over ntfy and Matrix", .serialized)
struct AnswerTests {
    private let words = ["TOKEN": "tk_secret", "ROSA": "manzana", "BEN": "ciruela", "MATRIX": "syt_token"]

    private func ntfy(_ server: TestServer, folder: TemporaryFolder? = nil, path: String = "ntfy") throws
        -> any AnswerSource
    {
        let ntfy = NtfySettings(
            url: "http://127.0.0.1:\(server.port)/\(path)", topic: .name("stewards"), token: .environment("TOKEN"),
            replyTopic: .name("replies"),
            people: [
                AnsweringPerson(name: "Rosa", word: .environment("ROSA")),
                AnsweringPerson(name: "Ben", word: .environment("BEN")),
            ])
        var shared = try context(environment: words)
        shared.answersFolder = folder?.path
        return try #require(try settings(.ntfy(ntfy)).makeDestination(shared) as? any AnswerSource)
    }

    private func say(_ text: String, on server: TestServer) {
        let body = "{\"topic\":\"replies\",\"priority\":3,\"message\":\(Escaping.json(text))}"
        let request = HTTPRequest(
            url: "http://127.0.0.1:\(server.port)/ntfy",
            headers: [(name: "Authorization", value: "Bearer tk_secret")], body: Array(body.utf8))
        _ = HTTPClient().send(request)
    }

    @Test("ntfy: the word alone tells who answers; each message counts once, across a restart too")
    func overNtfy() throws {
        let server = try TestServer.web()
        let folder = try TemporaryFolder("answers")
        let desk = AnswerDesk()
        let source = try ntfy(server, folder: folder)
        #expect(source.takesAnswers)
        say("1 YES manzana", on: server)
        // What was said long before the first look is no answer to anything.
        #expect(source.takeAnswers(now: start.advanced(bySeconds: 1), settle: desk.settle) == nil)
        #expect(desk.taken.isEmpty)
        for text in ["12 YES manzana", "13 no CIRUELA", "12 YES pera", "12 YES", "hello"] { say(text, on: server) }
        desk.stores(false)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        desk.stores(true)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        let expected: [AnswerJudgement] = [
            .act(person: "Rosa", alert: 12, says: .yes), .act(person: "Ben", alert: 13, says: .no),
            .refused(.wrongWord), .refused(.wrongWord), .refused(.notUnderstood),
        ]
        #expect(desk.taken == expected)
        #expect(try ntfy(server, folder: folder).takeAnswers(now: start, settle: desk.settle) == nil)
        for text in ["14 YES manzana", "14 Seen manzana", "14 VISTO ciruela"] { say(text, on: server) }
        #expect(try ntfy(server, folder: folder).takeAnswers(now: start, settle: desk.settle) == nil)
        let more: [AnswerJudgement] = [
            .act(person: "Rosa", alert: 14, says: .yes), .act(person: "Rosa", alert: 14, says: .seen),
            .act(person: "Ben", alert: 14, says: .seen),
        ]
        #expect(desk.taken == expected + more)
        #expect(
            try ntfy(server, path: "status/500").takeAnswers(now: start, settle: desk.settle)
                == AnswerProblem("HTTP 500", needsPerson: false))
        #expect(
            try ntfy(server, path: "status/403").takeAnswers(now: start, settle: desk.settle)
                == AnswerProblem("HTTP 403", needsPerson: true))
    }

    func matrix(
        _ server: TestServer, path: String = "matrix", folder: TemporaryFolder? = nil
    ) throws -> any AnswerSource {
        let people = [
            AnsweringPerson(name: "Rosa", sender: "@rosa:example.org"),
            AnsweringPerson(name: "Ben", sender: "@ben:example.org", word: .environment("BEN")),
        ]
        let place = WebPlace(url: "http://127.0.0.1:\(server.port)/\(path)")
        let matrix = MatrixSettings(
            place: place, room: "!room:example.org", token: .environment("MATRIX"), people: people)
        var shared = try context(environment: words)
        shared.answersFolder = folder?.path
        let made = try settings(.matrix(matrix)).makeDestination(shared)
        return try #require(made as? any AnswerSource)
    }

    func say(_ lines: [(sender: String, text: String)], in server: TestServer) {
        let events = lines.map { line in
            "{\"type\":\"m.room.message\",\"sender\":\(Escaping.json(line.sender)),\"content\":{\"msgtype\":\"m.text\","
                + "\"body\":\(Escaping.json(line.text))}}"
        }
        let request = HTTPRequest(
            url: "http://127.0.0.1:\(server.port)/matrix/_matrix/client/v3/say",
            headers: [(name: "Authorization", value: "Bearer syt_token")],
            body: Array("[\(events.joined(separator: ","))]".utf8))
        _ = HTTPClient().send(request)
    }

    @Test("Matrix: the people listed are heard in the room, and a conversation is no answer")
    func overMatrix() throws {
        let server = try TestServer.web()
        let desk = AnswerDesk()
        let source = try matrix(server)
        say([("@rosa:example.org", "1 YES")], in: server)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(desk.taken.isEmpty)
        say(
            [
                ("@rosa:example.org", "has anybody looked at 12?"), ("@rosa:example.org", "12 yes"),
                ("@rosa:example.org", "> <@gateway:example.org> NOW 13\n\n13 NO"), ("@eve:example.org", "12 yes"),
                ("@eve:example.org", "good morning"), ("@ben:example.org", "12 yes"),
                ("@ben:example.org", "12 yes ciruela"), ("@rosa:example.org", "has nobody seen 12?"),
                ("@rosa:example.org", "13 seen"), ("@ben:example.org", "13 visto, ciruela"),
            ], in: server)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(source.takeAnswers(now: start, settle: desk.settle) == nil)
        #expect(
            desk.taken == [
                .act(person: "Rosa", alert: 12, says: .yes), .act(person: "Rosa", alert: 13, says: .no),
                .refused(.unknownSender), .refused(.wrongWord), .act(person: "Ben", alert: 12, says: .yes),
                .act(person: "Rosa", alert: 13, says: .seen), .act(person: "Ben", alert: 13, says: .seen),
            ])
        #expect(desk.senders.contains("@eve:example.org"))
        #expect(try matrix(server, path: "status/200").takeAnswers(now: start, settle: desk.settle) != nil)
    }

    @Test("a word or a topic that cannot be read costs the answers alone: notices go out, and it is said what to mend")
    func unreadable() throws {
        let server = try TestServer.web()
        let people = [AnsweringPerson(name: "Rosa", sender: "+34600111222", word: .file("/nowhere/word"))]
        let ntfy = NtfySettings(
            url: "http://127.0.0.1:\(server.port)/ntfy", topic: .name("stewards"), token: .environment("TOKEN"),
            replyTopic: .secret(.file("/nowhere/topic")), people: people)
        let place = WebPlace(url: "http://127.0.0.1:\(server.port)/matrix")
        let matrix = MatrixSettings(
            place: place, room: "!room:example.org", token: .environment("MATRIX"), people: people)
        let sms = SMSSettings(gammu: "/nowhere/smsdrc", people: people)
        let expected = [
            (DestinationSettings.Kind.ntfy(ntfy), "/nowhere/topic"), (.matrix(matrix), "/nowhere/word"),
            (.sms(sms), "/nowhere/word"),
        ]
        for (kind, file) in expected {
            let destination = try settings(kind).makeDestination(context(environment: words))
            let source = try #require(destination as? any AnswerSource)
            #expect(source.takesAnswers)
            let problem = try #require(source.takeAnswers(now: start) { _ in true })
            #expect(problem.needsPerson && problem.reason.contains(file), "\(problem.reason)")
            guard case .sms = kind else {
                guard case .delivered = destination.send(notice(1), now: start) else {
                    Issue.record("\(kind)")
                    continue
                }
                continue
            }
        }
    }

    @Test("what a person has to mend is told at once, what may pass after half an hour, and the end of either once")
    func events() throws {
        let refused = AnswerProblem("HTTP 403", needsPerson: true)
        let passing = AnswerProblem("HTTP 503", needsPerson: false)
        let later = start.advanced(bySeconds: 1800)
        // The clock stands at the time of the look that the source answers.
        let source = ScriptedSource([
            (start, nil), (start, passing), (start.advanced(bySeconds: 1799), passing), (later, passing),
            (later, refused), (later, nil), (later, nil), (later, passing), (later, refused), (later, nil),
        ])
        let told = EventFlag()
        let listener = AnswerListener(
            destinations: [source], clock: { source.now }, failingPauseSeconds: 0, settle: { _ in true },
            onProblem: { _, _ in }, onEvent: { told.add($0) })
        listener.start()
        #expect(waitUntil { source.isOver })
        #expect(listener.stopAndWait())
        #expect(
            told.all == [
                .answersHeard(destination: "d"),
                .answersUnheard(destination: "d", since: start, reason: "HTTP 503"), .answersHeard(destination: "d"),
                .answersUnheard(destination: "d", since: later, reason: "HTTP 403"), .answersHeard(destination: "d"),
            ])
    }

    @Test(
        "A personal word that would be read as two is refused",
        arguments: ["luna!2026", "a.b.c.d", "luna,sol", "x y z w"])
    func twoWords(_ word: String) throws {
        let people = [AnsweringPerson(name: "Rosa", word: .environment("ROSA"))]
        #expect {
            try people.rules(context(environment: ["ROSA": word]))
        } throws: { error in
            let error = error as? DestinationError
            return error?.code == .secretMalformed && error?.message.contains(word) == false
        }
        _ = try people.rules(context(environment: ["ROSA": "Luna-2026?"]))
    }

    @Test("no word of the languages says two things, and one that did would say nothing")
    func ambiguous() throws {
        var books = try Phrases.books()
        #expect(AnswerWord.ambiguous(in: books.values).isEmpty)
        let words = AnswerWord.meanings(in: books.values)
        #expect(Set(words.values) == Set(AnswerWord.allCases.map { [$0] }) && words["visto"] == [.seen])
        // In Polish talk "no" means yes.
        let said = ["yes": "TAK, NO", "no": "NIE", "seen": "WIDZIANO", "agree": "ZGODA"]
        let phrases = said.map { ("delivery.answer.\($0.key)", $0.value) }
        books["pl"] = Phrasebook(language: "pl", phrases: Dictionary(uniqueKeysWithValues: phrases))
        #expect(AnswerWord.ambiguous(in: books.values) == ["no"])
        let rules = AnswerRules(people: [.init(name: "Rosa", sender: nil, word: "manzana")], phrasebooks: books)
        #expect(rules.judge("12 no manzana") == .refused(.notUnderstood))
        #expect(rules.judge("12 tak manzana") == .act(person: "Rosa", alert: 12, says: .yes))
    }

    @Test("the listener tells once that a way cannot be read, and ends when it is asked to")
    func listener() throws {
        let source = FailingSource()
        let told = Flag()
        let listener = AnswerListener(
            destinations: [source], clock: { start }, settle: { _ in true },
            onProblem: { _, problem in told.set(problem) })
        listener.start()
        #expect(waitUntil { told.problems == ["HTTP 500"] })
        #expect(listener.stopAndWait())
        #expect(told.problems == ["HTTP 500"])
    }
}

private final class Flag: Sendable {
    private let all = Mutex<[String?]>([])
    var problems: [String?] { all.withLock { $0 } }
    func set(_ problem: String?) { all.withLock { $0.append(problem) } }
}

/// A way that never works.
private struct FailingSource: Destination, AnswerSource {
    let name = "d"
    let audience = Audience.stewards
    let language = "en"
    let takesAnswers = true
    let pauseSeconds = 1

    func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome { .delivered(remoteID: nil) }
    func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        AnswerProblem("HTTP 500", needsPerson: false)
    }
}

private final class EventFlag: Sendable {
    private let events = Mutex<[DestinationEvent]>([])
    var all: [DestinationEvent] { events.withLock { $0 } }
    func add(_ event: DestinationEvent) { events.withLock { $0.append(event) } }
}

/// A way that does at each look what the test says, and then goes on working.
private final class ScriptedSource: Destination, AnswerSource {
    let name = "d"
    let audience = Audience.stewards
    let language = "en"
    let takesAnswers = true
    let pauseSeconds = 0
    private let looks: [(at: Instant, problem: AnswerProblem?)]
    private let done = Mutex(0)

    init(_ looks: [(Instant, AnswerProblem?)]) { self.looks = looks }

    var isOver: Bool { done.withLock { $0 } > looks.count }
    /// Asked before a look for the time of it, and after one for the time of what it found.
    var now: Instant { looks[min(max(done.withLock { $0 } - 1, 0), looks.count - 1)].at }

    func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome { .delivered(remoteID: nil) }
    func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        done.withLock { done in
            done += 1
            return done <= looks.count ? looks[done - 1].problem : nil
        }
    }
}
