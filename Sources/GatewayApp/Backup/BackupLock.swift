import Foundation
import Glibc

/// One copy at a time: a command and the service would clear away each other's half-made one.
struct BackupLock {
    private let path: String

    init(dataFolder: String) { path = dataFolder + "/backup.lock" }

    /// Does something while nobody else makes a copy of this box; waits until then.
    ///
    /// - Throws: ``AppError`` where the programs were stopped meanwhile, or the file cannot be made.
    func whileHeld<Result>(_ programs: Programs, _ body: () throws -> Result) throws -> Result {
        // Readable for all, since reading is enough to hold it, and whoever made it may be another account.
        let descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw AppError("\(path) cannot be made", remedy: "run it as the account of the service")
        }
        // Closing gives it up, as the end of the process does.
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard !programs.isStopped else { throw AppError("the gateway is stopping", remedy: "") }
            Thread.sleep(forTimeInterval: 0.5)
        }
        return try body()
    }
}
