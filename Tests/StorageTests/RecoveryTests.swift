import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Signatures and recoveries in the store")
struct RecoveryTests {
    private let now = StoreFixture.start

    private func act(_ kind: String) -> ActRecord {
        ActRecord(RecordEntry(at: now, kind: kind))
    }

    @Test("A recovery waits, one at a time; it ends adopted, overtaken or withdrawn, and its bytes cannot be changed")
    func recovery() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        func begin(_ number: Int, _ bytes: [UInt8]) throws -> StoredRecovery {
            try store.beginRecovery(number: number, bytes: bytes, by: "Ana", at: now, record: act("begun"))
        }
        let entry = RecordEntry(at: now, kind: "limits.adopted")
        let first = try begin(1, [1])
        #expect(try store.openRecovery() == first)
        #expect(throws: StoreError.self) { try begin(1, [2]) }
        #expect(throws: StoreError.self) {
            try store.adopt(number: 1, bytes: [9], by: "Ana", at: now, record: entry, isRecovery: true)
        }
        _ = try store.adopt(number: 1, bytes: [1], by: "Ana", at: now, record: entry, isRecovery: true)
        #expect(try store.openRecovery() == nil)
        _ = try begin(2, [2])
        _ = try store.adopt(number: 2, bytes: [2], by: "Ana", at: now, record: entry)
        #expect(try store.openRecovery() == nil)
        _ = try begin(3, [4])
        #expect(try store.withdrawRecovery(at: now, record: act("withdrawn")))
        #expect(try !store.withdrawRecovery(at: now, record: act("withdrawn")))
        #expect(try store.resolutions().map(\.isRecovery) == [true, false])
        #expect(
            try store.recordEntries().map(\.entry.kind)
                == ["begun", "limits.adopted", "begun", "limits.adopted", "begun", "withdrawn"])
        _ = try begin(3, [5])
        let signatures = [SignatureFile(name: "rosa.sig", armour: "x")]
        _ = try store.adopt(number: 3, bytes: [6], signatures: signatures, by: "Ana", at: now, record: entry)
        _ = try begin(4, [7])
        try store.close()

        let database = try DatabaseQueue(path: fixture.folder.path + "/gateway.sqlite")
        for statement in [
            "UPDATE resolution SET body = x'00'", "DELETE FROM resolution",
            "UPDATE resolution_signature SET name = 'y'",
            "DELETE FROM resolution_signature", "DELETE FROM recovery", "UPDATE recovery SET begun_at = 0",
            "UPDATE recovery SET body = x'00' WHERE ended_at IS NULL", "UPDATE recovery SET outcome = 'adopted'",
            "UPDATE record SET hash = x'00'", "DELETE FROM record",
        ] {
            #expect(throws: DatabaseError.self, "\(statement)") {
                try database.write { try $0.execute(sql: statement) }
            }
        }
    }
}
