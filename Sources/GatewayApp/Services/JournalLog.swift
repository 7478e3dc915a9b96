import Foundation
import Logging

/// Log lines as journald reads them: the level as a number in angle brackets (sd-daemon(3)), and no time of our own.
struct JournalLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // Several lines would be several entries, all but the first without their level.
        let text = event.message.description.replacing("\n", with: " | ")
        FileHandle.standardError.write(Data("<\(JournalLog.number(of: event.level))>\(text)\n".utf8))
    }

    /// Syslog's severities (RFC 5424, section 6.2.1).
    static func number(of level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}

/// Where the program's log goes.
public enum ProgramLog {
    /// Chooses the form once, before anything is logged: journald's where the service manager reads, else with times.
    public static func start() {
        let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
        LoggingSystem.bootstrap { label in
            if isJournal { return JournalLog() }
            return StreamLogHandler.standardError(label: label)
        }
    }
}

/// How much the log has.
public enum LogLevel: String, Sendable, CaseIterable {
    // From all to the least; as swift-log calls them.
    case trace, debug, info, notice, warning, error

    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
