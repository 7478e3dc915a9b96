import GatewayModel

/// What one person has to know to be reached at a destination of their own and to answer there; for that person's eyes.
public struct PersonalAccess: Hashable, Sendable {
    /// A topic of ntfy.
    public struct Topic: Hashable, Sendable {
        /// The server's address.
        public var server: String
        /// The topic's name; a secret on a public server.
        public var name: String

        /// Where a browser opens it.
        public var address: String { server + "/" + name }

        /// What ntfy's own program for Android subscribes to when it opens it (docs.ntfy.sh, "Subscribe from your phone").
        public var appAddress: String {
            let isSecure = server.hasPrefix("https://")
            return "ntfy://" + server.dropFirst(isSecure ? 8 : 7) + "/" + name + (isSecure ? "" : "?secure=false")
        }
    }

    /// The destination's name.
    public var destination: String
    /// sms, ntfy, matrix.
    public var means: String
    /// The topic to subscribe to.
    public var topic: Topic?
    /// The topic to answer on.
    public var replyTopic: Topic?
    /// True where the server lets nobody in without an account.
    public var needsAccount = false
    /// The person's own word for answers; nil where none is needed, or the person only listens.
    public var word: String?
}

extension DestinationSettings {
    /// What that person needs for this destination, with its secrets read now; nil where there is nothing to know.
    public func access(
        of person: String, environment: [String: String]
    ) throws(DestinationError) -> PersonalAccess? {
        switch kind {
        case .ntfy(let ntfy):
            let server = ntfy.url.hasSuffix("/") ? String(ntfy.url.dropLast()) : ntfy.url
            var access = PersonalAccess(destination: name, means: "ntfy")
            access.topic = .init(server: server, name: try ntfy.topic.read(environment: environment))
            access.needsAccount = ntfy.token != nil
            access.word = try ntfy.people.word(of: person, environment)
            if access.word != nil, let reply = ntfy.replyTopic {
                access.replyTopic = .init(server: server, name: try reply.read(environment: environment))
            }
            return access
        case .sms(let sms): return try answering("sms", sms.people, person, environment)
        case .matrix(let matrix): return try answering("matrix", matrix.people, person, environment)
        default: return nil
        }
    }

    private func answering(
        _ means: String, _ people: [AnsweringPerson], _ person: String, _ environment: [String: String]
    ) throws(DestinationError) -> PersonalAccess? {
        guard let word = try people.word(of: person, environment) else { return nil }
        return PersonalAccess(destination: name, means: means, word: word)
    }
}

extension [AnsweringPerson] {
    fileprivate func word(of person: String, _ environment: [String: String]) throws(DestinationError) -> String? {
        try first { $0.name == person }?.word?.read(environment: environment)
    }
}
