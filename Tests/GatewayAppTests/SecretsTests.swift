import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Secrets come from files or from systemd, and no log of any level has one.
@Suite("Secrets", .serialized, .timeLimit(.minutes(10)))
struct SecretsTests {
    /// A server of the delivery tests: it ends when its input ends, so it is given one that does not.
    private static func server(_ script: String, _ arguments: [String]) throws -> (process: ChildProcess, port: String)
    {
        let path = GatewayUnderTest.root + "/Tests/DeliveryTests/Servers/"
        let code = """
            import os, runpy, sys
            sys.path.insert(0, "\(path)")
            os.dup2(os.pipe()[0], 0)
            sys.argv = [\(([path + script] + arguments).map { "\"\($0)\"" }.joined(separator: ", "))]
            runpy.run_path(sys.argv[0], run_name="__main__")
            """
        let process = try ChildProcess("/usr/bin/python3", ["-u", "-c", code])
        try #require(waitUntil(20) { process.output.contains("\n") }, "\(process.output)")
        return (process, process.output.split(separator: "\n").first.map(String.init) ?? "")
    }

    /// What the services of the test server take, by the credential's name.
    private static let good = [
        "ntfy": "tk_secret", "gotify": "A_token", "apprise": "village", "talk": "app-password",
        "discourse": "discourse-key", "loomio": "loomio-key", "matrix": "syt_token", "mail": "s3cret-4711",
        "hook": "whsec_" + String(repeating: "c2Vj", count: 10), "mqtt": "mqtt-4711",
    ]
    /// What a server gets that repeats in its refusal whatever it was sent.
    private static let echoed = Dictionary(
        uniqueKeysWithValues: [
            "ntfy", "gotify", "apprise", "talk", "discourse", "loomio", "matrix", "topic", "reply", "word",
        ]
        .map { ("echo-\($0)", "echo-\($0)-4711") })

    private static func destinations(web: String, mail: String) -> String {
        func entry(_ name: String, _ kind: String, _ rest: String) -> String {
            "  - {name: \(name), kind: \(kind), audience: stewards, \(rest)}"
        }
        func kinds(_ prefix: String, _ path: (String) -> String) -> [String] {
            func url(_ kind: String) -> String { "url: \"http://127.0.0.1:\(web)/\(path(kind))\"" }
            func secret(_ key: String, _ kind: String) -> String { "\(key)_file: \"credential:\(prefix)\(kind)\"" }
            return [
                entry(prefix + "gotify", "gotify", "\(url("gotify")), \(secret("token", "gotify"))"),
                entry(prefix + "apprise", "apprise", "\(url("apprise")), \(secret("key", "apprise")), tag: rosa"),
                entry(
                    prefix + "talk", "talk",
                    "\(url("talk")), user: gateway, \(secret("password", "talk")), conversation: x7ab2kcd"),
                entry(
                    prefix + "discourse", "discourse",
                    "\(url("discourse")), user: gateway, \(secret("key", "discourse")), category: 7"),
                entry(prefix + "loomio", "loomio", "\(url("loomio")), \(secret("key", "loomio")), group: 1"),
                entry(
                    prefix + "matrix", "matrix",
                    "\(url("matrix")), \(secret("token", "matrix")), room: \"!room:example.org\""),
            ]
        }
        let ntfy = entry(
            "ntfy", "ntfy", "url: \"http://127.0.0.1:\(web)/ntfy\", topic: stewards, token_file: \"credential:ntfy\"")
        let other = entry(
            "echo-ntfy", "ntfy",
            "url: \"http://127.0.0.1:\(web)/refuse\", topic_file: \"credential:echo-topic\", "
                + "token_file: \"credential:echo-ntfy\", reply_topic_file: \"credential:echo-reply\", "
                + "people: [{name: Rosa, word_file: \"credential:echo-word\"}]")
        let rest = [
            entry("hook", "webhook", "url: \"http://127.0.0.1:\(web)/status/200\", secret_file: \"credential:hook\""),
            entry("echo-hook", "webhook", "url: \"http://127.0.0.1:\(web)/refuse\", secret_file: \"credential:hook\""),
            entry(
                "mail", "smtp",
                "host: 127.0.0.1, port: \(mail), security: plain, from: box@example.org, to: [rosa@example.org], "
                    + "user: gateway, password_file: \"credential:mail\""),
            entry("board", "files", "folder: BOARD"),
        ]
        return
            (["destinations:", ntfy, other] + kinds("") { $0 } + kinds("echo-") { _ in "refuse" } + rest)
            .joined(separator: "\n")
    }

