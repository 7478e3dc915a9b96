import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The newcomer's evening as `make run` gives it: private broker, two simulated months, papers, live, and a second start.
@Suite("The newcomer's evening", .serialized, .timeLimit(.minutes(15)))
struct DemonstrationTests {
    private let folder: TemporaryFolder
    private var config: String { folder.file("gateway.yaml") }

    init() throws {
        folder = try TemporaryFolder("evening")
        let root = GatewayUnderTest.root
        let example = try String(contentsOfFile: root + "/config/gateway.yaml", encoding: .utf8)
        try example.replacing("data_folder: var/data", with: "data_folder: \(folder.path)/data")
            .replacing("devices_folder: Devices", with: "devices_folder: \(root)/Devices")
            .replacing("config/resolutions", with: root + "/config/resolutions")
            .replacing("config/languages", with: root + "/config/languages")
            .replacing("folder: var/", with: "folder: \(folder.path)/")
            .replacing("metrics_port: ", with: "# metrics_port: ")
            .write(toFile: config, atomically: true, encoding: .utf8)
    }

    private func start() throws -> ChildProcess {
        try ChildProcess(GatewayUnderTest.program, ["run", "--config", config])
    }

    private func brokers() -> Int {
        guard let child = try? ChildProcess("/usr/bin/pgrep", ["-fc", folder.path + "/data/broker/mosquitto.conf"]),
            child.wait(10) != nil
        else { return -1 }
        return Int(child.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    private func command(_ arguments: [String]) throws -> String {
        let child = try ChildProcess(GatewayUnderTest.program, arguments + ["--config", config])
        #expect(child.wait(60) == .exited(0), "\(arguments): \(child.output)")
        return child.output
    }

    @Test("Report and agenda are written; a killed run's broker is taken over; the second start takes seconds")
    func evening() throws {
        let first = try start()
        let isRunning = waitUntil(400) { first.output.contains("Running;") || !first.isRunning }
        try #require(isRunning && first.isRunning, "\(first.output)")
        let month = CalendarMonth(of: CalendarDate(daysSinceEpoch: Int64(Date().timeIntervalSince1970) / 86_400))
            .previous
        let report = try String(contentsOfFile: folder.file("report-\(month).html"), encoding: .utf8)
        #expect(report.contains("Vall Clara"))
        #expect(report.contains("This is a demonstration."))
        #expect(first.output.contains("We used more than we agreed"))
        #expect(try String(contentsOfFile: folder.file("agenda.html"), encoding: .utf8).contains("Next assembly"))
        #expect(try command(["log", "verify"]).isEmpty == false)
        // Every sensor of the village was heard in the simulated months.
        let silent = try command(["readings", "list", "--format", "json", "--why", "is every sensor heard?"]).split(
            separator: "\n"
        )
        .filter { !$0.contains("\"time\"") }
        #expect(silent.isEmpty, "\(silent)")

        try whatIfIsWhatWas()
        first.signal(SIGKILL)
        _ = first.wait(10)
        #expect(brokers() == 1)
        let begin = steadySeconds()
        let second = try start()
        #expect(waitUntil(60) { second.output.contains("Running;") })
        #expect(steadySeconds() - begin < 30)
        #expect(brokers() == 1)
        second.signal(SIGTERM)
        #expect(second.wait(20) == .exited(0))
        #expect(waitUntil(5) { brokers() == 0 })
    }

    /// Tried on the simulated months, the decisions that were in force find what happened, no more and no less.
    private func whatIfIsWhatWas() throws {
        let site = try Site.load(configFile: config)
        let store = try site.readingStore()
        let adopted = try LimitRegister(site: site).adopted(in: store)
        let first = try #require(adopted.first.map { site.zone.date(at: $0.adoptedAt) })
        let last = site.zone.date(at: SystemClock.now()).adding(days: -1)
        let end = site.zone.start(of: last.adding(days: 1))
        let run = TrialRun(
            store: store, sensors: try SensorDirectory(store), zone: site.zone, from: first, through: last)
        let told = try store.transitions(from: .min, until: end)
        var raised = 0
        for entry in LimitsInForce(adopted).inForce(on: last) {
            let trial = try #require(try run.trials(of: [(entry.limit, entry.scale)]).first)
            let live = told.filter { $0.limit == entry.reference }
            raised += live.count { $0.change == .raised }
            if case .budget(_, let period, _, _) = entry.limit.rule {
                // A budget is told by the period in which it was passed.
                let periods = trial.episodes.compactMap { period.start(containing: site.zone.date(at: $0.from)) }
                #expect(
                    Set(periods.map(site.zone.start))
                        == Set(live.filter { $0.change == .raised }.map(\.onset)), "\(entry.reference)")
                continue
            }
            #expect(
                trial.episodes.map(\.from) == live.filter { $0.change == .raised }.map(\.onset).sorted(),
                "\(entry.reference)")
            #expect(
                trial.episodes.compactMap(\.until).sorted()
                    == live.filter { $0.change == .returned && $0.onset < end }.map(\.onset).sorted(),
                "\(entry.reference)")
        }
        #expect(raised > 2)
        let text = try command([
            "limits", "what-if", GatewayUnderTest.root + "/config/resolutions/0001-water.md", "--since", "\(first)",
        ])
        #expect(text.contains("\nWater from the wells: not more than 120 L per person and day for 40 people"))
        #expect(text.contains("  at 72 L: ") && text.contains("\n  In force today: not more than 120 L"))
    }
}
