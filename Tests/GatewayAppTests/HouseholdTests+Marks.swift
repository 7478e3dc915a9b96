import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What is kept of since when a sensor of a home is waited for.
extension HouseholdTests {
    @Test("No mark of a home is left that was taken out of the file; one that still stands there keeps its marks")
    func marks() throws {
        try live()
        let file = folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        try lines.filter { !$0.contains("id: house-1/water") }.joined(separator: "\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let fresh = try Site.load(configFile: file)
        func kinds(_ sensor: SensorID) throws -> [String] {
            let store = try site.readingStore()
            defer { try? store.close() }
            return try store.dutyMarks().keys.filter { $0.name == sensor.rawValue }.map(\.kind).sorted()
        }
        let office = try Office.open(site: fresh, now: SystemClock.now())
        let waited = Self.homes.prefix(2).map { DutyMark(kind: DutyMark.expected, name: $0.rawValue) }
        try office.store.keepDutyMarks(waited, at: SystemClock.now())
        office.close()
        #expect(try kinds(Self.homes[0]) == ["expected", "in_file", "taken_out"])
        for home in Self.homes.prefix(2) {
            let reply = try HouseholdDesk(site: fresh).forget(
                home.rawValue, from: nil, through: nil, enteredFor: "Amina")
            #expect(reply.isDone, "\(reply.lines)")
        }
        #expect(try kinds(Self.homes[0]).isEmpty)
        #expect(try kinds(Self.homes[1]) == ["expected", "in_file"])
        // The next start does not bring them back.
        try Office.open(site: fresh, now: SystemClock.now()).close()
        #expect(try kinds(Self.homes[0]).isEmpty)
    }
}