    @Test(
        "Handed over by systemd they reach every service, and no log of any level, record or list has one",
        arguments: [LogLevel.trace, .info])
    func everyLevel(_ level: LogLevel) throws {
        let folder = try TemporaryFolder("secrets")
        let credentials = folder.file("credentials")
        try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: false)
        for (name, secret) in Self.good.merging(Self.echoed, uniquingKeysWith: { first, _ in first }) {
            let path = credentials + "/" + name
            try (secret + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        }
        let received = try TemporaryFolder("received")
        let web = try Self.server("http_server.py", [received.path])
        let mails = try TemporaryFolder("mails")
        let mail = try Self.server(
            "smtp_server.py", ["--folder", mails.path, "--security", "plain", "--login", "gateway:s3cret-4711"])
        let accounts = folder.file("accounts")
        let maker = try ChildProcess("/usr/bin/mosquitto_passwd", ["-c", "-b", accounts, "gateway", "mqtt-4711"])
        try #require(maker.wait(20) == .exited(0))
        let broker = try MosquittoBroker(extraConfig: "password_file \(accounts)", isAnonymousAllowed: false)
        let gateway = try GatewayUnderTest(
            broker: broker,
            extra: Self.destinations(web: web.port, mail: mail.port)
                .replacing("BOARD", with: folder.file("board")))
        try gateway.change(
            "commit_interval:", to: "user: gateway, password_file: \"credential:mqtt\", commit_interval:")

        // Apart from the service nobody has them, and is told so.
        let alone = try gateway.command(["devices", "scan", "--for", "1 s"], expecting: 1)
        #expect(alone.contains("credential mqtt is handed to the service alone"), "\(alone)")

        try gateway.startListening(
            options: ["--log-level", level.rawValue], environment: ["CREDENTIALS_DIRECTORY": credentials])
        _ = try gateway.command(["alerts", "test", "--to", "Rosa"])
        let reached = [
            "ntfy", "gotify", "apprise", "talk", "discourse", "loomio", "matrix", "hook", "mail", "board",
        ]
        func delivered() throws -> Set<String> {
            let lines = try Site.load(configFile: gateway.config).readingStore().outboxEntries()
            return Set(lines.filter { $0.state == .sent }.map(\.item.destination))
        }
        try waitUntil(60) { try delivered().isSuperset(of: reached) }
        let missing = try Set(reached).subtracting(delivered())
        #expect(missing == [])
        func refused() throws -> Set<String> {
            let lines = try Site.load(configFile: gateway.config).readingStore().outboxEntries()
            return Set(lines.filter { $0.attempts > 0 }.map(\.item.destination))
        }
        let echoing = ["ntfy", "gotify", "apprise", "talk", "discourse", "loomio", "matrix", "hook"].map {
            "echo-\($0)"
        }
        #expect(try waitUntil(60) { try refused().isSuperset(of: echoing) })
        var told = gateway.process?.output ?? ""
        #expect(gateway.stop() == .exited(0))
        told += try gateway.command(["log", "show", "--format", "json"])
        told += try gateway.command(["alerts", "list", "--all", "--format", "json"])
        told += try gateway.command(["alerts", "explain", "1"])
        told += try Site.load(configFile: gateway.config).readingStore().outboxEntries().map { "\($0)" }.joined()
        let written = FileManager.default.enumerator(atPath: folder.file("board"))?.compactMap { $0 as? String } ?? []
        for name in written {
            told += (try? String(contentsOfFile: folder.file("board/\(name)"), encoding: .utf8)) ?? ""
        }
        let secrets = Set(Self.good.values).union(Self.echoed.values)
        let coded = ["gateway:app-password", "gateway:echo-talk-4711", "\0gateway\0s3cret-4711"].map {
            Data($0.utf8).base64EncodedString()
        }
        // "village" is a word of its own.
        for secret in secrets.union(coded).subtracting(["village"]) {
            #expect(!told.contains(secret), "\(secret)")
        }
        #expect(told.contains("Rosa"))
    }

