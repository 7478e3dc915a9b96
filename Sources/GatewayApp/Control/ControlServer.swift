import Foundation
import GatewayModel
import Logging
import Synchronization

/// Takes commands over the Unix socket and hands them to the ingest thread, one at a time, on a thread of its own.
final class ControlServer: Sendable {
    /// Carries out a command and waits for it; called on the server's thread.
    typealias Handler = @Sendable (Command, Actor) -> CommandReply

    private let socket: UnixSocket
    private let handler: Handler
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)

    /// Listens below the data folder; the group `stewards` may connect where it exists.
    init(dataFolder: String, logger: Logger, handler: @escaping Handler) throws(ControlError) {
        socket = try UnixSocket.listening(at: ControlServer.path(in: dataFolder), group: "stewards")
        self.handler = handler
        self.logger = logger
    }

    /// The socket's path for a data folder.
    static func path(in dataFolder: String) -> String {
        dataFolder + "/control.sock"
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

    private func serve(_ connection: UnixSocket) {
        guard let account = connection.peerAccount(), let line = connection.readLine(withinMilliseconds: 2_000) else {
            return
        }
        let reply: CommandReply
        do {
            let request = try JSONDecoder().decode(CommandRequest.self, from: line)
            reply = handler(request.command, Actor(account: account, enteredFor: request.enteredFor))
        } catch {
            reply = .refused("The request was not understood; use the `commons` program of the same version.")
            logger.warning("control: unreadable request from \(account): \(error)")
        }
        if let answer = try? JSONEncoder().encode(reply), !connection.writeLine(answer) {
            logger.warning("control: \(account) went away before the answer")
        }
    }
}

/// Sends a command to the running gateway.
enum ControlClient {
    /// The reply; nil where no gateway runs on that data folder.
    static func send(_ command: Command, enteredFor: String?, dataFolder: String) throws -> CommandReply? {
        let path = ControlServer.path(in: dataFolder)
        guard let socket = try UnixSocket.connected(to: path) else { return nil }
        let request = try JSONEncoder().encode(CommandRequest(command: command, enteredFor: enteredFor))
        guard socket.writeLine(request), let line = socket.readLine(withinMilliseconds: 30_000) else {
            throw ControlError(description: "the gateway did not answer within 30 s; look at its log")
        }
        return try JSONDecoder().decode(CommandReply.self, from: line)
    }
}
