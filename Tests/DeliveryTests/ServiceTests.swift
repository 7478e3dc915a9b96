import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

/// Services of which a message can be looked up, or which know a repeat themselves.
private let certain: [Service] = [.talk, .discourse, .loomio, .matrix]
/// Services that know neither: a double is possible and documented.
private let uncertain: [Service] = [.gotify, .apprise]

@Suite("Chats, forums and push services", .serialized)
struct ServiceTests {
    /// Sends through a lane until nothing waits, as the worker would.
    private func deliver(
        _ item: OutboxItem, _ first: any Destination, then second: any Destination, after earlier: MemoryOutbox? = nil
    ) throws {
        let outbox = earlier ?? MemoryOutbox()
        outbox.add(item)
        for (attempt, destination) in [first, second].enumerated() {
            let lane = DestinationLane(
                destination: destination, outbox: outbox, phrases: try Phrases.book("en"), zone: .utc,
                settings: OutboxWorkerSettings(), recheck: { _, _ in .send }, onEvent: { _ in })
            lane.turn(now: start.advanced(bySeconds: Int64(attempt) * 600))
        }
        #expect(outbox.entries.allSatisfy { $0.state == .sent })
    }

    @Test(
        "taken and never told: one message where the service allows it, two where it does not",
        arguments: Service.allCases, ["hang", "garbage", "half"])
    func takenAndNeverTold(_ service: Service, _ failure: String) throws {
        // Apprise answers with no name for a message: any success is one.
        if service == .apprise, failure == "garbage" { return }
        let server = try TestServer.web()
        let item = notice(1, alert: "a1b2")
        let failing = try service.destination(
            server, "\(service.rawValue)-\(failure)", timeout: failure == "hang" ? 1 : 10)
        try deliver(item, failing, then: service.destination(server, service.rawValue))
        let kept = try service.kept(server)
        #expect(kept.count == (certain.contains(service) ? 1 : 2))
        #expect(certain.contains(service) != uncertain.contains(service))
    }

    @Test("a wrong key is denied, and the key is in no reason", arguments: Service.allCases)
    func wrongKey(_ service: Service) throws {
        let server = try TestServer.web()
        let outcome = try service.destination(server, service.rawValue, wrongKey: true).send(notice(1), now: start)
        guard case .denied(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(!reason.contains("another"))
        #expect(try service.kept(server).isEmpty)
    }

    @Test("a server that shows the request again brings no key into a reason", arguments: Service.allCases)
    func echo(_ service: Service) throws {
        let server = try TestServer.web()
        let destination = try service.destination(server, "echo")
        guard case .retry(nil, let reason) = destination.send(notice(1), now: start) else {
            Issue.record("an error of the server must be tried again")
            return
        }
        #expect(reason.contains("/echo/") && reason.contains("…"))
        for secret in Service.environment.values {
            #expect(!reason.contains(secret) && !reason.contains(Base64.encode(Array("gateway:\(secret)".utf8))))
        }
    }

    @Test("an address with nothing behind it is denied, and the message waits", arguments: Service.allCases)
    func nothingThere(_ service: Service) throws {
        let server = try TestServer.web()
        guard case .denied(let reason) = try service.destination(server, "status/404").send(notice(1), now: start)
        else {
            Issue.record("404 must be denied")
            return
        }
        #expect(reason.hasPrefix("HTTP 404: "))
    }

    @Test("a rate limit is obeyed", arguments: Service.allCases)
    func rateLimit(_ service: Service) throws {
        let server = try TestServer.web()
        guard case .retry(90, _) = try service.destination(server, "retry/90").send(notice(1), now: start) else {
            Issue.record("Retry-After must be obeyed")
            return
        }
    }

    @Test("Matrix also says how long to wait in the body")
    func matrixLimit() throws {
        let server = try TestServer.web()
        guard case .retry(3, _) = try Service.matrix.destination(server, "matrix-limit").send(notice(1), now: start)
        else {
            Issue.record("retry_after_ms must be obeyed")
            return
        }
    }

    @Test("what cannot wait rings through, and what is over does not")
    func urgency() throws {
        let server = try TestServer.web()
        let items = [
            notice(1, priority: .now), notice(2, priority: .today), notice(3, priority: .assembly),
            notice(4, priority: .now, type: "alert.returned"),
        ]
        for service in [Service.gotify, .apprise, .talk] {
            let destination = try service.destination(server, service.rawValue)
            for item in items { _ = destination.send(item, now: start) }
        }
        #expect(try Service.gotify.kept(server).map(\.priority) == [8, 5, 2, 4])
        #expect(try Service.apprise.kept(server).map(\.type) == ["failure", "warning", "info", "success"])
        #expect(try Service.talk.kept(server).map(\.silent) == [false, true, true, true])
    }

    @Test("a forum has one topic per alert with its notices as posts, and no two topics of one name")
    func forum() throws {
        let server = try TestServer.web()
        let destination = try Service.discourse.destination(server, "discourse")
        let items = [
            notice(1, title: "Tank low", alert: "A1b2"),
            notice(2, type: "alert.taken", title: "Rosa goes", alert: "A1b2"),
            notice(3, title: "Tank low", alert: "c3", at: start.advanced(bySeconds: 3600)),
        ]
        for item in items + [items[1]] {
            guard case .delivered = destination.send(item, now: start) else {
                Issue.record("\(item.title) was not delivered")
                return
            }
        }
        let topics = try Service.discourse.kept(server)
        #expect(topics.map { $0.posts?.count } == [2, 1])
        #expect(topics.first?.posts?.last?.text.hasPrefix("**Rosa goes**") == true)
        #expect(
            topics.map(\.title) == [
                "[Alder Court] Tank low, 2026-11-18 11:06 (001001)",
                "[Alder Court] Tank low, 2026-11-18 12:06 (001003)",
            ])
        #expect(destination.lookUp(items[1], now: start) == .found(remoteID: "2"))
        #expect(destination.lookUp(notice(9, alert: "A1b2"), now: start) == .missing)
    }

