import Foundation
import GatewayModel
import Glibc

/// Carries an act to the one writing process: the running gateway, or this program where none runs.
struct CommandDesk {
    let site: Site

    /// The reply to an act.
    func perform(_ command: Command, enteredFor: String?) throws -> CommandReply {
        let folder = site.configuration.dataFolder
        if let reply = try ControlClient.send(command, enteredFor: enteredFor, dataFolder: folder) { return reply }
        let now = SystemClock.now()
        let office = try Office.open(site: site, now: now)
        defer { office.close() }
        let account = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
        return try office.performAlone(command, by: Actor(account: account, enteredFor: enteredFor), now: now)
    }
}
