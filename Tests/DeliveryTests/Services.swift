import Foundation
import TestSupport

@testable import Delivery

/// A service of the test server, with settings that fit it.
enum Service: String, CaseIterable {
    case gotify, apprise, talk, discourse, loomio, matrix

    static let environment = [
        "GOTIFY": "A_token", "APPRISE": "village", "TALK": "app-password", "DISCOURSE": "discourse-key",
        "LOOMIO": "loomio-key", "MATRIX": "syt_token",
    ]

    /// What the service keeps of a message.
    struct Kept: Decodable {
        var title: String?
        var message: String?
        var body: String?
        var raw: String?
        var description: String?
        var priority: Int?
        var type: String?
        var silent: Bool?
        var txn: String?
        var event: String?
        var edits: Int?
        var formattedBody: String?
        var posts: [Post]?

        struct Post: Decodable {
            var text: String

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                _ = try values.decode(Int.self)
                text = try values.decode(String.self)
            }
        }

        enum CodingKeys: String, CodingKey {
            case title, message, body, raw, description, priority, type, silent, txn, event, edits, posts
            case formattedBody = "formatted_body"
        }

        var text: String { message ?? body ?? raw ?? description ?? "" }
    }

    /// A destination whose service stands at that path of the server.
    func destination(
        _ server: TestServer, _ path: String, timeout: Int = 10, wrongKey: Bool = false,
        people: [AnsweringPerson] = [], change: ((inout DestinationSettings.Kind) -> Void)? = nil
    ) throws -> any Destination {
        let place = WebPlace(url: "http://127.0.0.1:\(server.port)/\(path)/", timeoutSeconds: timeout)
        let secret = SecretSource.environment(rawValue.uppercased())
        var kind: DestinationSettings.Kind =
            switch self {
            case .gotify: .gotify(GotifySettings(place: place, token: secret))
            case .apprise: .apprise(AppriseSettings(place: place, key: secret, tag: "rosa"))
            case .talk:
                .talk(TalkSettings(place: place, user: "gateway", password: secret, conversation: "x7ab2kcd"))
            case .discourse:
                .discourse(DiscourseSettings(place: place, user: "gateway", key: secret, category: 7))
            case .loomio: .loomio(LoomioSettings(place: place, key: secret, group: 1234))
            case .matrix:
                .matrix(MatrixSettings(place: place, room: "!room:example.org", token: secret, people: people))
            }
        change?(&kind)
        let environment = wrongKey ? Service.environment.mapValues { _ in "another" } : Service.environment
        return try settings(kind).makeDestination(context(environment: environment))
    }

    /// What the service has, in order.
    func kept(_ server: TestServer) throws -> [Kept] {
        let url = "http://127.0.0.1:\(server.port)/kept/\(rawValue)"
        guard case .success(let response) = HTTPClient().send(HTTPRequest(method: .get, url: url)) else { return [] }
        return try JSONDecoder().decode([Kept].self, from: Data(response.body))
    }
}
