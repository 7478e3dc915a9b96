import Foundation
import GatewayModel
import TestSupport
import Testing

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
}
