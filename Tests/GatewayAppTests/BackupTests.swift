import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Copies of the whole box, with tar and gpg as they are installed.
@Suite("Backup and restore", .serialized)
struct BackupTests {
    private let folder: TemporaryFolder
    private let machine: String
    private let stick: String
    private let secret: String
    private static let well = SensorID(rawValue: "well/level")

    init() throws {
        folder = try TemporaryFolder("backup")
        machine = folder.file("machine")
        stick = folder.file("stick")
        secret = folder.file("passphrase")
        for path in [machine, stick, machine + "/decisions", machine + "/broker"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try TemporaryFolder.writeSecret("correct horse battery staple\n", to: secret)
        try "allow_anonymous false\n".write(
            toFile: machine + "/broker/mosquitto.conf", atomically: true, encoding: .utf8)
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(machine)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(machine)/decisions
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations: [{name: paper, kind: files, audience: stewards, folder: \(folder.file("out"))}]
        backup: {folder: \(stick), every: 1 d, passphrase_file: \(secret), also: [\(machine)/broker], keep: {days: 1, weeks: 0, months: 0}}
        sensors:
          - {id: well/level, resource: water, quantity: temperature, role: storage, visibility: community, unit: Cel}

        """.write(toFile: machine + "/gateway.yaml", atomically: true, encoding: .utf8)
    }

    private func site() throws -> Site { try Site.load(configFile: machine + "/gateway.yaml") }

    /// Reads a level by hand, which leaves an entry in the record book, and lets a notice wait.
    private func live(_ value: Int64) throws {
        let now = SystemClock.now()
        let office = try Office.open(site: try site(), now: now)
        let reading = HandReading(sensor: Self.well, value: DecimalValue(value), unit: nil, time: now)
        #expect(office.perform(.addReadings([reading]), by: Actor(account: "test"), now: now).isDone)
        office.pipeline.box(.brokerAway, subject: "", isActive: value % 2 == 1, onset: now, [:], now)
        try office.pipeline.commit(packets: [PacketRecord(id: 1, digest: 1)], session: 0, now: now)
        office.close()
    }

    private func copy() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: stick)
        #expect(names.count == 1 && names[0].hasSuffix(".tar.gpg"))
        return stick + "/" + (names.first ?? "")
    }

    @discardableResult
    private func restore(
        _ archive: String, as copy: Bool = false, below root: String = "/", last: Int64? = nil
    ) throws -> [String] {
        try RestoreDesk().restore(
            .init(
                archive: archive, passphraseFile: secret, root: root, isCopy: copy, lastEntry: last, person: "Rosa"))
    }

    @Test("A dead card: from the stick, everything is where it was, and the record book says what is missing")
    func move() throws {
        try live(7)
        let said = try BackupDesk(site: site()).make(to: nil)
        #expect(said.contains("restored for a trial and compared"))
        let store = try site().readingStore()
        let (client, check) = (store.clientID, try store.verifyRecordBook())
        // The card goes on for a day and dies; the last printed report knows two more entries.
        try live(8)
        try FileManager.default.removeItem(atPath: machine)

        let archive = try copy()
        let bytes = try #require(FileManager.default.contents(atPath: archive))
        #expect(bytes.range(of: Data("SQLite format 3".utf8)) == nil)
        try restore(archive, last: check.count + 2)
        let back = try site().readingStore()
        #expect(try back.readings(ReadingQuery(.sensors([Self.well]))).map(\.value) == [DecimalValue(7)])
        #expect(back.clientID == client)
        #expect(try back.session().packets.isEmpty)
        #expect(
            try String(contentsOfFile: machine + "/broker/mosquitto.conf", encoding: .utf8)
                == "allow_anonymous false\n")
        let book = try RecordDesk(site: site()).verify()
        #expect(book.isGood)
        #expect(
            book.lines.first?.contains("\(check.count + 1)-\(check.count + 2) of the lost book are missing") == true)
        // What waited then is not sent now, and the box goes on.
        #expect(try back.outboxEntries().allSatisfy { $0.state == .dropped })
        try live(9)
        // Onto a machine that is not empty nothing is restored.
        #expect(throws: AppError.self) { try restore(archive) }
        #expect(try site().readingStore().readings(ReadingQuery(.sensors([Self.well]))).count == 2)
    }

    @Test("A copy beside the first box gets a client id of its own")
    func beside() throws {
        try live(7)
        _ = try BackupDesk(site: site()).make(to: nil)
        let look = folder.file("look")
        let said = try restore(copy(), as: true, below: look)
        // The configuration names the first box's data: whoever checks the copy is told before that is read instead.
        #expect(
            said.last?.contains("write data_folder: \(look)\(machine)/data into \(look)\(machine)/gateway.yaml") == true
        )
        #expect(said.last?.contains("commons log verify --config '\(look)\(machine)/gateway.yaml'") == true)
        let other = try Store.openForReading(folder: folder.file("look") + machine + "/data")
        #expect(try other.clientID != site().readingStore().clientID)
        #expect(try other.recordEntries().last?.entry.facts["as"] == "copy")
    }

    @Test("What a household had deleted since the copy was made is deleted again by a restore")
    func forgottenSince() throws {
        let file = machine + "/gateway.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("visibility: community", with: "visibility: household")
            .write(toFile: file, atomically: true, encoding: .utf8)
        try live(7)
        _ = try BackupDesk(site: site()).make(to: nil)
        let reply = try HouseholdDesk(site: site()).forget(
            "well/level", from: nil, through: nil, enteredFor: "Amina")
        #expect(reply.isDone, "\(reply.lines)")
        try FileManager.default.removeItem(atPath: machine)
        let names = try FileManager.default.contentsOfDirectory(atPath: stick)
        let archive = try #require(names.first { $0.hasSuffix(".tar.gpg") })
        try restore(stick + "/" + archive)
        #expect(try site().readingStore().readings(ReadingQuery(.sensors([Self.well]))).isEmpty)
        #expect(try site().readingStore().forgottenDays().map(\.sensor) == [Self.well])
    }

    @Test("A deletion while the stick was out is told to it once it is back, and a restore does it again")
    func forgottenWithoutStick() throws {
        let file = machine + "/gateway.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("visibility: community", with: "visibility: household")
            .write(toFile: file, atomically: true, encoding: .utf8)
        try live(7)
        _ = try BackupDesk(site: site()).make(to: nil)
        let archive = try copy()
        try FileManager.default.moveItem(atPath: stick, toPath: stick + "-out")
        let reply = try HouseholdDesk(site: site()).forget(
            "well/level", from: nil, through: nil, enteredFor: "Amina")
        #expect(reply.isDone, "\(reply.lines)")
        try FileManager.default.moveItem(atPath: stick + "-out", toPath: stick)
        BackupRound(news: BackupNews(), logger: Logger(label: "test"), programs: Programs()).go(try site())
        try FileManager.default.removeItem(atPath: machine)
        try restore(archive)
        #expect(try site().readingStore().readings(ReadingQuery(.sensors([Self.well]))).isEmpty)
        // Done again, it is in the copy; nothing is deleted a third time.
        #expect(try site().readingStore().forgottenDays().count == 1)
        #expect(!FileManager.default.fileExists(atPath: machine + "/data/gateway.lock"))
    }

    @Test("A folder that was on a stick and is now an empty one on the box's own disk gets no copy")
    func emptyMountPoint() throws {
        try live(7)
        let other = try #require(BackupFolder.disk(of: "/dev/shm"))
        try #require(other != BackupFolder.disk(of: machine), "this machine has no second file system")
        let away = "/dev/shm/commons-stick-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: away, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: away) }
        try FileManager.default.removeItem(atPath: stick)
        try FileManager.default.createSymbolicLink(atPath: stick, withDestinationPath: away)
        _ = try BackupDesk(site: site()).make(to: nil)
        try FileManager.default.removeItem(atPath: stick)
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
        #expect(throws: AppError.self) { try BackupDesk(site: site()).make(to: nil) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: stick).isEmpty)
        let news = BackupNews()
        BackupRound(news: news, logger: Logger(label: "test"), programs: Programs()).go(try site())
        #expect(try FileManager.default.contentsOfDirectory(atPath: stick).isEmpty)
        #expect(news.record?.failedAt == nil && news.record?.newest != nil)
    }

    @Test("After a restore the stewards get one notice for all that waited, and the paper's check number is compared")
    func told() throws {
        try live(7)
        _ = try BackupDesk(site: site()).make(to: nil)
        let book = try site().readingStore().verifyRecordBook()
        try FileManager.default.removeItem(atPath: machine)
        var request = RestoreDesk.Request(
            archive: try copy(), passphraseFile: secret, root: "/", isCopy: false, lastEntry: book.count, person: "Rosa"
        )
        request.checkNumber = RestoreDesk.checkNumber(
            RecordDesk.grouped(book.head, 0) + "\n" + RecordDesk.grouped(book.head, 1).uppercased())
        _ = try RestoreDesk().restore(request)
        #expect(try RecordDesk(site: site()).verify().lines[0].contains("which this book has at entry \(book.count)"))
        for _ in 0..<2 {
            let office = try Office.open(site: site(), now: SystemClock.now())
            try office.tellOfDroppedNotices(now: SystemClock.now())
            office.close()
        }
        let waiting = try site().readingStore().outboxEntries().filter { $0.state == .pending }
        #expect(waiting.map(\.item.type) == ["box.restored"])
        #expect(waiting.first?.item.body.contains("1 notices that waited") == true)
        #expect(RestoreDesk.checkNumber("12") == nil)
    }

    @Test("Passwords that the configuration names are in the copy without being listed again")
    func namedFiles() throws {
        let file = machine + "/gateway.yaml"
        try "s3cret\n".write(toFile: machine + "/mail", atomically: true, encoding: .utf8)
        let mail =
            "- {name: mail, kind: smtp, audience: stewards, host: 127.0.0.1, from: a@b.example, to: [c@d.example], user: a, password_file: \(machine)/mail}"
        try String(contentsOfFile: file, encoding: .utf8)
            .replacing("destinations: [", with: "destinations: [\(mail.dropFirst(2)), ")
            .write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try site().configuration.namedFiles == [machine + "/mail"])
    }

    @Test("Another passphrase, a damaged file and a passphrase of one word are refused, and no copy counts")
    func refused() throws {
        try live(7)
        _ = try BackupDesk(site: site()).make(to: nil)
        let archive = try copy()
        try TemporaryFolder.writeSecret("wrong horse battery staple\n", to: secret)
        #expect(throws: AppError.self) { try restore(archive, below: folder.file("a")) }
        try TemporaryFolder.writeSecret("correct horse battery staple\n", to: secret)
        var bytes = try #require(FileManager.default.contents(atPath: archive))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: folder.file("damaged")))
        #expect(throws: AppError.self) { try restore(folder.file("damaged"), below: folder.file("b")) }
        #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.file("b"))) ?? [] == [])

        try TemporaryFolder.writeSecret("short\n", to: secret)
        #expect(throws: AppError.self) { try BackupDesk(site: site()).make(to: nil) }
        #expect(try copy() == archive)
        #expect(!FileManager.default.fileExists(atPath: machine + "/data/backup.scratch"))
    }

    @Test("A named file that is not there fails the copy instead of being left out")
    func missingFile() throws {
        try live(7)
        try FileManager.default.removeItem(atPath: machine + "/broker")
        #expect(throws: AppError.self) { try BackupDesk(site: site()).make(to: nil) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: stick).isEmpty)
    }

    @Test("The newest copy of each of the last days, weeks and months stays")
    func rota() throws {
        let begin = try #require(Instant(rfc3339: "2026-01-01T11:00:00Z"))
        let copies = (0..<400).map { (name: $0, madeAt: begin.advanced(bySeconds: Int64($0) * 43_200)) }
        let gone = BackupRota(days: 3, weeks: 2, months: 2).superfluous(copies, zone: .utc)
        // The last is of 2026-07-19 23:00, a Sunday.
        #expect(Set(copies.map(\.name)).subtracting(gone).sorted() == [361, 385, 395, 397, 399])
        #expect(BackupRota(days: 1, weeks: 0, months: 0).superfluous([(1, begin)], zone: .utc) == [])
        // Readings of homes end after seventy days, and copies with them; the newest stays whatever happens.
        let bound = BackupRota(days: 1, weeks: 0, months: 12, householdDays: 70)
        let kept = Set(copies.map(\.name)).subtracting(bound.superfluous(copies, zone: .utc))
        #expect(kept.sorted() == [301, 361, 399])
        #expect(bound.superfluous([(1, begin)], zone: .utc) == [])
    }
}
