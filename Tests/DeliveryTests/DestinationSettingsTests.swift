import Foundation
import GatewayModel
import StrictYAML
import TestSupport
import Testing

@testable import Delivery

@Suite("Settings of destinations")
struct DestinationSettingsTests {
    private func read(_ text: String) -> (settings: [DestinationSettings], problems: [String]) {
        let reader = StrictYAML(file: "gateway.yaml")
        let field = reader.mapping(of: text, keys: ["destinations"])?["destinations"]
        let settings = field.map { DestinationSettings.list($0, defaultLanguage: "en") } ?? []
        return (settings, reader.problems.map(\.description))
    }

    @Test("every kind is read")
    func everyKind() {
        let (settings, problems) = read(
            """
            destinations:
              - name: mail
                kind: smtp
                audience: stewards
                language: es
                host: mail.example.org
                from: gateway@example.org
                to: [rosa@example.org, ben@example.org]
                user: gateway
                password_file: /etc/commons-gateway/mail-password
              - name: hook
                kind: webhook
                audience: public
                url: https://example.org/hook
                secret_env: HOOK_SECRET
                timeout: 10 s
              - {name: push, kind: ntfy, audience: stewards, url: "http://127.0.0.1:2586", topic: stewards-9f2c}
              - {name: siren, kind: command, audience: members, program: /usr/local/bin/siren, arguments: [--short]}
              - {name: board, kind: files, audience: members, folder: var/notices, keep: 100}
              - {name: paper, kind: printer, audience: members, queue: notice-board, paper: A4}
              - name: text
                kind: sms
                audience: stewards
                parts: 2
                to:
                  - {name: Rosa, number: "+34600111222", word_file: /etc/commons-gateway/word-rosa}
                  - {name: Ben, number: "+34600333444"}
              - {name: horn, kind: siren, audience: stewards, topic: sirens/yard, sounds_for: 2 min}
              - {name: panel, kind: mqtt, audience: members}
            """)
        #expect(problems.isEmpty)
        #expect(
            settings == [
                DestinationSettings(
                    name: "mail", audience: .stewards, language: "es",
                    kind: .smtp(
                        SMTPSettings(
                            host: "mail.example.org", port: 587, security: .startTLS, from: "gateway@example.org",
                            to: ["rosa@example.org", "ben@example.org"], user: "gateway",
                            password: .file("/etc/commons-gateway/mail-password")))),
                DestinationSettings(
                    name: "hook", audience: .public, language: "en",
                    kind: .webhook(
                        WebhookSettings(
                            url: "https://example.org/hook", secret: .environment("HOOK_SECRET"), timeoutSeconds: 10))),
                DestinationSettings(
                    name: "push", audience: .stewards, language: "en",
                    kind: .ntfy(NtfySettings(url: "http://127.0.0.1:2586", topic: .name("stewards-9f2c")))),
                DestinationSettings(
                    name: "siren", audience: .members, language: "en",
                    kind: .command(CommandSettings(program: "/usr/local/bin/siren", arguments: ["--short"]))),
                DestinationSettings(
                    name: "board", audience: .members, language: "en",
                    kind: .files(FilesSettings(folder: "var/notices", keep: 100))),
                DestinationSettings(
                    name: "paper", audience: .members, language: "en",
                    kind: .printer(PrinterSettings(queue: "notice-board", paper: "A4"))),
                DestinationSettings(
                    name: "text", audience: .stewards, language: "en",
                    kind: .sms(
                        SMSSettings(
                            people: [
                                AnsweringPerson(
                                    name: "Rosa", sender: "+34600111222",
                                    word: .file("/etc/commons-gateway/word-rosa")),
                                AnsweringPerson(name: "Ben", sender: "+34600333444"),
                            ], parts: 2))),
                DestinationSettings(
                    name: "horn", audience: .stewards, language: "en",
                    kind: .siren(SirenSettings(topic: "sirens/yard", soundsFor: 120))),
                DestinationSettings(name: "panel", audience: .members, language: "en", kind: .mqtt(MQTTSettings())),
            ])
        #expect(
            settings[2].advice(carriesSignOfLife: false).count == 1
                && settings[0].advice(carriesSignOfLife: false).isEmpty)
    }

    @Test(
        "what is wrong is named with its line and remedy",
        arguments: [
            ("kind: smtp, audience: stewards, host: h, from: a@b, to: [c@d], passwort: x", "unknown key 'passwort'"),
            ("kind: smtp, audience: stewards, host: h, from: a@b, to: ['c@d, Bcc: e@f']", "is not a mail address"),
            ("kind: smtp, audience: stewards, host: h, from: a@b, to: [c@d], security: plain", "unprotected"),
            ("kind: smtp, audience: stewards, host: h, from: a@b, to: [c@d], user: u", "names no password"),
            ("kind: webhook, audience: public, url: 'http://192.168.1.5/x', secret_env: S", "unprotected"),
            ("kind: webhook, audience: public, url: 'http://127.0.0.1.example.org/x', secret_env: S", "unprotected"),
            ("kind: webhook, audience: public, url: 'https://user:word@h/', secret_env: S", "is not an address"),
            ("kind: webhook, audience: public, url: 'https://h/'", "names no secret"),
            ("kind: ntfy, audience: public, url: 'https://h', topic: 'a/b'", "cannot be a topic"),
            ("kind: command, audience: public, program: siren", "not an absolute path"),
            ("kind: printer, audience: members, queue: '-o raw'", "cannot be a print queue"),
            ("kind: printer, audience: members, queue: a, server: '10.0.0.5:631'", "would get the text unprotected"),
            ("kind: sms, audience: stewards, to: [{name: Rosa, number: '0600111222'}]", "is not a telephone number"),
            ("kind: sms, audience: stewards, to: []", "nobody gets these messages"),
            ("kind: siren, audience: stewards, topic: zigbee2mqtt/pump/set", "is not a siren's topic"),
            ("kind: siren, audience: members, topic: sirens/yard", "would not hear that nobody came"),
            ("kind: siren, audience: stewards, topic: 'sirens/+'", "is not a siren's topic"),
            ("kind: siren, audience: stewards, topic: sirens/a, 'on': x, 'off': x", "cannot be switched off"),
            ("kind: pigeon, audience: public", "must be one of smtp, webhook, ntfy, command, files, printer"),
            ("kind: mqtt, audience: neighbours", "must be one of person, stewards, members, public"),
        ])
    func problems(_ entry: String, _ expected: String) {
        let (settings, problems) = read(
            "destinations:\n  - {name: d, \(entry)}\n  - {name: e, kind: mqtt, audience: public}")
        #expect(problems.count == 1 && problems.first?.hasPrefix("gateway.yaml:2: ") == true)
        #expect(problems.first?.contains(expected) == true, "\(problems)")
        #expect(settings.last?.name == "e")
    }

    @Test("Two destinations at the same topics are refused: one may read there all that the other may")
    func sameTopics() {
        func read(_ audiences: String...) -> (count: Int, problems: [String]) {
            let lines = audiences.enumerated().map { "  - {name: d\($0), kind: mqtt, audience: \($1)}" }
            let (settings, problems) = self.read("destinations:\n" + lines.joined(separator: "\n"))
            return (settings.count, problems)
        }
        for pair in [("stewards", "members"), ("members", "members"), ("members", "person, household: house-07")] {
            let (count, problems) = read(pair.0, pair.1)
            #expect(count == 1 && problems.count == 1)
            #expect(problems.first?.hasPrefix("gateway.yaml:3: 'd1' and 'd0' would write over each other") == true)
        }
        #expect(read("public", "public").problems.count == 1)
        // A sign of life stands beside alerts.
        #expect(read("members", "public") == (2, []))
    }

    @Test("a secret that others can read is refused")
    func exposedSecret() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("secret")
        try Data("s3cret\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: DestinationError.self) { try SecretSource.file(path).read(environment: [:]) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try SecretSource.file(path).read(environment: [:]) == "s3cret")
        #expect(throws: DestinationError.self) { try SecretSource.environment("NONE").read(environment: [:]) }
        #expect(throws: DestinationError.self) { try WebhookSigner(secrets: "whsec_short") }
    }

    @Test("both languages have the same phrases and placeholders")
    func languages() throws {
        let english = try Phrases.book("en").phrases.filter { $0.key.hasPrefix("delivery.") }
        let spanish = try Phrases.book("es").phrases.filter { $0.key.hasPrefix("delivery.") }
        #expect(english.keys.sorted() == spanish.keys.sorted() && english.count == 18)
        for (key, text) in english {
            #expect(Phrasebook.placeholders(in: text) == Phrasebook.placeholders(in: spanish[key] ?? ""))
        }
    }
}
