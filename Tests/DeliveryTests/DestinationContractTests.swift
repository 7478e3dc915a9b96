import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// How the other side behaves.
enum Behaviour: CaseIterable {
    case accepts, isBusy, refuses, hangs
}

/// What the other side has got, in the terms that all destinations share.
struct Arrival: Equatable {
    var identity: String
    var title: String
    var text: String
}

/// One destination with its real other side.
struct Rig {
    var destination: any Destination
    var arrivals: () throws -> [Arrival]

    enum Kind: CaseIterable {
        case smtp, webhook, ntfy, command, files, mqtt
    }

    /// Nil where the kind cannot behave so.
    init?(_ kind: Kind, _ behaviour: Behaviour) throws {
        switch kind {
        case .smtp: try self.init(smtp: behaviour)
        case .webhook: try self.init(webhook: behaviour)
        case .ntfy: try self.init(ntfy: behaviour)
        case .command: try self.init(command: behaviour)
        case .files: try self.init(files: behaviour)
        case .mqtt: try self.init(mqtt: behaviour)
        }
    }

    private init(smtp behaviour: Behaviour) throws {
        let server = try TestServer.mail("plain")
        let recipient =
            switch behaviour {
            case .accepts: "rosa"
            case .isBusy: "busy"
            case .refuses: "nobody"
            case .hangs: "hang"
            }
        let smtp = SMTPSettings(
            host: "127.0.0.1", port: server.port, security: .plain, from: "gateway@example.org",
            to: ["\(recipient)@example.org"], timeoutSeconds: behaviour == .hangs ? 1 : 30)
        destination = try settings(.smtp(smtp)).makeDestination(context())
        arrivals = {
            try server.messages(MailRecord.self).map { record in
                let text = String(record.text.unicodeScalars.filter { $0 != "\r" })
                return Arrival(identity: record.identity, title: record.title, text: text)
            }
        }
    }

    private init(webhook behaviour: Behaviour) throws {
        let server = try TestServer.web()
        let webhook = WebhookSettings(
            url: "http://127.0.0.1:\(server.port)" + path(behaviour, accepted: "/status/200"),
            secret: .environment("SECRET"), timeoutSeconds: behaviour == .hangs ? 1 : 30)
        destination = try settings(.webhook(webhook)).makeDestination(context(environment: ["SECRET": testSecret]))
        arrivals = {
            try server.messages(WebRecord.self).map { record in
                let body = try record.json(WebhookBody.self)
                return Arrival(
                    identity: record.headers["webhook-id"] ?? "", title: body.data.title, text: body.data.text)
            }
        }
    }

    private init(ntfy behaviour: Behaviour) throws {
        let server = try TestServer.web()
        let ntfy = NtfySettings(
            url: "http://127.0.0.1:\(server.port)" + path(behaviour, accepted: "/ntfy"), topic: .name("stewards"),
            token: .environment("TOKEN"), timeoutSeconds: behaviour == .hangs ? 1 : 30)
        destination = try settings(.ntfy(ntfy)).makeDestination(context(environment: ["TOKEN": "tk_secret"]))
        arrivals = {
            try server.messages(WebRecord.self).filter { $0.method == "POST" }.map { record in
                let body = try record.json(NtfyBody.self)
                let reference = body.message.components(separatedBy: "ref: ").last ?? ""
                return Arrival(identity: reference, title: body.title, text: body.message)
            }
        }
    }

    private init(command behaviour: Behaviour) throws {
        let folder = try TemporaryFolder("command")
        let code =
            switch behaviour {
            case .accepts: "0"
            case .isBusy: "75"
            case .refuses: "3"
            case .hangs: "hang"
            }
        let command = CommandSettings(
            program: "/usr/bin/python3", arguments: [TestServer.script("program.py"), folder.path, code],
            timeoutSeconds: behaviour == .hangs ? 1 : 30)
        destination = try settings(.command(command)).makeDestination(context())
        arrivals = {
            try folder.records(ProgramRecord.self).map { record in
                let body = try JSONDecoder().decode(CommandInput.self, from: Data(record.input.utf8))
                return Arrival(identity: body.ref, title: body.title, text: body.text)
            }
        }
    }

