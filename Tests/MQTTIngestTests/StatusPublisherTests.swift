import Foundation
import GatewayModel
import Synchronization
import TestSupport
import Testing

@testable import MQTTIngest

@Suite("The status connection", .serialized)
struct StatusPublisherTests {
    private static let since = Instant(seconds: 1_800_000_000)

    private func publisher(port: Int, clock: @escaping @Sendable () -> Instant = { since }) -> StatusPublisher {
        let options = BrokerOptions(host: "127.0.0.1", port: port, clientID: "gw", filters: [])
        return StatusPublisher(options: options, prefix: "commons", clock: clock)
    }

    private func watcher(_ port: Int, _ filter: String = "commons/#") throws -> TestClient {
        let client = try TestClient(port: port)
        #expect(client.subscribe(filter))
        return client
    }

    @Test("online with the health it is told, offline after a clean stop, both retained")
    func states() throws {
        let broker = try MosquittoBroker()
        let status = publisher(port: broker.port)
        #expect(status.publish(topic: "a", payload: [], retain: false, timeoutSeconds: 5) == .notConnected)
        status.start()
        let client = try watcher(broker.port)
        let online = #"{"state":"online","since":"2027-01-15T08:00:00Z"}"#
        #expect(client.wait { client.text(of: "commons/status") == online })
        #expect(status.update(health: #" {"last_commit":"2027-01-15T08:00:01Z","ready":true} "#))
        let healthy =
            #"{"state":"online","since":"2027-01-15T08:00:00Z","last_commit":"2027-01-15T08:00:01Z","ready":true}"#
        #expect(client.wait { client.text(of: "commons/status") == healthy })
        for text in ["", "[]", "{", #"{"a":1"#, "nonsense"] { #expect(!status.update(health: text), "\(text)") }
        let late = try watcher(broker.port)
        #expect(late.wait { late.text(of: "commons/status") == healthy })
        #expect(late.received.count { $0.retained } == late.received.count)
        #expect(status.update(health: "{}"))
        #expect(client.wait { client.text(of: "commons/status") == online })
        status.stop()
        #expect(client.wait { client.text(of: "commons/status") == #"{"state":"offline"}"# })
        let after = try watcher(broker.port)
        #expect(after.wait { after.text(of: "commons/status") == #"{"state":"offline"}"# })
        #expect(status.publish(topic: "a", payload: [], retain: false, timeoutSeconds: 5) == .notConnected)
    }

    @Test("what is kept stays retained, is sent when it changes and anew after a lost connection")
    func kept() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let status = publisher(port: proxy.port)
        #expect(status.keep(topic: "record-book", text: "1"))
        #expect(!status.keep(topic: "+/x", text: "1"))
        status.start()
        let client = try watcher(broker.port, "commons/record-book")
        #expect(client.wait { client.text(of: "commons/record-book") == "1" })
        #expect(status.keep(topic: "record-book", text: "1"))
        #expect(status.keep(topic: "record-book", text: "2"))
        #expect(client.wait { client.text(of: "commons/record-book") == "2" })
        let late = try watcher(broker.port, "commons/record-book")
        #expect(late.wait { late.text(of: "commons/record-book") == "2" })
        #expect(late.received.allSatisfy { $0.retained })
        let count = client.received.count
        proxy.cut(.toServer, after: 1)
        #expect(status.keep(topic: "record-book", text: "3"))
        #expect(client.wait { client.text(of: "commons/record-book") == "3" })
        #expect(client.received.count > count)
        status.stop()
        let after = try watcher(broker.port, "commons/record-book")
        #expect(after.wait { after.text(of: "commons/record-book") == "3" })
    }

    @Test("the broker says offline when the connection breaks without a goodbye")
    func will() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let status = publisher(port: proxy.port)
        status.start()
        let client = try watcher(broker.port)
        #expect(client.wait { client.text(of: "commons/status")?.contains("online") == true })
        let count = client.received.count
        proxy.cut(.toServer, after: 1)
        #expect(status.update(health: #"{"a":1}"#))
        #expect(client.wait { client.received.count >= count + 2 })
        let texts = client.received.dropFirst(count).map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(texts.first == #"{"state":"offline"}"#)
        // It comes back by itself, with its health.
        #expect(client.wait { client.text(of: "commons/status")?.hasSuffix(#","a":1}"#) == true })
        status.stop()
    }

    @Test("many threads publish at once, each hears of its own acknowledgement, and topics stay below the prefix")
    func publishing() throws {
        let broker = try MosquittoBroker()
        let status = publisher(port: broker.port)
        status.start()
        defer { status.stop() }
        #expect(waitUntil { status.isConnected })
        let client = try watcher(broker.port)
        let outcomes = Mutex<[StatusPublisher.Outcome]>([])
        for index in 0..<40 {
            startThread {
                let outcome = status.publish(
                    topic: "alerts/\(index)", payload: Array("\(index)".utf8), retain: index % 2 == 0,
                    timeoutSeconds: 20)
                outcomes.withLock { $0.append(outcome) }
            }
        }
        #expect(waitUntil { outcomes.withLock { $0.count } == 40 })
        #expect(outcomes.withLock { $0 } == Array(repeating: .confirmed, count: 40))
        #expect(client.wait { client.received.count { $0.topic.hasPrefix("commons/alerts/") } == 40 })
        for topic in ["", "/a", "a/+", "#", "a\0b", String(repeating: "x", count: 70_000)] {
            #expect(status.publish(topic: topic, payload: [1], retain: false, timeoutSeconds: 1) == .refused)
        }
        #expect(Set(client.received.map { $0.topic.prefix(8) }) == ["commons/"])
    }

