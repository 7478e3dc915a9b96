import Foundation
import Glibc
import TestSupport
import Testing

/// The real program with a real broker, a configuration and a data folder of its own.
final class GatewayUnderTest {
    /// The repository's root, found from this file.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    let broker: MosquittoBroker
    let folder: TemporaryFolder
    let metricsPort: Int
    private(set) var process: ChildProcess?

    /// Prepares a gateway for these sensors; `port` is where it finds the broker, a proxy's perhaps.
    init(
        sensors: String = GatewayUnderTest.plug, topics: String = "zigbee2mqtt/+", port: Int? = nil,
        broker: MosquittoBroker? = nil, extra: String = ""
    ) throws {
        self.broker = try broker ?? MosquittoBroker()
        folder = try TemporaryFolder("gateway")
        metricsPort = try Loopback.freePort()
        try FileManager.default.createDirectory(atPath: folder.file("resolutions"), withIntermediateDirectories: true)
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(Self.root)/Devices
        resolutions_folder: \(folder.path)/resolutions
        proposals_folder: \(folder.path)/proposals
        neighbours_folder: \(folder.path)/neighbours
        papers_folder: \(folder.path)/papers
        languages_folder: \(Self.root)/config/languages
        metrics_port: \(metricsPort)
        mqtt: {broker: 127.0.0.1, port: \(port ?? self.broker.port), commit_interval: 1 s, topics: ["\(topics)"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        \(extra)
        sensors:
        \(sensors)

        """.write(toFile: config, atomically: true, encoding: .utf8)
    }

    /// One plug whose power is a sensor.
    static let plug = """
          - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, device: plug, channel: power}
        """

    var config: String { folder.file("gateway.yaml") }

    /// The program that was built with the tests.
    static var program: String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [folder.path + "/commons", root + "/.build/debug/commons"]
        return candidates.first { access($0, X_OK) == 0 } ?? candidates[1]
    }

    /// Starts the gateway, with a failpoint if one is wanted.
    func start(failpoint: String? = nil, options: [String] = [], environment: [String: String] = [:]) throws {
        let environment = environment.merging(failpoint.map { ["COMMONS_FAILPOINT": $0] } ?? [:]) { first, _ in first }
        process = try ChildProcess(Self.program, ["run", "--config", config] + options, environment: environment)
    }

    /// Waits until the gateway listens to the broker.
    func startListening(
        failpoint: String? = nil, options: [String] = [], environment: [String: String] = [:]
    ) throws {
        try start(failpoint: failpoint, options: options, environment: environment)
        let isListening = waitUntil(60) { counter("commons_broker_connected") == 1 }
        try #require(isListening, "\(process?.output ?? "")")
    }

    /// Ends it with SIGTERM and waits for the clean end.
    @discardableResult
    func stop() -> ChildProcess.End? {
        defer { process = nil }
        process?.signal(SIGTERM)
        return process?.wait(30)
    }

    /// Changes a text of the configuration; read at the next start.
    func change(_ text: String, to other: String) throws {
        try String(contentsOfFile: config, encoding: .utf8).replacing(text, with: other)
            .write(toFile: config, atomically: true, encoding: .utf8)
    }

    /// Kills it as a power cut would.
    func kill() {
        process?.signal(SIGKILL)
        _ = process?.wait(30)
        process = nil
    }

    /// A counter of the running gateway; nil while it does not answer.
    func counter(_ name: String) -> Int? {
        guard let page = get("/metrics") else { return nil }
        return page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    /// Runs another command on the same configuration and returns its output.
    func command(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        let child = try ChildProcess(Self.program, arguments + ["--config", config])
        let end = child.wait(60)
        try #require(end == .exited(status), "\(arguments): \(child.output)")
        return child.output
    }

    /// The values of a channel in the store, in time order.
    func values(channel: String = "power") throws -> [String] {
        let output = try command(["readings", "export", "--format", "jsonl"])
        return try output.split(separator: "\n").compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["channel"] as? String == channel ? object?["value"] as? String : nil
        }
    }

    private func get(_ path: String) -> String? {
        guard let descriptor = Loopback.connect(port: metricsPort) else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return nil }
        var page = Data()
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
            page.append(contentsOf: buffer[..<count])
        }
        return String(decoding: page, as: UTF8.self)
    }
}