    private init?(files behaviour: Behaviour) throws {
        // A folder either takes a file or does not; there is nobody to refuse or to wait for.
        guard behaviour == .accepts || behaviour == .isBusy else { return nil }
        let folder = try TemporaryFolder("files")
        let path = folder.file("notices")
        if behaviour == .isBusy { try Data().write(to: URL(fileURLWithPath: path)) }
        destination = try settings(.files(FilesSettings(folder: path))).makeDestination(context())
        arrivals = {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("notices"))) ?? []
            return try names.filter { $0.first?.isNumber == true }.sorted().map { name in
                let text = try String(contentsOfFile: folder.file("notices/\(name)"), encoding: .utf8)
                let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                let reference = text.components(separatedBy: "ref: ").last ?? ""
                return Arrival(
                    identity: reference.trimmingCharacters(in: .newlines), title: String(lines[0]),
                    text: String(lines[1]))
            }
        }
    }

    private init?(mqtt behaviour: Behaviour) throws {
        guard behaviour != .refuses else { return nil }
        let publisher = RecordingPublisher(
            behaviour == .accepts ? .confirmed : behaviour == .isBusy ? .notConnected : .unconfirmed)
        destination = try settings(.mqtt).makeDestination(context(publisher: publisher))
        arrivals = {
            try publisher.published.filter { !$0.payload.isEmpty }.map { message in
                let body = try JSONDecoder().decode(CommandInput.self, from: Data(message.payload))
                return Arrival(identity: body.ref, title: body.title, text: body.text)
            }
        }
    }
}

private func settings(_ kind: DestinationSettings.Kind) -> DestinationSettings {
    DestinationSettings(name: "d", audience: .stewards, language: "en", kind: kind)
}

private func path(_ behaviour: Behaviour, accepted: String) -> String {
    switch behaviour {
    case .accepts: accepted
    case .isBusy: "/status/503"
    case .refuses: "/status/400"
    case .hangs: "/hang"
    }
}

@Suite("Every destination", .serialized)
struct DestinationContractTests {
    @Test("delivers hostile text unharmed", arguments: Rig.Kind.allCases)
    func hostileText(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .accepts))
        let texts = HostileTexts.all
        for (number, text) in texts.enumerated() {
            let outcome = rig.destination.send(notice(number, title: text, body: text), now: start)
            guard case .delivered = outcome else {
                Issue.record("\(text.debugDescription) ended as \(outcome)")
                continue
            }
        }
        let arrivals = try rig.arrivals()
        try #require(arrivals.count == texts.count)
        for (text, arrival) in zip(texts, arrivals) {
            switch kind {
            case .webhook:
                #expect(Array(arrival.title.unicodeScalars) == Array(Escaping.cut(text, toBytes: 1000).unicodeScalars))
                #expect(Array(arrival.text.unicodeScalars) == Array(Escaping.cut(text, toBytes: 6000).unicodeScalars))
            case .command, .mqtt:
                #expect(Array(arrival.title.unicodeScalars) == Array(text.unicodeScalars))
                #expect(Array(arrival.text.unicodeScalars) == Array(text.unicodeScalars))
            case .smtp, .ntfy, .files:
                #expect(arrival.title == expectedTitle(text, kind))
                let expected = Escaping.plain(text)
                let room = kind == .ntfy ? 3900 : Int.max
                #expect(expected.isEmpty || arrival.text.contains(expected.prefix(room)))
            }
        }
    }

    @Test("is tried again after a busy answer", arguments: Rig.Kind.allCases)
    func busy(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .isBusy))
        guard case .retry = rig.destination.send(notice(1), now: start) else {
            Issue.record("a busy answer must lead to another try")
            return
        }
    }

    @Test("gives up after a refusal", arguments: [Rig.Kind.smtp, .webhook, .ntfy, .command])
    func refusal(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .refuses))
        guard case .permanent = rig.destination.send(notice(1), now: start) else {
            Issue.record("a refusal must be for good")
            return
        }
    }

    @Test(
        "does not know after a time-out, and repeats with the same identity",
        arguments: [Rig.Kind.smtp, .webhook, .command, .mqtt])
    func timeOut(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .hangs))
        for attempt in 0..<2 {
            guard case .unknown = rig.destination.send(notice(1), now: start.advanced(bySeconds: Int64(attempt))) else {
                Issue.record("without an answer nobody knows")
                return
            }
        }
        let identities = try rig.arrivals().map(\.identity)
        #expect(identities.count == 2)
        #expect(Set(identities).count == 1 && identities.first?.contains(key(1)) == true)
    }

    @Test("says that nothing has arrived where nobody listens", arguments: [Rig.Kind.smtp, .webhook, .ntfy])
    func nobodyListens(_ kind: Rig.Kind) throws {
        var rig = try Rig(kind, .accepts)
        let destination = try #require(rig?.destination)
        // The server ends with its rig.
        rig = nil
        guard case .retry = destination.send(notice(1), now: start) else {
            Issue.record("a refused connection must lead to another try")
            return
        }
    }

    private func expectedTitle(_ text: String, _ kind: Rig.Kind) -> String {
        switch kind {
        case .ntfy: Escaping.singleLine(text, limit: 200)
        case .smtp: Escaping.singleLine("[Alder Court] " + text, limit: 300)
        default: Escaping.singleLine("[Alder Court] " + text)
        }
    }
}
