import Foundation
import GatewayModel

/// An act of a person, carried out by the one writing process.
public enum Command: Codable, Sendable, Hashable {
    /// Puts a resolution into force from the bytes of its file.
    case adopt(fileName: String, bytes: Data)
    /// Answers an alert.
    case answer(alert: Int, answer: AlertAnswer)
    /// Lets a device's channel measure a sensor from now on.
    case assign(sensor: Sensor, device: String, channel: String)
    /// Lets another device measure from now on what a device measures now, channel by channel.
    case rebind(old: String, new: String)
    /// Reports what the running gateway has counted and which devices it hears.
    case overview
}

/// What a steward says to an alert.
public enum AlertAnswer: Codable, Sendable, Hashable {
    /// "I'm going."
    case take
    /// "Can't, next."
    case decline
    /// A note.
    case note(String)
    /// Closed, with a cause.
    case resolve(AlertOutcome, note: String?)
}

/// Who acts, by which means, and for whom it was entered.
public struct Actor: Codable, Sendable, Hashable {
    /// The account that made the request, as the operating system vouches for it.
    public var account: String
    /// The person it was entered for; nil where the account's owner acts.
    public var enteredFor: String?
    /// console, sms, link.
    public var means: String

    /// Makes an actor.
    public init(account: String, enteredFor: String? = nil, means: String = "console") {
        self.account = account
        self.enteredFor = enteredFor
        self.means = means
    }

    /// The person whose act it is.
    public var person: String { enteredFor ?? account }
}

/// A command on its way to the writing process.
struct CommandRequest: Codable, Sendable {
    var command: Command
    var enteredFor: String?
}

/// The writing process's answer.
public struct CommandReply: Codable, Sendable, Hashable {
    /// True where the act was carried out.
    public var isDone: Bool
    /// What to show the person, line by line.
    public var lines: [String]

    /// Makes a reply.
    public init(isDone: Bool, lines: [String]) {
        self.isDone = isDone
        self.lines = lines
    }

    /// A refusal with its reason and remedy.
    public static func refused(_ reason: String) -> CommandReply {
        CommandReply(isDone: false, lines: [reason])
    }
}