    @Test("A destination without its secret is an alert at once; with it what waited goes out, and the alert is over")
    func missing() throws {
        let folder = try TemporaryFolder("secrets")
        let received = try TemporaryFolder("received")
        let web = try Self.server("http_server.py", [received.path])
        let gateway = try GatewayUnderTest(
            extra: """
                destinations:
                  - {name: board, kind: files, audience: stewards, folder: \(folder.path)/board}
                  - {name: chat, kind: gotify, audience: stewards, url: "http://127.0.0.1:\(web.port)/gotify", token_file: "credential:chat"}
                """)
        func failing() throws -> [String] {
            try gateway.command(["alerts", "list", "--all", "--format", "json"]).split(separator: "\n")
                .filter { $0.contains("destination_failing") }.map { $0.contains("\"closed\"") ? "closed" : "open" }
        }
        try gateway.startListening()
        #expect(try waitUntil(20) { try failing() == ["open"] })
        func words() -> String {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("board"))) ?? []
            return names.compactMap { try? String(contentsOfFile: folder.file("board/\($0)"), encoding: .utf8) }
                .joined()
        }
        #expect(waitUntil(20) { words().contains("the credential chat is handed to the service alone") }, "\(words())")
        #expect(gateway.stop() == .exited(0))
        try "A_token".write(toFile: folder.file("chat"), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: folder.file("chat"))
        try gateway.startListening(environment: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(try waitUntil(30) { try failing() == ["closed"] })
        #expect(gateway.stop() == .exited(0))
    }

    @Test("The doctor names credentials that no line of the unit loads, and a name that is none is named with its line")
    func doctor() throws {
        let gateway = try GatewayUnderTest(
            extra: """
                backup: {folder: /nowhere, passphrase_file: "credential:backup"}
                destinations:
                  - {name: chat, kind: gotify, audience: stewards, url: "https://h", token_file: "credential:chat"}
                  - {name: hook, kind: webhook, audience: stewards, url: "https://h", secret_file: "credential:hook"}
                  - {name: old, kind: webhook, audience: stewards, url: "https://h", secret_file: /etc/old}
                """)
        let doctor = Doctor(site: try Site.load(configFile: gateway.config))
        let units = try TemporaryFolder("units")
        #expect(doctor.missingCredentials(in: [units.path]).isEmpty)
        let unit = units.file("commons-gateway.service")
        try FileManager.default.createDirectory(atPath: unit + ".d", withIntermediateDirectories: false)
        try FileManager.default.copyItem(
            atPath: GatewayUnderTest.root + "/systemd/commons-gateway.service", toPath: unit)
        #expect(doctor.missingCredentials(in: [units.path]).count == 3)
        try """
        [Service]
        LoadCredential=chat:/etc/commons-gateway/chat
        LoadCredentialEncrypted=backup:/etc/commons-gateway/backup.cred
        """.write(toFile: unit + ".d/credentials.conf", atomically: true, encoding: .utf8)
        let missing = doctor.missingCredentials(in: [units.path])
        #expect(missing.count == 1 && missing.first?.contains("LoadCredential=hook:FILE") == true)
        // systemd itself understands both lines.
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") {
            try FileManager.default.removeItem(atPath: unit)
            try String(contentsOfFile: GatewayUnderTest.root + "/systemd/commons-gateway.service", encoding: .utf8)
                .replacing("/usr/bin/commons ", with: "/bin/true ")
                .write(toFile: unit, atomically: true, encoding: .utf8)
            let check = try ChildProcess("/usr/bin/systemd-analyze", ["verify", "--man=no", unit])
            _ = check.wait(60)
            #expect(!check.output.contains("Credential"), "\(check.output)")
        }
        // Copies hold the files that are named, and no credentials.
        #expect(try Site.load(configFile: gateway.config).configuration.namedFiles == ["/etc/old"])

        try gateway.change("credential:hook", to: "credential:a/b")
        let told = try gateway.command(["check"], expecting: 1)
        #expect(told.contains("'credential:a/b' names no credential"))
    }
}
