import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A site whose delegates have keys: decisions are written into its folder and signed there with the real `ssh-keygen`.
final class SigningVillage {
    static let five = ["rosa", "jordi", "amina", "pau", "lluc"]
    /// 2026-11-10, noon in Madrid.
    static let begin = Instant(seconds: 1_794_308_400)

    let folder: TemporaryFolder
    let keys: SSHKeys
    let site: Site

    init(sensors: String = "") throws {
        folder = try TemporaryFolder("signing")
        keys = try SSHKeys()
        for name in Self.five { try keys.make(name) }
        try FileManager.default.createDirectory(atPath: folder.file("inbox"), withIntermediateDirectories: true)
        let file = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)/inbox
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: paper, kind: files, folder: "\(folder.path)/notices", audience: stewards}
        \(sensors)
        """.write(toFile: file, atomically: true, encoding: .utf8)
        site = try Site.load(configFile: file)
    }

    /// A time so many days after the beginning.
    func time(_ days: Double) -> Instant {
        Self.begin.advanced(bySeconds: Int64(days * 86_400))
    }

    func office(at days: Double = 0) throws -> Office {
        try Office.open(site: site, now: time(days))
    }

    /// `delegates:` with one key a person; all of them end on a day, where one is given.
    func list(_ threshold: Int, _ persons: [String], until: String? = nil) throws -> String {
        let end = until.map { ", until: \($0)" } ?? ""
        let entries = try persons.map { "    - {id: \($0), keys: [\"\(try keys.line($0))\"]\(end)}\n" }
        return "delegates:\n  threshold: \(threshold)\n  persons:\n" + entries.joined()
    }

    /// Writes a decision into the inbox and gives its path.
    @discardableResult
    func write(
        _ number: Int, on assembly: String = "2026-11-01", previous: String? = nil, isMinuted: Bool = true,
        extra: String = ""
    ) throws
        -> String
    {
        let path = folder.file("inbox/000\(number).md")
        try """
        ---
        number: \(number)
        community: test
        assembly: \(assembly)
        decided: by consent
        in_force_from: \(assembly)
        review_by: 2099-05-02
        \(previous.map { "previous: \($0)\n\(isMinuted ? "minutes: {book: 3, page: 41}\n" : "")" } ?? "")\(extra)limits: []
        ---
        As minuted.

        """.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Lets delegates sign a decision, into the folder beside it.
    func sign(_ path: String, _ persons: [String], namespace: String = "limits@test") throws {
        let folder = SignatureFolder.path(for: path)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for person in persons {
            try keys.sign(bytes(path), with: person, namespace: namespace)
                .write(toFile: "\(folder)/\(person).sig", atomically: true, encoding: .utf8)
        }
    }

    func bytes(_ path: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    }

    @discardableResult
    func perform(
        _ command: Command, in office: Office, at days: Double = 0, by person: String = "keeper"
    ) throws -> CommandReply {
        let reply = office.perform(command, by: Actor(account: person), now: time(days))
        try office.pipeline.commit(packets: [], session: 1, now: time(days))
        office.housekeepIfDue(now: time(days))
        return reply
    }

    /// Adopts a file with the signatures beside it.
    @discardableResult
    func adopt(_ path: String, in office: Office, at days: Double = 0) throws -> CommandReply {
        try perform(
            .adopt(
                fileName: path, bytes: Data(bytes(path)), signatures: SignatureFolder.files(for: path)),
            in: office, at: days)
    }

    /// Adopts decision 1 of 2026-11-01 with a list of five of whom three sign, and gives its hash.
    @discardableResult
    func found(in office: Office, at days: Double = 0, until: String? = nil) throws -> String {
        let path = try write(1, extra: try list(3, Self.five, until: until))
        try sign(path, ["rosa", "jordi", "amina"])
        let reply = try begin(path, in: office, at: days)
        #expect(reply.isDone, "\(reply.lines)")
        return Fingerprint.sha256(bytes(path))
    }

    /// The ceremony of a first list at the console, of which the seven public days are over at that time.
    func begin(_ path: String, in office: Office, at days: Double = 0) throws -> CommandReply {
        func step(_ step: RecoveryStep, at days: Double) throws -> CommandReply {
            try perform(
                .recover(
                    step: step, fileName: path, bytes: Data(bytes(path)), signatures: SignatureFolder.files(for: path)),
                in: office, at: days)
        }
        let begun = try step(.begin, at: days - 7.1)
        return begun.isDone ? try step(.finish, at: days) : begun
    }
}