    @Test("an older Loomio gets the key in the body, and in no address")
    func oldLoomio() throws {
        let server = try TestServer.web()
        let destination = try Service.loomio.destination(server, "loomio-old") { kind in
            guard case .loomio(var loomio) = kind else { return }
            loomio.authentication = .body
            kind = .loomio(loomio)
        }
        #expect(destination.send(notice(1), now: start) == .delivered(remoteID: "1"))
        #expect(destination.lookUp(notice(1), now: start) == .unsupported)
        #expect(try server.messages(WebRecord.self).allSatisfy { !$0.path.contains("key") })
    }

    @Test("places that are gone or closed are told apart")
    func places() throws {
        let server = try TestServer.web()
        func outcome(_ service: Service, _ change: @escaping (inout DestinationSettings.Kind) -> Void) throws
            -> DeliveryOutcome
        {
            try service.destination(server, service.rawValue, change: change).send(notice(1), now: start)
        }
        let gone = try outcome(.talk) { kind in
            guard case .talk(var talk) = kind else { return }
            talk.conversation = "gone1234"
            kind = .talk(talk)
        }
        let lobby = try outcome(.talk) { kind in
            guard case .talk(var talk) = kind else { return }
            talk.conversation = "lobby1"
            kind = .talk(talk)
        }
        #expect(gone == .denied(reason: "HTTP 404: the account is not in that conversation"))
        #expect(lobby == .retry(after: nil, reason: "HTTP 412: the conversation's lobby is closed"))
    }

    @Test("Apprise: one tag is one target; a target that fails and a tag of nobody are tried again, a wrong key is not")
    func appriseTargets() throws {
        let server = try TestServer.web()
        func outcome(_ tag: String, wrongKey: Bool = false) throws -> DeliveryOutcome {
            try Service.apprise.destination(server, "apprise", wrongKey: wrongKey) { kind in
                guard case .apprise(var apprise) = kind else { return }
                apprise.tag = tag
                kind = .apprise(apprise)
            }.send(notice(1), now: start)
        }
        #expect(try outcome("ben") == .delivered(remoteID: nil))
        #expect(try Service.apprise.kept(server).count == 1)
        for tag in ["broken", "nobody"] {
            let reason = "the target of the tag '\(tag)' did not take it, or no target has this tag"
            #expect(try outcome(tag) == .retry(after: nil, reason: "HTTP 424: " + reason))
        }
        #expect(
            try outcome("ben", wrongKey: true) == .denied(reason: "HTTP 204: nothing is configured under this key"))
        #expect(try Service.apprise.kept(server).count == 1)
    }

    @Test("no tag of a device is one in a Matrix room")
    func matrixHTML() throws {
        let server = try TestServer.web()
        let destination = try Service.matrix.destination(server, "matrix")
        for (number, text) in HostileTexts.all.enumerated() {
            _ = destination.send(notice(number, title: text, body: text), now: start)
        }
        for kept in try Service.matrix.kept(server) {
            var shown = kept.formattedBody ?? "<"
            for tag in ["<p>", "</p>", "<strong>", "</strong>", "<br>"] { shown = shown.replacing(tag, with: "") }
            #expect(!shown.contains("<") && !shown.contains(">"))
        }
    }
}