    @Test("what was not acknowledged in time is unconfirmed, and a broker that is away is waited for")
    func unconfirmed() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        let status = publisher(port: proxy.port)
        broker.stop()
        status.start()
        defer { status.stop() }
        #expect(!status.isConnected)
        try broker.start()
        #expect(waitUntil { status.isConnected })
        proxy.pause(.toClient)
        #expect(status.publish(topic: "a", payload: [1], retain: false, timeoutSeconds: 0.2) == .unconfirmed)
        proxy.pause(.toClient, false)
        #expect(waitUntil { status.isConnected })
        #expect(status.publish(topic: "a", payload: [1], retain: false, timeoutSeconds: 10) == .confirmed)
    }

    @Test("it tells when the broker was started, to a second, and again after a restart")
    func brokerStart() throws {
        @Sendable func now() -> Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let before = now()
        let broker = try MosquittoBroker()
        let after = now()
        let status = publisher(port: broker.port, clock: now)
        status.start()
        defer { status.stop() }
        #expect(waitUntil { status.brokerStartedAt != nil })
        let start = try #require(status.brokerStartedAt)
        #expect(start >= before.advanced(byMilliseconds: -1100) && start <= after.advanced(byMilliseconds: 1100))
        broker.stop()
        #expect(waitUntil { status.brokerStartedAt == nil })
        let restart = now()
        try broker.start()
        #expect(waitUntil { status.brokerStartedAt != nil })
        let second = try #require(status.brokerStartedAt)
        #expect(second >= restart.advanced(byMilliseconds: -1100))
        #expect(second <= restart.advanced(byMilliseconds: 3100))
    }

    @Test("a retained uptime alone tells no start, but recognises the run that was known")
    func retainedUptime() {
        let zero = Instant(seconds: 1_000_000)
        var start = BrokerStart()
        start.heard(uptimeSeconds: 100, isRetained: true, now: zero.advanced(bySeconds: 110))
        #expect(start.startedAt == nil)
        start.heard(uptimeSeconds: 111, isRetained: false, now: zero.advanced(bySeconds: 111))
        #expect(start.startedAt == zero)
        start.connectionLost()
        #expect(start.startedAt == nil)
        start.heard(uptimeSeconds: 200, isRetained: true, now: zero.advanced(bySeconds: 209))
        #expect(start.startedAt == zero)
        start.connectionLost()
        start.heard(uptimeSeconds: 4, isRetained: true, now: zero.advanced(bySeconds: 400))
        #expect(start.startedAt == nil)
        start.heard(uptimeSeconds: 10, isRetained: false, now: zero.advanced(bySeconds: 406))
        #expect(start.startedAt == zero.advanced(bySeconds: 396))
        start.heard(uptimeSeconds: .max, isRetained: false, now: zero)
        #expect(start.startedAt != nil)
    }

    @Test("TLS with an authority of one's own and an account: confirmed; with a foreign authority: never connected")
    func encrypted() throws {
        let folder = try TemporaryFolder()
        try Certificates.make(in: folder.path)
        let broker = try MosquittoBroker { port, data in
            """
            listener \(port) 127.0.0.1
            allow_anonymous true
            cafile \(folder.file("ca.crt"))
            certfile \(folder.file("server.crt"))
            keyfile \(folder.file("server.key"))
            \(geteuid() == 0 ? "user root" : "")
            """
        }
        func open(_ authority: String) -> StatusPublisher {
            var options = BrokerOptions(host: "127.0.0.1", port: broker.port, clientID: "gw", filters: [])
            options.encryption = BrokerOptions.Encryption(authorityFile: folder.file(authority))
            return StatusPublisher(options: options, prefix: "commons") { StatusPublisherTests.since }
        }
        let stranger = open("other.crt")
        stranger.start()
        let status = open("ca.crt")
        status.start()
        #expect(waitUntil { status.isConnected })
        #expect(status.publish(topic: "a", payload: [1], retain: false, timeoutSeconds: 10) == .confirmed)
        #expect(!stranger.isConnected)
        stranger.stop()
        status.stop()
    }
}

/// Certificates made with openssl, as docs/broker.md shows.
enum Certificates {
    struct Failed: Error { let output: String }

    static func make(in folder: String) throws {
        let own = ["ca", "other"].map { name in
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-keyout",
                "\(folder)/\(name).key", "-out", "\(folder)/\(name).crt",
            ]
        }
        try "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
            .write(toFile: folder + "/names", atomically: true, encoding: .utf8)
        let server = [
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "\(folder)/server.key",
                "-out", "\(folder)/server.csr",
            ],
            [
                "x509", "-req", "-in", "\(folder)/server.csr", "-CA", "\(folder)/ca.crt", "-CAkey", "\(folder)/ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "\(folder)/names", "-out", "\(folder)/server.crt",
            ],
        ]
        for words in own + server {
            let child = try ChildProcess("/usr/bin/openssl", words)
            guard child.wait(60) == .exited(0) else { throw Failed(output: child.output) }
        }
    }
}
