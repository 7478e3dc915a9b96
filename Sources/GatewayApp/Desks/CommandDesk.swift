import Foundation
import GatewayModel
import Glibc

/// Carries an act to the one writing process: the running gateway, or this program where none runs.
struct CommandDesk {
    let site: Site

    /// Carries several acts one after another, with one opening of the database where no gateway runs.
    func session<Result>(
        enteredFor: String?, _ body: ((Command) throws -> CommandReply) throws -> Result
    ) throws -> Result {
        let path = site.configuration.socketPath
        if try ControlClient.send(.overview, enteredFor: enteredFor, at: path) != nil {
            return try body { command in
                guard let reply = try ControlClient.send(command, enteredFor: enteredFor, at: path) else {
                    throw AppError("the gateway has stopped", remedy: "start it, then try again")
                }
                return reply
            }
        }
        guard site.isDataOpen else { throw site.closedData() }
        let office = try Office.open(site: site, now: SystemClock.now())
        defer { office.close() }
        let actor = actor(enteredFor)
        return try body { try office.performAlone($0, by: actor, now: SystemClock.now()) }
    }

    private func actor(_ enteredFor: String?) -> Actor {
        let account = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
        return Actor(account: account, enteredFor: enteredFor)
    }

    /// The reply to an act.
    func perform(_ command: Command, enteredFor: String?) throws -> CommandReply {
        let path = site.configuration.socketPath
        if let reply = try ControlClient.send(command, enteredFor: enteredFor, at: path) { return reply }
        guard site.isDataOpen else { throw site.closedData() }
        let now = SystemClock.now()
        let office = try Office.open(site: site, now: now)
        defer { office.close() }
        return try office.performAlone(command, by: actor(enteredFor), now: now)
    }
}
