import GatewayModel
import StrictYAML
import Testing

@testable import Delivery

@Suite("Settings of chats, forums and push services")
struct ServiceSettingsTests {
    private func read(_ entry: String) -> (settings: DestinationSettings?, problems: [String]) {
        let reader = StrictYAML(file: "gateway.yaml")
        let text = "destinations:\n  - {name: d, audience: stewards, \(entry)}"
        let field = reader.mapping(of: text, keys: ["destinations"])?["destinations"]
        let settings = field.map { DestinationSettings.list($0, defaultLanguage: "en") } ?? []
        return (settings.first, reader.problems.map(\.description))
    }

    private static let place = WebPlace(url: "https://h.example.org")
    private static let url = "url: 'https://h.example.org/'"

    private static let kinds: [(entry: String, kind: DestinationSettings.Kind, files: [String])] = [
        (
            "kind: gotify, \(url), token_file: /t", .gotify(GotifySettings(place: place, token: .file("/t"))), ["/t"]
        ),
        (
            "kind: apprise, \(url), key_file: /k, tag: rosa",
            .apprise(AppriseSettings(place: place, key: .file("/k"), tag: "rosa")), ["/k"]
        ),
        (
            "kind: talk, \(url), user: gateway, password_file: /p, conversation: x7ab2kcd",
            .talk(TalkSettings(place: place, user: "gateway", password: .file("/p"), conversation: "x7ab2kcd")), ["/p"]
        ),
        (
            "kind: discourse, \(url), user: gateway, key_file: /k, category: 7",
            .discourse(DiscourseSettings(place: place, user: "gateway", key: .file("/k"), category: 7)), ["/k"]
        ),
        (
            "kind: loomio, \(url), key_file: /k, group: 12, auth: body, tell_group: true",
            .loomio(
                LoomioSettings(place: place, key: .file("/k"), authentication: .body, group: 12, tellsGroup: true)),
            ["/k"]
        ),
        (
            "kind: matrix, \(url), room: '!r:example.org', token_file: /t, people: [{name: Rosa, user: '@rosa:example.org'}]",
            .matrix(
                MatrixSettings(
                    place: place, room: "!r:example.org", token: .file("/t"),
                    people: [AnsweringPerson(name: "Rosa", sender: "@rosa:example.org")])), ["/t"]
        ),
        (
            "kind: ntfy, \(url), topic: a, reply_topic_file: /r, people: [{name: Rosa, word_file: /w}]",
            .ntfy(
                NtfySettings(
                    url: "https://h.example.org/", topic: .name("a"), replyTopic: .secret(.file("/r")),
                    people: [AnsweringPerson(name: "Rosa", word: .file("/w"))])), ["/r", "/w"]
        ),
    ]

    @Test("every kind is read, and names the files that hold its secrets", arguments: 0..<7)
    func everyKind(_ number: Int) {
        let (entry, kind, files) = ServiceSettingsTests.kinds[number]
        let (settings, problems) = read(entry)
        #expect(problems.isEmpty)
        #expect(settings?.kind == kind)
        #expect(settings?.namedFiles == files)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("kind: gotify, url: 'http://10.0.0.1', token_file: /t", "would be sent unprotected"),
            ("kind: gotify, \(url)", "names no token"),
            ("kind: apprise, \(url), key_file: /k, tag: 'rosa, ben'", "is not one tag"),
            (
                "kind: talk, \(url), user: g, password_file: /p, conversation: 'https://h/call/x'",
                "is not a conversation"
            ),
            ("kind: discourse, \(url), user: g, key_file: /k, category: general", "must be a whole number"),
            ("kind: loomio, \(url), key_file: /k, group: 1, auth: query", "must be one of bearer, body"),
            ("kind: matrix, \(url), room: '#r:h', token_file: /t", "is not a room's id"),
            (
                "kind: matrix, \(url), room: '!r:h', token_file: /t, people: [{name: A, user: rosa}]",
                "is not a user's id"
            ),
            ("kind: ntfy, \(url), topic: a, reply_topic: b", "go together"),
            ("kind: ntfy, \(url), topic: a, reply_topic: b, people: [{name: Rosa}]", "go together"),
        ])
    func problems(_ entry: String, _ expected: String) {
        let (settings, problems) = read(entry)
        #expect(settings == nil && problems.count == 1 && problems.first?.contains(expected) == true, "\(problems)")
    }
}
