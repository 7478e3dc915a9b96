import Foundation
import GatewayModel
import Glibc
import Synchronization

/// What stewards may read without reading the data folder: the running gateway answers, and leaves out what is a home's.
public enum Inquiry: Codable, Sendable, Hashable {
    /// Open alerts, or all of them.
    case alerts(all: Bool, json: Bool)
    /// What led to an alert.
    case alert(number: Int, json: Bool)
    /// What has to be visited this week.
    case round(json: Bool)
    /// Who is on duty.
    case duty(json: Bool)
    /// The limits in force on a day, today where none is named.
    case limits(on: String?, json: Bool, language: String?)
    /// Whether proposals have been tried for a posting: done once they have; refused without a word while they are tried.
    case postingTrials

    /// The answer, read from the store; blocks for as long as the same command would take.
    func answer(from site: Site, trials: DraftTrials) -> CommandReply {
        if self == .postingTrials { return trials.answerPosting(site, now: SystemClock.now()) }
        do {
            return CommandReply(isDone: true, lines: try lines(from: site))
        } catch {
            return .refused("\(error)")
        }
    }

    private func lines(from site: Site) throws -> [String] {
        switch self {
        case .alerts(let all, let json):
            try AlertDesk(site: site, leavesOutHomes: true).readLines(all: all, json: json)
        case .alert(let number, let json):
            try AlertDesk(site: site, leavesOutHomes: true).readExplanation(number, json: json, why: nil)
        case .round(let json): try RoundDesk(site: site).lines(json: json, now: SystemClock.now())
        case .duty(let json): try DutyDesk(site: site).readLines(json: json)
        case .limits(let day, let json, let language):
            try LimitDesk(site: site).readLines(on: day, json: json, language: language)
        case .postingTrials: []
        }
    }
}

extension Site {
    /// False where the data folder is closed to this account; a folder that is not there yet is open.
    var isDataOpen: Bool {
        access(configuration.dataFolder + "/gateway.sqlite", R_OK) == 0 || errno != EACCES
    }

    /// What a command shows: read from the store where this account may, asked of the running gateway otherwise.
    ///
    /// - Throws: what reading throws; ``AppError`` where no gateway runs, or where it does not answer this account.
    func shown(_ inquiry: Inquiry, _ read: () throws -> [String]) throws -> [String] {
        guard !isDataOpen else { return try read() }
        guard let reply = try ControlClient.ask(inquiry, at: configuration.socketPath) else { throw closedData() }
        guard reply.isDone else { throw AppError(reply.lines.joined(separator: "\n"), remedy: "") }
        return reply.lines
    }

    /// Why this account cannot read the data, and who can.
    func closedData(isGatewayMissing: Bool = true) -> AppError {
        let folder = configuration.dataFolder
        let owner = Site.owner(above: folder)
        let command = "run the command as `sudo -u \(owner) commons …`"
        guard isGatewayMissing else {
            return AppError("the data in \(folder) are private to the account \(owner)", remedy: command)
        }
        return AppError(
            "no gateway answers at \(configuration.socketPath), and the data in \(folder) are private to the account \(owner)",
            remedy: "start the gateway, or \(command)")
    }

    /// The name of the account that owns a path, or the nearest folder above it that can be looked at.
    private static func owner(above path: String) -> String {
        var url = URL(fileURLWithPath: path)
        while url.path != "/" {
            if let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
                let name = attributes[.ownerAccountName] as? String, access(url.path, R_OK) != 0
            {
                return name
            }
            url.deleteLastPathComponent()
        }
        return "root"
    }
}

/// The site as it was read last, for the control thread.
final class CurrentSite: Sendable {
    private let site: Mutex<Site>

    /// Begins with a site.
    init(_ site: Site) { self.site = Mutex(site) }

    /// The site that was read last.
    var latest: Site { site.withLock { $0 } }

    /// Takes over a site that was read again.
    func reload(_ new: Site) { site.withLock { $0 = new } }
}
