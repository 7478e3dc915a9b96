import Foundation
import GatewayModel
import TestSupport

@testable import Delivery

extension Rig {
    init(command behaviour: Behaviour) throws {
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

    init?(files behaviour: Behaviour) throws {
        // A folder either takes a file or does not; there is nobody to refuse or to wait for.
        guard behaviour == .accepts || behaviour == .isBusy else { return nil }
        let folder = try TemporaryFolder("files")
        let path = folder.file("notices")
        if behaviour == .isBusy { try Data().write(to: URL(fileURLWithPath: path)) }
        destination = try settings(.files(FilesSettings(folder: path))).makeDestination(context())
        arrivals = {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("notices"))) ?? []
            return try names.filter { $0.first?.isNumber == true }.sorted().map { name in
                Arrival(sheet: try String(contentsOfFile: folder.file("notices/\(name)"), encoding: .utf8))
            }
        }
    }

    init?(mqtt behaviour: Behaviour) throws {
        guard behaviour != .refuses else { return nil }
        let publisher = RecordingPublisher(
            behaviour == .accepts ? .confirmed : behaviour == .isBusy ? .notConnected : .unconfirmed)
        destination = try settings(.mqtt(MQTTSettings())).makeDestination(context(publisher: publisher))
        arrivals = {
            try publisher.published.filter { !$0.payload.isEmpty }.map { message in
                let body = try JSONDecoder().decode(CommandInput.self, from: Data(message.payload))
                return Arrival(identity: body.ref, title: body.title, text: body.text)
            }
        }
    }

    init?(printer behaviour: Behaviour) throws {
        // CUPS's `lp` does not tell a refusal from a print server that is away.
        guard behaviour != .refuses else { return nil }
        var printer = PrinterSettings(queue: "board", paper: "A4")
        if behaviour == .hangs {
            let server = try TestServer.web()
            printer.server = "127.0.0.1:\(server.port)"
            printer.timeoutSeconds = 1
            // CUPS asks for the queue first: nothing has arrived, and nobody can know.
            arrivals = {
                try server.messages(WebRecord.self).prefix(0).map { _ in Arrival(identity: "", title: "", text: "") }
            }
        } else {
            let cups = try PrintServer()
            printer.server = cups.address
            if behaviour == .isBusy { try cups.closeQueue() }
            arrivals = { try cups.sheets.map(Arrival.init(sheet:)) }
        }
        destination = try settings(.printer(printer)).makeDestination(context())
    }

    init?(sms behaviour: Behaviour) throws {
        // A modem takes its time or is away; it refuses nothing for good.
        guard behaviour == .accepts || behaviour == .isBusy else { return nil }
        let modem = try Modem(runs: behaviour == .accepts)
        let sms = SMSSettings(
            gammu: behaviour == .accepts ? modem.configuration : modem.configuration + ".missing",
            people: [AnsweringPerson(name: "Rosa", sender: "+34600111222")])
        destination = try settings(.sms(sms)).makeDestination(context())
        arrivals = {
            try modem.messages(in: "sent").map { message in
                // The text shows the end of the key only.
                let end = message.text.components(separatedBy: "ref:").last ?? ""
                let lines = message.text.split(separator: "\n", omittingEmptySubsequences: false)
                return Arrival(
                    identity: String(repeating: "0", count: 24) + end, title: String(lines.first ?? ""),
                    text: message.text)
            }
        }
    }

    init?(siren behaviour: Behaviour) throws {
        guard behaviour == .accepts || behaviour == .isBusy else { return nil }
        let publisher = RecordingPublisher(behaviour == .accepts ? .confirmed : .notConnected)
        let siren = SirenSettings(topic: "sirens/yard", soundsFor: 0)
        destination = try settings(.siren(siren)).makeDestination(context(publisher: publisher))
        // No word of a message reaches a siren.
        arrivals = {
            publisher.published.filter { $0.payload == Array("ON".utf8) }
                .map { _ in Arrival(identity: "", title: "", text: "") }
        }
    }
}

extension Arrival {
    /// A title, an empty line, a text whose last line is the reference.
    init(sheet: String) {
        let lines = sheet.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let reference = sheet.components(separatedBy: "ref: ").last ?? ""
        identity = reference.trimmingCharacters(in: .newlines)
        title = String(lines[0])
        text = lines.count > 1 ? String(lines[1]) : ""
    }
}
