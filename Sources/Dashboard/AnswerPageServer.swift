import Foundation
import GatewayModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Serves the page on which a steward answers an alert by link, and nothing else.
///
/// Opening it changes nothing, whoever looks ahead at addresses; only its form acts. What is not there, not any more or
/// somebody else's looks the same.
public struct AnswerPageServer: Sendable {
    /// What stands before the token in an address.
    public static let folder = "a"

    private let answering: any AlertAnswering
    private let clock: @Sendable () -> Instant
    /// Who guesses is told to come again later; whoever has a link is not held up by them.
    private let misses = RequestCount(perMinute: 60)
    private let uses = RequestCount(perMinute: 120)
    private static let formLimit = 8192

    /// Makes a server; `clock` is for the count of requests alone.
    public init(answering: any AlertAnswering, clock: @escaping @Sendable () -> Instant) {
        self.answering = answering
        self.clock = clock
    }

    /// The application at an address, to be run as a service.
    ///
    /// - Parameter onListening: Told the port once requests are accepted.
    public func application(
        host: String, port: Int, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let responder = CallbackResponder<BasicRequestContext> { request, _ in await respond(to: request) }
        return Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(20))),
            configuration: .init(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(64)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// Serves until the surrounding task or service group ends; throws where the address cannot be listened at.
    public func serve(
        host: String, port: Int, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        try await application(host: host, port: port, logger: logger, onListening: onListening).run()
    }

    /// Why an address could not be listened at, in few words, such as `Address already in use`.
    public static func reason(of error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    /// True where the box does not have the address, which may come, as that of a tunnel does; the rest a person must mend.
    public static func mayPass(_ error: any Error) -> Bool {
        (error as? IOError)?.errnoCode == EADDRNOTAVAIL
    }

    private func respond(to request: Request) async -> Response {
        guard let token = AnswerPageServer.token(in: request.uri.path),
            [.get, .head, .post].contains(request.method)
        else { return missed(request) }
        guard let notice = await answering.notice(token: token) else { return missed(request) }
        guard request.method == .post else { return page(.ok, AnswerPageView.form(notice), request) }
        guard uses.hasRoom(now: clock()) else { return tooMany(request) }
        guard let body = try? await request.body.collect(upTo: AnswerPageServer.formLimit),
            let form = try? URLEncodedFormDecoder().decode(Form.self, from: String(buffer: body))
        else { return page(.badRequest, AnswerPageView.form(notice), request) }
        let reply = LinkReply(act: form.answer.flatMap(LinkReply.Act.init), note: form.note ?? "")
        // Nothing was chosen: the page comes again.
        guard reply.act != nil || !reply.note.isEmpty else { return page(.ok, AnswerPageView.form(notice), request) }
        guard let outcome = await answering.answer(token: token, reply) else { return missed(request) }
        return page(outcome.isDone ? .ok : .conflict, AnswerPageView.outcome(outcome, of: notice), request)
    }

    private struct Form: Decodable {
        var answer: String?
        var note: String?
    }

    /// The token of `/a/TOKEN`; nil for every other path, without a look at the store.
    private static func token(in path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty, parts[1] == folder, parts[2].utf8.count == 24,
            parts[2].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { return nil }
        return String(parts[2])
    }

    private func missed(_ request: Request) -> Response {
        guard misses.hasRoom(now: clock()) else { return tooMany(request) }
        return page(.notFound, AnswerPageView.nothing(answering.words), request)
    }

    private func tooMany(_ request: Request) -> Response {
        var response = page(.tooManyRequests, AnswerPageView.tooMany(answering.words), request)
        response.headers[.retryAfter] = "60"
        return response
    }

    private func page(_ status: HTTPResponse.Status, _ html: String, _ request: Request) -> Response {
        let bytes = ByteBuffer(string: html)
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentLength] = "\(bytes.readableBytes)"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = AnswerPageView.contentSecurityPolicy
        headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", "noindex, nofollow")] {
            HTTPFields.Key(name).map { headers[$0] = value }
        }
        return Response(
            status: status, headers: headers, body: request.method == .head ? .init() : .init(byteBuffer: bytes))
    }
}

/// How much was asked for in the last minute; beyond that people are asked to come again.
private final class RequestCount: Sendable {
    private let limit: Int
    private let times = Mutex<[Instant]>([])

    init(perMinute limit: Int) { self.limit = limit }

    func hasRoom(now: Instant) -> Bool {
        times.withLock { times in
            times.removeAll { abs(now.milliseconds(since: $0)) > 60_000 }
            guard times.count < limit else { return false }
            times.append(now)
            return true
        }
    }
}
