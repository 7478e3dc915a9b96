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
        #expect(install.contains("install -d -o root -g root -m 755 /etc/commons-gateway\n"))
        #expect(install.contains("install -d -o root -g \(user) -m 750 /etc/commons-gateway/secrets\n"))
        #expect(install.contains("install -o root -g stewards -m 640 my.yaml /etc/commons-gateway/gateway.yaml\n"))
    }

    @Test("The install page puts profiles, words and decisions where the service cannot write, and the doctor sees it")
    func nothingBelowTheDataFolder() throws {
        let install = try String(contentsOfFile: GatewayUnderTest.root + "/docs/install.md", encoding: .utf8)
        let commands = install.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let copies = commands.filter { $0.hasPrefix("sudo cp ") || $0.hasPrefix("sudo install ") }
        let own = copies.filter { $0.contains("/var/lib/commons-gateway") }
        #expect(own == ["sudo install -d -o commons-gateway -g commons-gateway -m 700 /var/lib/commons-gateway"])
        #expect(copies.contains("sudo install -d -o root -g root -m 755 /usr/share/commons-gateway"))
        #expect(copies.contains("sudo install -d -o root -g stewards -m 2775 /srv/commons-gateway/resolutions"))
        // What the page tells people to write leads there and nowhere else.
        let state = try #require(settings["WorkingDirectory"]?.first)
        func folder(_ key: String) -> String? {
            commands.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
        }
        #expect(folder("data_folder")?.hasPrefix(state + "/") == true)
        for key in ["devices_folder", "languages_folder", "resolutions_folder"] {
            #expect(folder(key)?.hasPrefix("/") == true && folder(key)?.hasPrefix(state) == false, "\(key)")
        }
        #expect(settings["ReadWritePaths"] == nil)
    }

    @Test("The stewards reach the socket, which lies outside the data folder, and nothing of the data")
    func socketForStewards() throws {
        #expect(settings["RuntimeDirectory"] == ["commons-gateway"])
        #expect(settings["RuntimeDirectoryMode"] == ["0711"])
        #expect(settings["StateDirectoryMode"] == ["0700"])
        #expect(settings["SupplementaryGroups"] == ["stewards"])
        let install = try String(contentsOfFile: GatewayUnderTest.root + "/docs/install.md", encoding: .utf8)
        #expect(install.contains("control_socket: /run/commons-gateway/control.sock\n"))
        #expect(install.contains("--groups stewards "))
    }

    @Test("The doctor names files that an installed service's own account could change")
    func changeable() throws {
        let gateway = try GatewayUnderTest()
        let doctor = Doctor(site: try Site.load(configFile: gateway.config))
        let own = doctor.changeableFiles(by: Int(geteuid()))
        #expect(own.contains { $0.contains(gateway.config) } && own.contains { $0.contains("/resolutions") })
        #expect(doctor.changeableFiles(by: 65_533).isEmpty)
    }
}
