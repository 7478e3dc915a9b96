import Foundation
import GatewayModel
import Simulation
import Storage

/// Sends recorded messages through the live path: the clock is `received_at`, commits go by count, nothing is sent.
public struct ReplayRun {
    /// Messages per commit; large enough that the disk does not matter, small enough to stay light.
    static let messagesPerCommit = 2_000

    private let site: Site

    /// Makes a replay into the site's demonstration database.
    public init(site: Site) {
        self.site = site
    }

    /// Replays a file (`-` for standard input) and says what came of it.
    ///
    /// - Throws: ``AppError`` for a real community, a running gateway or a file without a readable line.
    public func run(file: String, progress: (String) -> Void) throws -> String {
        guard site.configuration.community.isDemonstration else {
            throw AppError(
                "recorded messages never enter a real database",
                remedy: "use a configuration with `kind: demonstration` and a data folder of its own")
        }
        let reader = try ReplayFile.read(file == "-" ? "/dev/stdin" : file)
        // The clock of a replay is its messages': what they find is found as it was then.
        let first = try ReplayFile.read(file).lazy.compactMap { try? $0.get().receivedAt }.first(where: { _ in true })
        let office = try Office.open(site: site, now: file == "-" ? SystemClock.now() : first ?? SystemClock.now())
        defer { office.close() }
        var played = 0
        var problems = 0
        var latest: Instant?
        for result in reader {
            switch result {
            case .success(let line):
                try office.replay(line.message, commitAfter: ReplayRun.messagesPerCommit)
                played += 1
                latest = line.receivedAt
                if played.isMultiple(of: 50_000) {
                    progress("\(played) messages, up to \(site.local(line.receivedAt))")
                }
            case .failure(let problem):
                problems += 1
                if problems <= 10 { progress(problem.description) }
            }
        }
        guard let latest else {
            throw AppError("\(file) holds no readable message", remedy: "see `commons replay --help`")
        }
        try office.finishReplay(at: latest)
        let counters = office.counters
        return """
            \(played) messages replayed up to \(site.local(latest)): \(counters.readings) readings stored, \
            \(counters.doubles) doubles, \(counters.unassignedMessages) of unassigned devices, \
            \(counters.rejections.values.reduce(0, +)) values refused, \(problems) lines unreadable.
            """
    }
}
