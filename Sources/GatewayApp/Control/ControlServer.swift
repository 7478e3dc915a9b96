import Foundation
import GatewayModel
import Logging
import Synchronization

/// Takes commands over the Unix socket and hands them to the ingest thread, one at a time, on a thread of its own.
final class ControlServer: Sendable {
    /// Carries out a command and waits for it; called on the server's thread.
    typealias Handler = @Sendable (Command, Actor) -> CommandReply

    private let socket: UnixSocket
    private let inquiries: @Sendable (Inquiry) -> CommandReply
    private let handler: Handler
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)

    /// Listens at a path; the group `stewards` may connect where it exists and can enter the folder.
    ///
    /// `inquiries` answers what only reads, on the server's thread.
    init(
        path: String, logger: Logger, inquiries: @escaping @Sendable (Inquiry) -> CommandReply,
        handler: @escaping Handler
    ) throws(ControlError) {
        socket = try UnixSocket.listening(at: path, group: "stewards")
        self.inquiries = inquiries
        self.handler = handler
        self.logger = logger
    }

    /// Starts the thread.
    func start() {
        let thread = Thread { [self] in
            while !isStopping.load(ordering: .acquiring) {
                if let connection = socket.accepted(withinMilliseconds: 200) { serve(connection) }
            }
        }
        thread.name = "control"
        thread.start()
    }

    /// Ends the thread within a quarter of a second.
    func stop() {
        isStopping.store(true, ordering: .releasing)
    }

    private static let notUnderstood = CommandReply.refused(
        "The request was not understood; use the `commons` program of the same version.")

    private func serve(_ connection: UnixSocket) {
        guard let account = connection.peerAccount(), let line = connection.readLine(withinMilliseconds: 2_000) else {
            return
        }
        let reply: CommandReply
        do {
            let request = try JSONDecoder().decode(CommandRequest.self, from: line)
            if let inquiry = request.inquiry {
                reply = inquiries(inquiry)
            } else if let command = request.command {
                reply = handler(command, Actor(account: account, enteredFor: request.enteredFor))
            } else {
                reply = ControlServer.notUnderstood
            }
        } catch {
            reply = ControlServer.notUnderstood
            logger.warning("control: unreadable request from \(account): \(error)")
        }
        if let answer = try? JSONEncoder().encode(reply), !connection.writeLine(answer) {
            logger.warning("control: \(account) went away before the answer")
        }
    }
}

/// Sends a command to the running gateway.
enum ControlClient {
    /// The reply; nil where no gateway listens at that path.
    static func send(_ command: Command, enteredFor: String?, at path: String) throws -> CommandReply? {
        try send(CommandRequest(command: command, enteredFor: enteredFor), at: path)
    }

    /// The answer to what only reads; nil where no gateway listens at that path.
    static func ask(_ inquiry: Inquiry, at path: String) throws -> CommandReply? {
        try send(CommandRequest(inquiry: inquiry), at: path)
    }

    private static func send(_ request: CommandRequest, at path: String) throws -> CommandReply? {
        guard let socket = try UnixSocket.connected(to: path) else { return nil }
        let request = try JSONEncoder().encode(request)
        guard socket.writeLine(request), let line = socket.readLine(withinMilliseconds: 30_000) else {
            throw ControlError(description: "the gateway did not answer within 30 s; look at its log")
        }
        return try JSONDecoder().decode(CommandReply.self, from: line)
    }
}
