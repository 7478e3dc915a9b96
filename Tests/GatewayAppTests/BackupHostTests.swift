import Foundation
import GatewayModel
import Logging
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Copies on another machine, which is a real sshd here.
@Suite("Backup on another machine", .serialized)
struct BackupHostTests {
    private let server: SSHServer
    private let machine: BackupMachine

    init() throws {
        server = try SSHServer()
        machine = try BackupMachine(
            backup: """
                folder: "\(server.address)", every: 1 d, passphrase_file: SECRET, key_file: \(server.keyFile),
                  known_hosts: \(server.knownHosts), keep: {days: 1, weeks: 0, months: 0}
                """)
        try machine.live(7)
    }

    private func desk() throws -> BackupDesk { try BackupDesk(site: machine.site()) }

    /// What the making of a copy was refused with.
    private func refusal() throws -> String {
        let error = #expect(throws: AppError.self) { try desk().make(to: nil) }
        #expect(!FileManager.default.fileExists(atPath: machine.path + "/data/backup.scratch"))
        return error?.description ?? ""
    }

    private func finding(_ news: BackupNews) throws -> BoxWatch.Finding? {
        let site = try machine.site()
        var watch = BoxWatch(
            site: site, store: try site.readingStore(), destinations: DestinationNews(logger: Logger(label: "t")),
            backups: news)
        return watch.look(now: SystemClock.now(), counters: Counters()).first { $0.condition == .backupOverdue }
    }

    private func round(_ news: BackupNews) throws {
        BackupRound(news: news, logger: Logger(label: "t"), programs: Programs()).go(try machine.site())
    }

    @Test("A copy arrives, is fetched back, and brings the box back; old ones and torsos go by the rota")
    func arrives() throws {
        for old in ["2026-01-03T040000Z.tar.gpg", "2026-01-04T040000Z.tar.gpg", "2026-01-04T040000Z.tar.gpg.partial"] {
            try "old".write(toFile: server.shelf + "/commons-test-" + old, atomically: true, encoding: .utf8)
        }
        try "theirs".write(toFile: server.shelf + "/holiday.jpg", atomically: true, encoding: .utf8)
        let said = try desk().make(to: nil)
        #expect(said.contains("restored for a trial and compared"))
        #expect(said.contains(" 3 old copies were removed"))
        let names = server.names
        #expect(names.count == 2 && names.last == "holiday.jpg")
        let archive = try #require(names.first)
        let bytes = try #require(FileManager.default.contents(atPath: server.shelf + "/" + archive))
        #expect(bytes.range(of: Data("SQLite format 3".utf8)) == nil)
        let standing = BackupStanding(
            try machine.site(), store: try machine.site().readingStore(), record: nil, now: SystemClock.now())
        #expect(standing.facts.state == .good && !standing.isAlarming)

        try FileManager.default.removeItem(atPath: machine.path)
        var request = RestoreDesk.Request(
            archive: server.address + "/" + archive, passphraseFile: machine.secret, root: "/", isCopy: false,
            lastEntry: nil, person: "Rosa")
        request.keyFile = server.keyFile
        request.knownHosts = server.knownHosts
        _ = try RestoreDesk().restore(request)
        let back = try machine.site().readingStore()
        #expect(try back.readings(ReadingQuery(.sensors([BackupMachine.well]))).map(\.value) == [DecimalValue(7)])
        // Nothing of the restore stays beside what it brought back.
        let beside = try FileManager.default.contentsOfDirectory(atPath: machine.folder.path)
        #expect(!beside.contains { $0.hasPrefix("commons-restore") })

        request.archive = server.address + "/commons-test-2026-01-01T000000Z.tar.gpg"
        let error = #expect(throws: AppError.self) { try RestoreDesk().restore(request) }
        #expect(error?.remedy == "the newest there is \(archive)")
    }

    @Test("Another host key, an unknown one, a stranger's key and a machine that is away each have their own words")
    func refused() throws {
        try machine.change(server.knownHosts, to: server.otherHosts)
        #expect(try refusal().contains("shows another host key than the one in \(server.otherHosts)"))
        try machine.change(server.otherHosts, to: server.noHosts)
        #expect(try refusal().contains("the host key of 127.0.0.1:\(server.port) is not in \(server.noHosts)"))
        try machine.change(server.noHosts, to: server.knownHosts)
        try machine.change("key_file: \(server.keyFile)", to: "key_file: \(server.folder.file("other"))")
        #expect(try refusal().contains("does not take this box's key"))
        try machine.change(server.folder.file("other"), to: server.folder.file("lost"))
        #expect(try refusal().contains("is not there or cannot be read"))
        try machine.change(server.folder.file("lost"), to: server.keyFile)
        try machine.change(server.shelf, to: server.folder.file("nowhere"))
        #expect(try refusal().contains("look whether the folder is there"))
        try machine.change(server.folder.file("nowhere"), to: server.shelf)
        server.stop()
        #expect(try refusal().contains("127.0.0.1:\(server.port) is not reached"))
        #expect(server.names.isEmpty)
        try server.start()
        #expect(try desk().make(to: nil).contains("compared"))
    }

