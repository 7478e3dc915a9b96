import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A box that is dead calls nobody: somebody else misses it.
@Suite("Signs of life", .serialized, .timeLimit(.minutes(10)))
struct NeighbourTests {
    static let hour: Int64 = 3600
    static let topic = "neighbours/vall-sol/notices/life.sign"

    func village(_ more: String) throws -> AlertVillage {
        let village = try AlertVillage(more)
        village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) }
        return village
    }

    private func signs(_ village: AlertVillage) throws -> [OutboxItem] {
        try village.office.store.outboxEntries().map(\.item).filter { $0.type == "life.sign" }
    }

    private func hear(_ village: AlertVillage, _ payload: String, retained: Bool = false) throws {
        let message = InboundMessage(
            topic: Self.topic, payload: Array(payload.utf8), retained: retained, receivedAt: village.now)
        _ = village.office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        try village.commit()
    }

    @Test("It is given once a day at its time, whatever is restarted, and at once after an outage; it only counts")
    func given() throws {
        let village = try village(
            """
              - {name: watcher, kind: ping, audience: public, url_file: /nowhere}
              - {name: home-1, kind: files, audience: person, household: kitchen, folder: /nowhere}
            duty: {change: Monday 18:00, quiet_hours: {from: "08:00", until: "10:00"}}
            sign_of_life: {at: "09:00", to: [watcher]}
            """)
        // The day's nine o'clock was before the box came to life: it says so at once.
        try village.wait(until: 10)
        #expect(try signs(village).map(\.destination) == ["watcher"])
        try village.restart()
        try village.wait(until: 20 * Self.hour)
        #expect(try signs(village).count == 1)
        try village.read(150)
        try village.wait(until: 21 * Self.hour + 30)
        try village.wait(until: 22 * Self.hour)
        #expect(try signs(village).count == 2)
        let last = try #require(try signs(village).last)
        #expect(last.dataJSON == "{\"open_alerts\":1,\"silent_sensors\":0,\"state\":\"alerts\"}")
        #expect(last.title == "Test: the box lives" && last.notBefore == nil)
        #expect(!(last.title + last.body + last.dataJSON).contains("plug"))
        // Off for three days.
        try village.restart()
        try village.wait(until: 100 * Self.hour)
        #expect(try signs(village).count == 3)
        let store = village.office.store
        #expect(
            RunningParts.recheck(last, now: last.createdAt.advanced(bySeconds: 25 * Self.hour), store)
                == .drop(reason: "a sign of life of the day before"))
        #expect(RunningParts.recheck(last, now: last.createdAt.advanced(bySeconds: Self.hour), store) == .send)
        // Nothing but signs of life waits for the watcher.
        #expect(try village.office.store.outboxEntries().filter { $0.item.destination == "watcher" }.count == 3)
    }

    @Test(
        "A neighbour that gives none is missed once, over restarts, and heard again; what proves nothing does not count"
    )
    func missed() throws {
        let village = try village("neighbours: [{name: vall-sol, topic: \(Self.topic), every: 30 h}]")
        func state() throws -> [String] {
            try village.office.store.alerts(openOnly: false).filter { $0.cause == .box(.neighbourSilent) }
                .map { "\($0.subject) \($0.state.rawValue)" }
        }
        func listen() { village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) } }
        try village.wait(until: 20 * Self.hour)
        let sign = "{\"type\":\"life.sign\",\"created_at\":\"\(village.now)\",\"figures\":{\"state\":\"ok\"}}"
        try hear(village, sign)
        try village.wait(until: 40 * Self.hour)
        try village.restart()
        listen()
        #expect(try state() == [])
        // The hour after the start in which what waited at the broker may still come.
        try village.wait(until: 40 * Self.hour + 1800)
        try village.wait(until: 51 * Self.hour)
        #expect(try state() == ["vall-sol raised"])
        let told = try village.told()
        #expect(told == ["TODAY 1: No sign of life from vall-sol"])
        try village.restart()
        listen()
        try village.wait(until: 60 * Self.hour)
        #expect(try state() == ["vall-sol raised"])
        // A retained copy, an old message, a last will.
        try hear(village, sign.replacing("life.sign", with: "x"), retained: true)
        try hear(village, sign)
        try hear(village, "{\"state\":\"offline\"}")
        #expect(try state() == ["vall-sol raised"])
        // Whatever else comes was said by somebody who lives.
        try hear(village, "hello")
        #expect(try state() == ["vall-sol closed"])
        // While nothing can be heard nobody is missed.
        village.office.pipeline.changeState { $0.silence.listen(false, now: village.now) }
        try village.wait(until: 200 * Self.hour)
        #expect(try state() == ["vall-sol closed"])
        listen()
        try village.wait(until: 202 * Self.hour)
        #expect(try state() == ["vall-sol closed", "vall-sol raised"])
    }

    @Test("A neighbours' file counts when it is written anew")
    func files() throws {
        let folder = try TemporaryFolder("neighbours")
        let file = folder.file("life.txt")
        let village = try village("neighbours: [{name: la-serra, file: \(file), every: 2 h}]")
        func write() throws {
            try "I live".write(toFile: file, atomically: true, encoding: .utf8)
            let date = Date(timeIntervalSince1970: Double(village.now.milliseconds) / 1000)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        }
        func open() throws -> Int {
            try village.office.store.alerts(openOnly: true).count { $0.cause == .box(.neighbourSilent) }
        }
        try village.wait(until: 60)
        try write()
        try village.wait(until: 2 * Self.hour)
        #expect(try open() == 0)
        try village.wait(until: 2 * Self.hour + 120)
        #expect(try open() == 1)
        try write()
        try village.wait(until: 2 * Self.hour + 240)
        #expect(try open() == 0)
    }

    @Test("A file whose time is still to come is heard when it changes, and is no sign of life at every look")
    func filesOfTomorrow() throws {
        let folder = try TemporaryFolder("neighbours")
        let file = folder.file("life.txt")
        let village = try village("neighbours: [{name: la-serra, file: \(file), every: 2 h}]")
        func write(at seconds: Int64) throws {
            try "I live".write(toFile: file, atomically: true, encoding: .utf8)
            let time = AlertVillage.begin.advanced(bySeconds: seconds).milliseconds
            let date = Date(timeIntervalSince1970: Double(time) / 1000)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        }
        func open() throws -> Int {
            try village.office.store.alerts(openOnly: true).count { $0.cause == .box(.neighbourSilent) }
        }
        let month: Int64 = 30 * 86_400
        try village.wait(until: 60)
        try write(at: month)
        for hour in 1...2 { try village.wait(until: Int64(hour) * Self.hour) }
        #expect(try open() == 0)
        try village.wait(until: 2 * Self.hour + 120)
        #expect(try open() == 1)
        // Written anew by the same clock: its box lives now.
        try write(at: month + 2 * Self.hour)
        try village.wait(until: 2 * Self.hour + 240)
        #expect(try open() == 0)
        try village.restart()
        try village.wait(until: 4 * Self.hour + 180)
        #expect(try open() == 0)
        try village.wait(until: 4 * Self.hour + 300)
        #expect(try open() == 1)
        // Nor is it one when that time comes at last.
        try village.wait(until: month + 3 * Self.hour)
        try village.restart()
        try village.wait(until: month + 4 * Self.hour)
        #expect(try open() == 1)
    }

    @Test("Two boxes with a broker each and a bridge between them, and a watcher on the web: both hear the sign")
    func bothSides() throws {
        let receiver = try GatewayUnderTest(
            extra: "neighbours: [{name: test, topic: neighbours/test/notices/life.sign, every: 30 h}]")
        try receiver.change("commit_interval:", to: "prefix: commons/other, commit_interval:")
        let bridge = """
            connection other
            address 127.0.0.1:\(receiver.broker.port)
            topic notices/life.sign out 1 commons/test/ neighbours/test/
            """
        let broker = try MosquittoBroker { port, folder in
            """
            listener \(port) 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location \(folder)/
            \(geteuid() == 0 ? "user root" : "")
            \(bridge)
            """
        }
        let server = try ChildProcess("/usr/bin/python3", ["-c", Self.watcher])
        try #require(waitUntil(20) { server.output.contains("\n") })
        let port = server.output.split(separator: "\n").first.map(String.init) ?? ""
        let secrets = try TemporaryFolder("life")
        let secret = secrets.file("url")
        try "http://127.0.0.1:\(port)/ping/uuid-4711\n".write(toFile: secret, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        let sender = try GatewayUnderTest(
            broker: broker,
            extra: """
                sign_of_life: {at: "09:00", to: [watcher, neighbours]}
                destinations:
                  - {name: watcher, kind: ping, audience: public, url_file: \(secret)}
                  - {name: neighbours, kind: mqtt, audience: public}
                """)
        // Three days ago the receiver heard it last.
        let mark = DutyMark(kind: DutyMark.neighbour, name: "test")
        let site = try Site.load(configFile: receiver.config)
        let office = try Office.open(site: site, now: SystemClock.now())
        office.pipeline.batch.dutyMarks[mark] = SystemClock.now().advanced(bySeconds: -3 * 86_400)
        try office.commit(now: SystemClock.now())
        office.close()
        #expect(try receiver.command(["doctor"], expecting: 1).contains("no sign of life from test since"))
        let started = SystemClock.now()
        try receiver.startListening()
        try sender.startListening()
        #expect(
            waitUntil(60) { server.output.contains("POST /ping/uuid-4711 Test: the box lives") }, "\(server.output)")
        #expect(try waitUntil(60) { try site.readingStore().dutyMarks()[mark].map { $0 >= started } ?? false })
        let output = sender.process?.output ?? ""
        #expect(sender.stop() == .exited(0) && !output.isEmpty && !output.contains("uuid-4711"))
        #expect(receiver.stop() == .exited(0))
    }

    private static let watcher = """
        import http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments): pass
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode().split("\\n")
                print("POST", self.path, body[0], flush=True)
                self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    @Test("Every alert about the box has its words, in the alert and in the report", arguments: ["en", "es"])
    func words(_ language: String) throws {
        let languages = try AlertVillage().site.languages
        let keys = Set(languages.book(language).phrases.keys)
        for condition in BoxCondition.allCases.map(\.rawValue) {
            #expect(keys.isSuperset(of: ["title", "body", "returned", "step"].map { "box.\(condition).\($0)" }))
            #expect(keys.contains("report.box.\(condition)"))
        }
    }

    @Test("What is wrong in the configuration is named")
    func problems() throws {
        let base = try String(contentsOfFile: GatewayUnderTest.root + "/config/gateway.yaml", encoding: .utf8)
        func problem(_ lines: String) -> String {
            let (_, problems) = ConfigurationFile(file: "g.yaml").parse(base + "\n\(lines)\n")
            return problems.map { "\($0)" }.joined(separator: "\n")
        }
        #expect(problem("sign_of_life: {at: \"09:00\", to: [notices]}") == "")
        #expect(problem("sign_of_life: {at: \"09:00\", to: [notice]}").contains("did you mean 'notices'?"))
        #expect(problem("sign_of_life: {at: nine, to: [notices]}").contains("no time of day"))
        #expect(problem("neighbours: [{name: a, topic: x/y}, {name: b, file: /x}]") == "")
        #expect(problem("neighbours: [{name: a}]").contains("how the sign of life of 'a' comes"))
        #expect(problem("neighbours: [{name: a, topic: x/#}]").contains("not one topic"))
        #expect(problem("neighbours: [{name: a, topic: commons/vall-clara/status}]").contains("hear itself"))
        #expect(problem("neighbours: [{name: a, topic: x, every: 1 min}]").contains("between 1 h and 30 d"))
        #expect(problem("neighbours: [{name: a, topic: x}, {name: a, topic: y}]").contains("stands twice"))
    }
}
