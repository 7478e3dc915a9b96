import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A machine with a box on it, whose copies go where a test says.
struct BackupMachine {
    static let well = SensorID(rawValue: "well/level")

    let folder: TemporaryFolder
    let path: String
    let secret: String

    /// Sets it up; `backup` is what stands below that key, with `SECRET` for the passphrase file.
    init(backup: String, visibility: String = "community") throws {
        folder = try TemporaryFolder("machine")
        path = folder.file("machine")
        secret = folder.file("passphrase")
        try FileManager.default.createDirectory(atPath: path + "/decisions", withIntermediateDirectories: true)
        try TemporaryFolder.writeSecret("correct horse battery staple\n", to: secret)
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(path)/decisions
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations: [{name: paper, kind: files, audience: stewards, folder: \(folder.file("out"))}]
        backup: {\(backup.replacing("SECRET", with: secret))}
        sensors:
          - {id: well/level, resource: water, quantity: temperature, role: storage, visibility: \(visibility), unit: Cel}

        """.write(toFile: config, atomically: true, encoding: .utf8)
    }

    var config: String { path + "/gateway.yaml" }

    func site() throws -> Site { try Site.load(configFile: config) }

    /// Reads a level by hand, so that there is something to copy.
    func live(_ value: Int64) throws {
        let now = SystemClock.now()
        let office = try Office.open(site: try site(), now: now)
        let reading = HandReading(sensor: Self.well, value: DecimalValue(value), unit: nil, time: now)
        #expect(office.perform(.addReadings([reading]), by: Actor(account: "test"), now: now).isDone)
        try office.pipeline.commit(packets: [PacketRecord(id: 1, digest: 1)], session: 0, now: now)
        office.close()
    }

    /// Changes a text of the configuration.
    func change(_ text: String, to other: String) throws {
        try String(contentsOfFile: config, encoding: .utf8).replacing(text, with: other)
            .write(toFile: config, atomically: true, encoding: .utf8)
    }
}
