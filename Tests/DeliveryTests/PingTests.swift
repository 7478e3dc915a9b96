import GatewayModel
import StrictYAML
import TestSupport
import Testing

@testable import Delivery

@Suite("A watcher that is pinged")
struct PingTests {
    private func ping(_ address: String, _ method: HTTPRequest.Method = .post) throws -> any Destination {
        let ping = PingSettings(url: .environment("URL"), method: method, timeoutSeconds: 5)
        return try DestinationSettings(name: "watcher", audience: .public, language: "en", kind: .ping(ping))
            .makeDestination(context(environment: ["URL": address]))
    }

    @Test("GET asks for the address and no more; nothing but a sign of life is ever sent there")
    func methods() throws {
        let server = try TestServer.web()
        let watcher = try ping("http://127.0.0.1:\(server.port)/status/200/uuid-4711", .get)
        #expect(watcher.declines(notice(1)) != nil)
        let sign = notice(2, type: PingDestination.signOfLife)
        #expect(watcher.declines(sign) == nil)
        guard case .delivered = watcher.send(sign, now: start) else {
            Issue.record("not delivered")
            return
        }
        let records = try server.messages(WebRecord.self)
        #expect(records.map { "\($0.method) \($0.path) \($0.bytes.count)" } == ["GET /status/200/uuid-4711 0"])
    }

    @Test("The address is a secret: neither an answer that repeats it nor a malformed one brings it into words")
    func secrecy() throws {
        let server = try TestServer.web()
        let address = "http://127.0.0.1:\(server.port)/echo/uuid-4711"
        let outcome = try ping(address).send(notice(1, type: PingDestination.signOfLife), now: start)
        #expect(!"\(outcome)".contains(address))
        for wrong in ["http://example.org/uuid-4711", "uuid-4711", "https://a b/uuid-4711", "https://me:uuid-4711@h/"] {
            let error = #expect(throws: DestinationError.self) { _ = try ping(wrong) }
            #expect(error?.code == .secretMalformed && error?.description.contains("4711") == false)
        }
    }

    @Test("Only the public audience fits, and the address never stands in the configuration")
    func settings() {
        func problems(_ entry: String) -> String {
            let reader = StrictYAML(file: "g.yaml")
            let field = reader.mapping(of: "destinations: [{name: w, kind: ping, \(entry)}]", keys: ["destinations"])
            _ = field?["destinations"].map { DestinationSettings.list($0, defaultLanguage: "en") }
            return reader.problems.map(\.description).joined(separator: "\n")
        }
        #expect(problems("audience: public, url_file: /etc/x, method: get") == "")
        #expect(problems("audience: stewards, url_file: /etc/x").contains("write `audience: public`"))
        #expect(problems("audience: public, url: 'https://h/x'").contains("unknown key 'url'"))
        #expect(problems("audience: public, url_file: /x, method: head").contains("get, post"))
    }
}
