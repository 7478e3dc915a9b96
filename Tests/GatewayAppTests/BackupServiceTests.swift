import Foundation
import TestSupport
import Testing

/// The running gateway makes its copies by itself.
@Suite("Backups of the running gateway", .serialized)
struct BackupServiceTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder("service")
        try TemporaryFolder.writeSecret("correct horse battery staple\n", to: folder.file("secret"))
        try FileManager.default.createDirectory(atPath: folder.file("stick"), withIntermediateDirectories: true)
    }

    private func copies(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".tar.gpg") }
    }

    /// The alert about the backup: nil before there is one, then whether it still holds.
    private func isAlarming(_ gateway: GatewayUnderTest) throws -> Bool? {
        let lines = try gateway.command(["alerts", "list", "--all", "--format", "json"]).split(separator: "\n")
        let alerts = try lines.compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        return alerts.first { "\($0)".contains("backup_overdue") }.map { $0["returned_at"] as? String == nil }
    }

    @Test("A failing copy is an alert within seconds; once the cause is mended a copy appears and ends it")
    func recovers() throws {
        let gateway = try GatewayUnderTest(
            extra: """
                backup: {folder: \(folder.file("stick")), every: 10 s, passphrase_file: \(folder.file("secret")), also: [\(folder.file("broker"))]}
                destinations: [{name: paper, kind: files, audience: stewards, folder: \(folder.file("out"))}]
                """)
        try gateway.startListening()
        #expect(try waitUntil(60) { try isAlarming(gateway) == true }, "\(gateway.process?.output ?? "")")
        #expect(copies(in: folder.file("stick")).isEmpty)
        try "now it is there\n".write(toFile: folder.file("broker"), atomically: true, encoding: .utf8)
        #expect(waitUntil(60) { !copies(in: folder.file("stick")).isEmpty }, "\(gateway.process?.output ?? "")")
        #expect(try waitUntil(60) { try isAlarming(gateway) == false }, "\(gateway.process?.output ?? "")")
        let report = try gateway.command(["report", "--month", month, "--format", "markdown"])
        #expect(report.contains("was good when it was tried"))
        #expect(gateway.stop() == .exited(0))
    }

    @Test("Another machine gets its copy from the running gateway, also when it comes later")
    func another() throws {
        let server = try SSHServer()
        server.stop()
        let gateway = try GatewayUnderTest(
            extra: """
                backup: {folder: "\(server.address)", every: 10 s, passphrase_file: \(folder.file("secret")), key_file: \(server.keyFile), known_hosts: \(server.knownHosts)}
                destinations: [{name: paper, kind: files, audience: stewards, folder: \(folder.file("out"))}]
                """)
        try gateway.startListening()
        #expect(try waitUntil(60) { try isAlarming(gateway) == true }, "\(gateway.process?.output ?? "")")
        let report = try gateway.command(["report", "--month", month, "--format", "markdown"])
        #expect(report.contains("The last try at a backup failed"))
        try server.start()
        #expect(waitUntil(60) { !copies(in: server.shelf).isEmpty }, "\(gateway.process?.output ?? "")")
        #expect(try waitUntil(60) { try isAlarming(gateway) == false }, "\(gateway.process?.output ?? "")")
        #expect(gateway.stop() == .exited(0))
    }

    @Test("A stop does not wait for a machine that takes its time, and calls nothing a failure")
    func stops() throws {
        let server = try SSHServer()
        let isAsked = folder.file("asked")
        try server.serve(with: "touch \(isAsked); exec cat >/dev/null")
        let gateway = try GatewayUnderTest(
            extra: """
                backup: {folder: "\(server.address)", every: 1 d, passphrase_file: \(folder.file("secret")), key_file: \(server.keyFile), known_hosts: \(server.knownHosts)}
                """)
        try gateway.startListening()
        #expect(waitUntil(60) { FileManager.default.fileExists(atPath: isAsked) })
        let begin = steadySeconds()
        #expect(gateway.stop() == .exited(0))
        #expect(steadySeconds() - begin < 15)
        #expect(!FileManager.default.fileExists(atPath: gateway.folder.file("data/backup.json")))
    }

    /// The month that runs, in UTC; the report of it may be empty.
    private var month: String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: .gmt, from: Date(timeIntervalSinceNow: -86_400))
        return "\(parts.year ?? 0)-" + (parts.month ?? 0 < 10 ? "0" : "") + "\(parts.month ?? 0)"
    }
}
