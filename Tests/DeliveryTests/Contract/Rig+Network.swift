import Foundation
import GatewayModel
import TestSupport

@testable import Delivery

extension Rig {
    init(smtp behaviour: Behaviour) throws {
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

    init?(exim behaviour: Behaviour) throws {
        // It always answers in the end.
        guard behaviour != .hangs else { return nil }
        let exim = try EximServer()
        let recipient = behaviour == .accepts ? "rosa" : behaviour == .isBusy ? "busy" : "nobody"
        let smtp = SMTPSettings(
            host: "127.0.0.1", port: exim.port, security: .plain, from: "gateway@example.org",
            to: ["\(recipient)@example.org"])
        destination = try settings(.smtp(smtp)).makeDestination(context())
        arrivals = {
            try exim.mailbox().map { Arrival(identity: $0.identity, title: $0.title, text: $0.text) }
        }
    }

    init(webhook behaviour: Behaviour) throws {
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

    init(ntfy behaviour: Behaviour) throws {
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

    init(ping behaviour: Behaviour) throws {
        let server = try TestServer.web()
        let url = "http://127.0.0.1:\(server.port)" + path(behaviour, accepted: "/status/200")
        let ping = PingSettings(url: .environment("URL"), timeoutSeconds: behaviour == .hangs ? 1 : 30)
        let settings = DestinationSettings(name: "d", audience: .public, language: "en", kind: .ping(ping))
        destination = try settings.makeDestination(context(environment: ["URL": url]))
        arrivals = {
            try server.messages(WebRecord.self).map { record in
                let text = String(decoding: record.bytes, as: UTF8.self)
                let title = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init)
                return Arrival(named: text, title: title ?? "")
            }
        }
    }

    init(service: Service, _ behaviour: Behaviour) throws {
        let server = try TestServer.web()
        let path = path(behaviour, accepted: service.rawValue)
        destination = try service.destination(server, path, timeout: behaviour == .hangs ? 1 : 30)
        arrivals = {
            if behaviour == .hangs {
                return try server.messages(WebRecord.self).map { record in
                    Arrival(named: String(decoding: record.bytes, as: UTF8.self), title: "")
                }
            }
            return try service.kept(server).flatMap { kept in
                let first = kept.text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init)
                let title = kept.title ?? first ?? ""
                return (kept.posts?.map(\.text) ?? [kept.text]).map { Arrival(named: $0, title: title) }
            }
        }
    }
}

extension Arrival {
    /// A text with the reference in it.
    init(named text: String, title: String) {
        identity = String((text.components(separatedBy: "ref: ").last ?? "").prefix(32))
        self.title = title
        self.text = text
    }
}
