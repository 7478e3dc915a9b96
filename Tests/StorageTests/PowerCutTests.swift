import CFaultVFS
import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Power cuts, full disks and failing disks", .serialized)
struct PowerCutTests {
    private static let rounds = Int(ProcessInfo.processInfo.environment["COMMONS_CUT_ROUNDS"] ?? "") ?? 60

    /// A folder below which the database lives in the shim; lock and ballast are real files.
    private func folder(_ disk: String) throws -> (TemporaryFolder, String) {
        #expect(fault_register() == 0)
        let folder = try TemporaryFolder()
        return (folder, folder.path + "/fault-disk-" + disk)
    }

    @Test("After any power cut each successful commit is there wholly and nothing is there half")
    func cuts() throws {
        let (folder, path) = try folder("cuts")
        defer { fault_forget("cuts") }
        var random = SeededGenerator(state: 7)
        var committed: [Int64] = []
        var next: Int64 = 0
        for round in 0..<Self.rounds {
            fault_cut_after("cuts", round == 0 ? 4000 : Int64.random(in: 0..<160, using: &random))
            // What may be there without having been acknowledged: the commit that the cut interrupted.
            var attempted: Range<Int64>?
            do {
                let store = try StoreFixture.open(path)
                defer { try? store.close() }
                var directory = try store.directory(zone: .utc)
                while !(fault_is_off("cuts") != 0), round > 0 || next < 40 {
                    let count = Int64.random(in: 1...40, using: &random)
                    attempted = next..<next + count
                    let readings = (next..<next + count).map {
                        StoreFixture.reading("d\($0 % 3)", "power", DecimalValue($0), at: $0)
                    }
                    next += count
                    _ = try StoreFixture.commit(readings, to: store, &directory)
                    committed.append(contentsOf: attempted ?? 0..<0)
                    attempted = nil
                    if Int.random(in: 0..<6, using: &random) == 0 { _ = try store.seal() }
                }
            } catch let error as StoreError {
                #expect(error.code == .ioError || error.code == .corrupt || error.code == .invalid, "\(error)")
            }
            fault_power_on("cuts", random.next())
            let store = try StoreFixture.open(path)
            let found = try store.readings(ReadingQuery(.all)).map(\.value.mantissa).sorted()
            let withAttempt = committed + (attempted.map(Array.init) ?? [])
            #expect(found == committed || found == withAttempt, "round \(round)")
            if found == withAttempt { committed = withAttempt }
            #expect(try store.verifyRecordBook().isIntact)
            try store.close()
            if found != committed { break }
        }
        withExtendedLifetime(folder) {}
    }

    @Test("Case 17: a full disk takes the ballast and the commit goes through; without it the error says what to do")
    func fullDisk() throws {
        let (folder, path) = try folder("full")
        defer { fault_forget("full") }
        let ballast = 256 << 10
        let store = try StoreFixture.open(path, ballast: ballast)
        var directory = try store.directory(zone: .utc)
        _ = try StoreFixture.commit([StoreFixture.reading("a", "power", DecimalValue(1), at: 0)], to: store, &directory)
        fault_set_capacity("full", fault_used("full") + Int64(ballast) + 512, path + "/ballast")
        #expect(store.hasBallast)
        var failure: StoreError?
        var stored = 1
        for index in 1..<2000 {
            let readings = (0..<50).map {
                StoreFixture.reading("d\($0)", "power", DecimalValue(Int64(index)), at: Int64(index))
            }
            do {
                _ = try StoreFixture.commit(readings, to: store, &directory)
                stored += readings.count
                #expect(!store.hasBallast)
            } catch let error as StoreError {
                failure = error
                break
            }
        }
        #expect(stored > 50)
        #expect(failure?.code == .diskFull)
        #expect(try store.readings(ReadingQuery(.all)).count == stored)
        fault_set_capacity("full", -1, nil)
        try store.probe(now: StoreFixture.start)
        #expect(store.restoreBallast())
        _ = try StoreFixture.commit(
            [StoreFixture.reading("a", "power", DecimalValue(2), at: 5000)], to: store, &directory)
        #expect(try store.readings(ReadingQuery(.all)).count == stored + 1)
        try store.close()
        withExtendedLifetime(folder) {}
    }

    @Test(
        "Case 17: a commit whose write or sync fails changes nothing, and a probe tells when writes work again",
        arguments: [FAULT_WRITE, FAULT_SYNC])
    func failingCommit(kind: fault_kind) throws {
        let disk = "fail-\(kind.rawValue)"
        let (folder, path) = try folder(disk)
        defer { fault_forget(disk) }
        let store = try StoreFixture.open(path)
        var directory = try store.directory(zone: .utc)
        _ = try StoreFixture.commit([StoreFixture.reading("a", "power", DecimalValue(1), at: 0)], to: store, &directory)
        let before = directory.count
        fault_fail_at(disk, kind, 1)
        #expect(throws: StoreError.self) {
            try StoreFixture.commit([StoreFixture.reading("b", "power", DecimalValue(2), at: 1)], to: store, &directory)
        }
        #expect(directory.count == before)
        try store.probe(now: StoreFixture.start)
        #expect(try store.readings(ReadingQuery(.all)).map(\.value) == [DecimalValue(1)])
        #expect(try store.devices().map(\.device) == ["a"])
        let placed = try StoreFixture.commit(
            [StoreFixture.reading("b", "power", DecimalValue(2), at: 1)], to: store, &directory)
        #expect(placed == [.fresh(SeriesID(rawValue: 2))])
        try store.close()
        withExtendedLifetime(folder) {}
    }
}
