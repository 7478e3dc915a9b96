import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

extension NeighbourTests {
    @Test(
        "After an outage of our own nobody is missed for an hour, whether the sign comes as a file or through the broker"
    )
    func ownOutage() throws {
        let folder = try TemporaryFolder("neighbours")
        let file = folder.file("life.txt")
        let village = try village(
            """
            neighbours: [{name: la-serra, file: \(file), every: 12 h}, {name: el-pi, file: \(folder.file("none")), every: 2 h},
              {name: vall-sol, topic: \(Self.topic), every: 2 h}]
            """)
        func missed() throws -> [String] {
            try village.office.store.alerts(openOnly: false).filter { $0.cause == .box(.neighbourSilent) }
                .map(\.subject).sorted()
        }
        try village.wait(until: 60)
        // Off for three days; the neighbours wrote their file an hour before the box came back.
        let back = 72 * Self.hour
        try village.restart(at: back)
        try "I live".write(toFile: file, atomically: true, encoding: .utf8)
        let written = AlertVillage.begin.advanced(bySeconds: back - Self.hour).milliseconds
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(written) / 1000)], ofItemAtPath: file)
        func listen(_ isListening: Bool, at seconds: Int64) throws {
            village.office.pipeline.changeState { $0.silence.listen(isListening, now: village.now) }
            try village.wait(until: seconds)
        }
        try listen(true, at: back + 5)
        try village.wait(until: back + Self.hour - 1)
        #expect(try missed() == [])
        // The broker goes away for a moment: that is no start, and hides a neighbour no longer than ten minutes.
        try listen(false, at: back + Self.hour)
        #expect(try missed() == ["el-pi"])
        try listen(true, at: back + Self.hour + 599)
        #expect(try missed() == ["el-pi"])
        try village.wait(until: back + Self.hour + 600)
        #expect(try missed() == ["el-pi", "vall-sol"])
        try village.wait(until: back + Self.hour + 661)
        #expect(try missed() == ["el-pi", "vall-sol"])
    }
}
