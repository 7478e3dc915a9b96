import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("Destinations on the box")
struct LocalDestinationTests {
    private func make(
        _ kind: DestinationSettings.Kind, publisher: (any StatePublishing)? = nil
    ) throws -> any Destination {
        try DestinationSettings(name: "d", audience: .public, language: "en", kind: kind)
            .makeDestination(context(publisher: publisher))
    }

    @Test("a program gets its arguments as they are, a bare environment and no open files")
    func program() throws {
        let folder = try TemporaryFolder("command")
        let hostile = ["$(touch x)", "a b", "; rm -rf x", ""]
        let command = CommandSettings(
            program: "/usr/bin/python3", arguments: [TestServer.script("program.py"), folder.path, "0"] + hostile)
        let inherited = open("/dev/null", O_RDONLY)
        defer { close(inherited) }
        #expect(try make(.command(command)).send(notice(1), now: start) == .delivered(remoteID: nil))
        let record = try #require(try folder.records(ProgramRecord.self).first)
        #expect(record.arguments == hostile)
        // Python adds LC_CTYPE itself.
        let environment = record.environment.filter { $0.key != "LC_CTYPE" }
        #expect(environment == ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"])
        // Standard streams, and what the program opened itself: the record and the listing of descriptors.
        #expect(record.descriptors.allSatisfy { $0 <= 4 })
    }

    @Test("a program's exit code and words are the reason")
    func exitCodes() throws {
        let folder = try TemporaryFolder("command")
        func outcome(_ behaviour: String) throws -> DeliveryOutcome {
            let arguments = [TestServer.script("program.py"), folder.path, behaviour]
            return try make(.command(CommandSettings(program: "/usr/bin/python3", arguments: arguments)))
                .send(notice(1), now: start)
        }
        #expect(try outcome("75") == .retry(after: nil, reason: "exit code 75: the modem says 75"))
        #expect(try outcome("9") == .permanent(reason: "exit code 9: the modem says 9"))
        let missing = try make(.command(CommandSettings(program: "/no/such/program"))).send(notice(1), now: start)
        #expect(missing == .retry(after: nil, reason: "/no/such/program: No such file or directory"))
        let killed = CommandSettings(program: "/bin/sh", arguments: ["-c", "kill -9 $$"])
        let outcomeOfKill = try make(.command(killed)).send(notice(1), now: start)
        #expect(outcomeOfKill == .unknown(reason: "the program was ended by signal 9"))
    }

    @Test("a program that writes without end is read and ended")
    func endlessOutput() throws {
        let command = CommandSettings(program: "/bin/sh", arguments: ["-c", "yes"], timeoutSeconds: 1)
        let outcome = try make(.command(command)).send(notice(1), now: start)
        #expect(outcome == .unknown(reason: "the program ran longer than 1 s"))
    }

    @Test("files are written once, listed newest first and bounded")
    func files() throws {
        let folder = try TemporaryFolder("files")
        let destination = try make(.files(FilesSettings(folder: folder.path, keep: 3)))
        for number in 0..<5 {
            let item = notice(number, at: start.advanced(bySeconds: Int64(number) * 60))
            #expect(destination.send(item, now: start) == .delivered(remoteID: FilesDestination.fileName(item)))
            #expect(destination.send(item, now: start) == .delivered(remoteID: FilesDestination.fileName(item)))
            #expect(destination.lookUp(item, now: start) == .found(remoteID: FilesDestination.fileName(item)))
        }
        #expect(destination.lookUp(notice(9), now: start) == .missing)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names == [
                "20261118T110840Z-today-\(key(2)).txt", "20261118T110940Z-today-\(key(3)).txt",
                "20261118T111040Z-today-\(key(4)).txt", "latest.txt",
            ])
        #expect(
            try String(contentsOfFile: folder.file("latest.txt"), encoding: .utf8) == """
                Notices, newest first

                2026-11-18 11:10  [Alder Court] Notice 4  (20261118T111040Z-today-\(key(4)).txt)
                2026-11-18 11:09  [Alder Court] Notice 3  (20261118T110940Z-today-\(key(3)).txt)
                2026-11-18 11:08  [Alder Court] Notice 2  (20261118T110840Z-today-\(key(2)).txt)

                """)
    }

    @Test("an alert stays retained until it is closed")
    func retained() throws {
        let publisher = RecordingPublisher(.confirmed)
        let destination = try make(.mqtt(MQTTSettings()), publisher: publisher)
        #expect(destination.send(notice(1, alert: "a1"), now: start) == .delivered(remoteID: "alerts/a1"))
        let closed = notice(2, type: "alert.closed", alert: "a1")
        #expect(destination.send(closed, now: start) == .delivered(remoteID: "alerts/a1"))
        let report = notice(3, type: "report/#ready")
        #expect(destination.send(report, now: start) == .delivered(remoteID: "notices/report--ready"))
        #expect(publisher.published.map(\.topic) == ["alerts/a1", "alerts/a1", "alerts/a1", "notices/report--ready"])
        #expect(publisher.published.map(\.retain) == [true, false, true, true])
        #expect(publisher.published.map(\.payload.isEmpty) == [false, false, true, false])
    }

    @Test("what closes by itself, and what is taken back, leaves nothing retained, and its description goes with it")
    func goneWithIt() throws {
        let publisher = RecordingPublisher(.confirmed)
        let destination = try make(.mqtt(MQTTSettings(discovery: "homeassistant")), publisher: publisher)
        func item(_ number: Int, _ type: String, _ state: String) -> OutboxItem {
            var item = notice(number, type: type, alert: "a1")
            item.dataJSON = "{\"alert\":12,\"state\":\"\(state)\"}"
            return item
        }
        func retained() -> [String: String] {
            publisher.published.filter(\.retain).reduce(into: [:]) {
                $0[$1.topic] = String(decoding: $1.payload, as: UTF8.self)
            }.filter { !$0.value.isEmpty }
        }
        let description = "homeassistant/binary_sensor/node/a1/config"
        _ = destination.send(item(1, "alert.raised", "raised"), now: start)
        #expect(retained().keys.sorted() == ["alerts/a1", description])
        #expect(retained()[description]?.contains("\"name\":\"Alert 12\"") == true)
        #expect(retained()[description]?.contains("\"stat_t\":\"commons/alder-court/alerts/a1\"") == true)
        // An alert about the box is closed with its end.
        _ = destination.send(item(2, "alert.returned", "closed"), now: start)
        #expect(retained().isEmpty)
        _ = destination.send(item(3, "alert.raised", "raised"), now: start)
        _ = destination.send(item(4, MQTTDestination.withdrawn, "closed"), now: start)
        #expect(retained().isEmpty)
        // A notice that belongs to no alert is taken back by its type.
        _ = destination.send(notice(5, type: "alert.digest", alert: nil), now: start)
        #expect(retained().keys.sorted() == ["notices/alert.digest"])
        var withdrawn = notice(6, type: MQTTDestination.withdrawn, alert: nil)
        withdrawn.title = "alert.digest"
        _ = destination.send(withdrawn, now: start)
        #expect(retained().isEmpty)
    }
}
