import Glibc
import TestSupport
import Testing

@Suite("The tests' own parts")
struct TestSupportTests {
    @Test("a broker takes messages through the proxy, is counted, restarted and killed on the same port")
    func broker() throws {
        let broker = try MosquittoBroker()
        let proxy = try CuttingProxy(to: broker.port)
        try TestPublisher(port: proxy.port).publish(["a", "b"], to: "x", isRetained: true)
        #expect(proxy.connections == 1)
        #expect(proxy.passed(.toServer) > 20)
        try broker.restart()
        let reader = try ChildProcess("/usr/bin/mosquitto_sub", ["-p", "\(broker.port)", "-t", "x", "-C", "1"])
        #expect(reader.wait(10) == .exited(0))
        #expect(reader.output == "b\n")
        broker.kill()
        #expect(!Loopback.isListening(broker.port))
    }

    @Test("a cut hands over the bytes before it and no more")
    func cut() throws {
        let server = try Loopback.listen(port: 0)
        defer { close(server.descriptor) }
        let proxy = try CuttingProxy(to: server.port)
        proxy.cut(.toServer, after: 3)
        let client = try #require(Loopback.connect(port: proxy.port))
        defer { close(client) }
        send(client, "abcdef", 6, 0)
        let end = accept(server.descriptor, nil, nil)
        defer { close(end) }
        var bytes = [UInt8](repeating: 0, count: 16)
        var received: [UInt8] = []
        while case let count = recv(end, &bytes, 16, 0), count > 0 { received += bytes[..<count] }
        #expect(received == Array("abc".utf8))
        #expect(proxy.cuts == 1)
    }

    @Test("a child's signals are not blocked, and its end is told")
    func child() throws {
        let child = try ChildProcess("/bin/sleep", ["60"])
        #expect(child.isRunning)
        child.signal(SIGTERM)
        #expect(child.wait(10) == .signalled(SIGTERM))
    }
}
