import Foundation
import MQTTIngest
import TestSupport
import Testing

@Suite("Encryption", .serialized, .timeLimit(.minutes(15)))
struct EncryptionTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// A broker that takes only clients with a certificate, for the client's side without encryption on a second port.
    private func encryptedBroker() throws -> (broker: MosquittoBroker, plainPort: Int) {
        let plain = try Loopback.freePort()
        let broker = try MosquittoBroker(
            extraConfig: """
                cafile \(authority.file("ca.pem"))
                certfile \(authority.file("server.pem"))
                keyfile \(authority.file("server.key"))
                require_certificate true
                listener \(plain) 127.0.0.1
                """)
        return (broker, plain)
    }

    private func options(_ port: Int, hasCertificate: Bool = true) -> BrokerOptions {
        var options = BrokerOptions.test(port)
        options.encryption = BrokerOptions.Encryption(
            authorityFile: authority.file("ca.pem"),
            certificateFile: hasCertificate ? authority.file("client.pem") : nil,
            keyFile: hasCertificate ? authority.file("client.key") : nil)
        return options
    }

    @Test("with our authority and certificate everything is stored once, across a restart")
    func bothCertificates() throws {
        let (broker, plain) = try encryptedBroker()
        let store = DurableStore()
        let ingest = Ingest(options(broker.port), store)
        #expect(ingest.listening())
        try TestPublisher(port: plain).publish(numbered(2000), to: "t/a")
        try broker.restart()
        #expect(ingest.listening(2))
        try TestPublisher(port: plain).publish(numbered(2000, from: 2000), to: "t/a")
        #expect(ingest.committed(4000) == numbered(4000))
    }

    @Test("without a certificate, or with another authority, nobody listens and the reason is told")
    func refused() throws {
        let (broker, _) = try encryptedBroker()
        let store = DurableStore()
        let unknown = Ingest(options(broker.port, hasCertificate: false), store)
        #expect(waitUntil { !store.now.states.isEmpty })
        #expect(!store.now.states.contains(.listening))
        unknown.stop()
        let foreign = try TestAuthority()
        var wrong = options(broker.port)
        wrong.encryption?.authorityFile = foreign.file("ca.pem")
        let second = DurableStore()
        let distrusting = Ingest(wrong, second)
        #expect(waitUntil { !second.now.states.isEmpty })
        #expect(!second.now.states.contains(.listening))
        distrusting.stop()
        wrong.encryption?.authorityFile = authority.file("nowhere.pem")
        let third = DurableStore()
        let unreadable = Ingest(wrong, third)
        #expect(waitUntil { !third.now.states.isEmpty })
        #expect(third.now.states.first == .away(reason: "the TLS files cannot be read"))
        unreadable.stop()
    }

    @Test("many packets in one record are all taken although the socket is no longer readable")
    func packedRecords() throws {
        let broker = try MosquittoBroker()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Servers/tls_packer.py"
        let packer = try ChildProcess(
            "/usr/bin/python3", [script, authority.file("server.pem"), authority.file("server.key"), "\(broker.port)"])
        #expect(waitUntil { packer.output.hasSuffix("\n") })
        let port = try #require(Int(packer.output.split(separator: "\n").first ?? ""))
        let store = DurableStore()
        var slow = options(port)
        slow.receiveMaximum = 60
        slow.commitInterval = 1000
        // With half a window of thirty, most of a record is left in the library after each commit; a loop that then
        // waits for the socket takes 100 seconds.
        let ingest = Ingest(slow, store)
        #expect(ingest.listening())
        try TestPublisher(broker).publish(numbered(3000), to: "t/a")
        #expect(waitUntil(20) { store.now.messages.count == 3000 })
        #expect(store.payloads == numbered(3000))
    }
}
