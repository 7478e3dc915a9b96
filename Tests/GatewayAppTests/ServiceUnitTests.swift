import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

/// What the installed service may do, as its unit says it to systemd.
@Suite("The installed service")
struct ServiceUnitTests {
    private let settings: [String: [String]]

    init() throws {
        let text = try String(
            contentsOfFile: GatewayUnderTest.root + "/systemd/commons-gateway.service", encoding: .utf8)
        settings = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { settings, line in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { settings[parts[0], default: []].append(parts[1]) }
        }
    }

    @Test("It cannot write configuration or decisions: all is read-only to it but its own data folder")
    func writesNothingElse() throws {
        #expect(settings["ProtectSystem"] == ["strict"])
        #expect(settings["StateDirectory"] == ["commons-gateway"])
        for opened in ["ReadWritePaths", "BindPaths", "ConfigurationDirectory", "RootDirectory", "LogsDirectory"] {
            #expect(settings[opened] == nil, "\(opened) would let it write")
        }
        let user = try #require(settings["User"]?.first)
        #expect(user != "root")
        #expect(settings["AmbientCapabilities"] == nil)
        #expect(settings["NoNewPrivileges"] == ["yes"])
        let start = try #require(settings["ExecStart"]?.first)
        #expect(start.contains("--config /etc/commons-gateway/"), "the configuration is outside its data folder")
        let install = try String(contentsOfFile: GatewayUnderTest.root + "/docs/install.md", encoding: .utf8)
        #expect(install.contains("install -d -o root -g \(user) -m 750 /etc/commons-gateway\n"))
        #expect(install.contains("chown root:\(user) /etc/commons-gateway/*\n"))
        #expect(install.contains("chmod 640 /etc/commons-gateway/*\n"))
    }
}