    @Test("What was altered there, or did not fit, is not called good, and leaves no torso")
    func notGood() throws {
        // From the second session on one byte of what was sent is another.
        let flip = "printf X | dd of=\"$file\" bs=1 seek=100 conv=notrunc status=none"
        try server.serve(
            with: """
                for file in \(server.shelf)/*.partial; do [ -e "$file" ] && \(flip); done
                exec /usr/lib/openssh/sftp-server
                """)
        #expect(try refusal().contains("is not what was sent there"))
        #expect(server.names.isEmpty)
        // A disk with room for 2 kB.
        try server.serve(with: "trap '' XFSZ; ulimit -f 2; exec /usr/lib/openssh/sftp-server")
        #expect(try refusal().contains("has room"))
        #expect(server.names.isEmpty)
        let standing = BackupStanding(
            try machine.site(), store: try machine.site().readingStore(), record: nil, now: SystemClock.now())
        #expect(standing.facts.state == .never)
    }

    @Test("A machine that is away is an alert, and a good copy ends it; a restart forgets and invents nothing")
    func away() throws {
        server.stop()
        let news = BackupNews()
        // Nobody has looked: what lies there may be as young as it should be.
        #expect(try finding(news)?.isActive == false)
        try round(news)
        #expect(try finding(news)?.isActive == true)
        let doctor = try Doctor(site: machine.site()).examine(brokerConfig: nil)
        #expect(doctor.lines.contains { $0.hasPrefix("the last try at a backup failed: 127.0.0.1:") })
        #expect(try finding(news)?.details["reason"]?.contains("is not reached") == true)
        // The alert outlives a restart, which knows no more.
        #expect(try finding(BackupNews())?.isActive == true)
        try server.start()
        try round(news)
        #expect(try finding(news)?.isActive == false)
        #expect(server.names.count == 1)
        // After a restart the machine is away, and the copy is still young.
        server.stop()
        let later = BackupNews()
        try round(later)
        #expect(try finding(later)?.isActive == false)
        // Two days on it is overdue, with the machine away and nobody having looked.
        let site = try machine.site()
        let inTwoDays = SystemClock.now().advanced(bySeconds: 2 * 86_400 + 60)
        let standing = BackupStanding(site, store: try site.readingStore(), record: nil, now: inTwoDays)
        #expect(standing.isAlarming && standing.facts.state == .overdue)
    }

    @Test("What lies there counts although this box has forgotten it")
    func lookedUp() throws {
        _ = try desk().make(to: nil)
        try FileManager.default.removeItem(atPath: machine.path + "/data/backup.json")
        let news = BackupNews()
        try round(news)
        #expect(news.record?.newest != nil && news.record?.failedAt == nil)
        #expect(server.names.count == 1)
    }

    @Test("What a household had deleted is known beside the copies there, and a restore deletes it again")
    func forgotten() throws {
        try machine.change("visibility: community", to: "visibility: household")
        try machine.live(8)
        let news = BackupNews()
        try round(news)
        let archive = try #require(server.names.first)
        #expect(try machine.site().readingStore().readings(ReadingQuery(.sensors([BackupMachine.well]))).count == 2)
        let reply = try HouseholdDesk(site: machine.site()).forget(
            "well/level", from: nil, through: nil, enteredFor: "Amina")
        #expect(reply.isDone, "\(reply.lines)")
        try round(news)
        #expect(server.names.contains("commons-test.forgotten.tar.gpg"))
        try FileManager.default.removeItem(atPath: machine.path)
        var request = RestoreDesk.Request(
            archive: server.address + "/" + archive, passphraseFile: machine.secret, root: "/", isCopy: false,
            lastEntry: nil, person: "Rosa")
        request.keyFile = server.keyFile
        request.knownHosts = server.knownHosts
        _ = try RestoreDesk().restore(request)
        let back = try machine.site().readingStore()
        #expect(try back.readings(ReadingQuery(.sensors([BackupMachine.well]))).isEmpty)
    }

    @Test("A target that is not encrypted or not understood is refused by the check")
    func configuration() throws {
        try machine.change("passphrase_file: \(machine.secret), ", to: "")
        let plain = #expect(throws: AppError.self) { try machine.site() }
        #expect(plain?.message.contains("copies on another machine must be encrypted") == true)
        try machine.change("folder: \"\(server.address)\"", to: "folder: \(machine.folder.path)")
        try machine.change("key_file: \(server.keyFile),", to: "")
        try machine.change("known_hosts: \(server.knownHosts), ", to: "")
        let error = #expect(throws: AppError.self) { try desk().make(to: server.address) }
        #expect(error?.message == "a copy that is not encrypted does not leave the box")
        for wrong in ["ssh://host", "ssh://-oProxyCommand=x/a", "ssh://host/a b", "ssh://u@h:0/a", "ssh://h/a\"b", "x"]
        {
            #expect(SSHTarget(wrong) == nil, "\(wrong)")
        }
        #expect(SSHTarget("ssh://[fe80::1]:2222/a")?.host == "fe80::1")
        #expect(SSHTarget("ssh://me@host/~/copies/")?.path == "copies")
        #expect(SSHTarget("ssh://me@host/~/copies")?.description == "ssh://me@host/~/copies")
        let split = SSHTarget("ssh://me@host/srv/a.tar.gpg")?.splitFile
        #expect(split?.folder.path == "/srv" && split?.name == "a.tar.gpg")
    }
}
