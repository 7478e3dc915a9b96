import Dashboard
import Foundation
import GatewayModel
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

@testable import GatewayApp

/// A village with a duty list whose answer page is served by the real listener.
final class AnswerPageVillage {
    static let stewards = """

          - {name: Rosa, reach: [rosa], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
          - {name: Jordi, language: es, reach: [jordi], mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}
        """

    let village: AlertVillage
    let links: AnswerLinks
    let log = LogLines()
    private(set) var port = 0
    private var server: Task<Void, any Error>?

    init(folder: TemporaryFolder) async throws {
        village = try AlertVillage(
            """
              - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}
              - {name: jordi, kind: files, audience: stewards, language: es, folder: \(folder.path)/jordi}
            answer_page: {listen: 127.0.0.1:8480, public_url: https://alerts.example.org/box/}
            duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
            """, stewards: Self.stewards)
        links = AnswerLinks(site: village.site, store: village.office.store)
        for person in ["Rosa", "Jordi"] { try #require(try village.test(person)[0] == "done") }
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        var logger = Logger(label: "page") { [log] _ in log.handler }
        logger.logLevel = .trace
        let application = AnswerPageServer(answering: VillageAnswers(village: village, links: links)) {
            SystemClock.now()
        }.application(host: "127.0.0.1", port: 0, logger: logger) { found.yield($0) }
        server = Task(executorPreference: OwnThreads()) { try await application.run() }
        for await port in ports {
            self.port = port
            break
        }
    }

    deinit { server?.cancel() }

    /// An alert that wakes people, told to Rosa and Jordi; returns its number.
    func alarm() throws -> Int {
        try village.read(150)
        try village.wait(until: age + 16 * 60)
        alarmID = try village.office.store.alerts(openOnly: true).last { $0.cause != .box(.testAlarm) }?.id
        return try #require(try alarmID.flatMap { try village.office.store.alert(id: $0)?.number })
    }

    /// The last alarm's id.
    private var alarmID: String?

    /// Seconds since the village's begin.
    var age: Int64 { village.now.milliseconds(since: AlertVillage.begin) / 1000 }

    /// The token of the link in a person's newest notice of an alert, as the delivery thread puts it in.
    func token(_ destination: String) throws -> String? {
        let items = try village.office.store.claim(
            destination: destination, now: village.now, limit: 100, includingLater: true)
        let link = items.last { $0.item.alert == alarmID }.flatMap {
            links.link(for: $0.item, now: village.now)
        }
        guard let link else { return nil }
        #expect(link.hasPrefix("https://alerts.example.org/box/a/"))
        return link.split(separator: "/").last.map(String.init)
    }

    func get(_ token: String, _ method: String = "GET") throws -> PlainHTTP.Answer {
        try #require(PlainHTTP.send(method, port: port, "/a/\(token)"))
    }

    func post(_ token: String, _ form: String) throws -> PlainHTTP.Answer {
        try #require(PlainHTTP.send("POST", port: port, "/a/\(token)", form: form))
    }
}

/// The village's office answers while the test waits for it, so that there is one thread at a time.
private struct VillageAnswers: AlertAnswering, @unchecked Sendable {
    let village: AlertVillage
    let links: AnswerLinks

    var words: Phrasebook { links.words }

    func notice(token: String) async -> LinkNotice? { links.notice(token: token, now: village.now) }

    func answer(token: String, _ reply: LinkReply) async -> LinkOutcome? {
        let outcome = try? village.office.takeLink(token, reply, now: village.now)
        try? village.commit()
        return outcome
    }
}

/// Threads for the server alone: tests that wait block those of Swift's pool.
private final class OwnThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "server", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// Keeps what is logged on every level, with its metadata.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message) \(metadata) \(event.metadata ?? [:])") }
        }
    }
}
