import Delivery
import Foundation
import GatewayModel
import MQTTIngest
import TestSupport
import Testing

@testable import GatewayApp

/// Files with secrets: what is missing or open to everybody is named before it is needed, and never used.
@Suite("Files with secrets")
struct SecretFilesTests {
    private let folder: TemporaryFolder
    private let site: Site
    private let config: String

    init() throws {
        folder = try TemporaryFolder("secrets")
        config = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)/resolutions
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, user: gateway, password_file: \(folder.path)/mqtt, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        backup: {folder: \(folder.path)/stick, every: 1 d, passphrase_file: \(folder.path)/passphrase}
        stewards: [{name: Rosa}]

        """.write(toFile: config, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: config)
    }

    private func write(_ name: String, _ text: String, _ mode: Int) throws {
        try TemporaryFolder.writeSecret(text, to: folder.file(name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file(name))
    }

    private func problems() -> [String] { FileCheck.run(configFile: config).problems.map(\.description) }

    @Test("A missing file is said to be missing, by the check and where it is used")
    func missing() throws {
        #expect(problems().count { $0.contains("there is no file") } == 2, "\(problems())")
        let error = try #require(throws: AppError.self) { try site.brokerOptions(clientID: "x") }
        #expect(error.message == "there is no file \(folder.path)/mqtt")
        #expect(throws: AppError.self) { try BackupDesk(site: site).archive(folder.file("passphrase")) }
    }

    @Test("A file that everybody may read is named by the check and refused; one of the group's is good")
    func exposed() throws {
        try write("mqtt", " pass word \n", 0o644)
        try write("passphrase", "correct horse battery staple\n", 0o604)
        #expect(problems().count { $0.contains("everybody on this machine may use") } == 2, "\(problems())")
        let error = try #require(throws: AppError.self) { try site.brokerOptions(clientID: "x") }
        #expect(error.description.contains("chmod o= \(folder.path)/mqtt"))
        #expect(throws: AppError.self) { try BackupDesk(site: site).archive(folder.file("passphrase")) }
        try write("mqtt", " pass word \n", 0o640)
        try write("passphrase", "correct horse battery staple\n", 0o600)
        #expect(problems().isEmpty, "\(problems())")
        #expect(try site.brokerOptions(clientID: "x").password == " pass word ")
        _ = try BackupDesk(site: site).archive(folder.file("passphrase"))
    }

    @Test("The configuration to begin with has nothing of the example village, and lacks its password alone")
    func empty() throws {
        let text = try String(contentsOfFile: GatewayUnderTest.root + "/config/empty.yaml", encoding: .utf8)
        let (configuration, found) = ConfigurationFile(file: "empty.yaml").parse(text)
        let made = try #require(configuration, "\(found)")
        #expect(!made.community.isDemonstration && made.sensors.isEmpty && made.stewards.isEmpty)
        let example = try #require(ConfigurationFile.load(GatewayUnderTest.root + "/config/gateway.yaml").configuration)
        #expect(made.community.id != example.community.id)
        let own = [
            made.dataFolder, made.resolutionsFolder, made.proposalsFolder, made.neighboursFolder, made.papersFolder,
        ]
        let theirs = [
            example.dataFolder, example.resolutionsFolder, example.proposalsFolder, example.neighboursFolder,
            example.papersFolder,
        ]
        #expect(Set(own).isDisjoint(with: theirs) && !own.contains { $0.hasPrefix("var/") || $0.hasPrefix("config/") })
        #expect(made.troubledFiles.map(\.message) == ["there is no file community/mqtt-password"])
    }
}
