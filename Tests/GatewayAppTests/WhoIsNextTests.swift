import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// What a notice says of who is called next, on a real store with a duty list.
@Suite("Who is next, in notices")
struct WhoIsNextTests {
    private static func steward(_ name: String) -> String {
        "{name: \(name), mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
    }

    /// The village at noon with so many of three stewards who count.
    private func village(_ names: [String]) throws -> AlertVillage {
        let village = try AlertVillage(
            "duty: {change: Monday 18:00, turn: [\(names.joined(separator: ", "))], since: 2026-11-09}",
            stewards: "[\(names.map(Self.steward).joined(separator: ", "))]")
        try village.wait(until: 1)
        return village
    }

    /// What follows the way to answer, in the notices of the newest alert that say one.
    private func ends(_ village: AlertVillage) throws -> [String] {
        let alert = try #require(try village.office.store.alerts(openOnly: true).last)
        return try village.office.store.outboxEntries().map(\.item).filter { $0.alert == alert.id }.map { item in
            let way = try #require(item.body.firstRange(of: "commons alerts take \(alert.number)."), "\(item.body)")
            return "\(item.type):" + item.body[way.upperBound...]
        }
    }

    @Test("The person on duty hears of the second one, that one of the call of everybody, and everybody of nobody")
    func called() throws {
        let village = try village(["Rosa", "Jordi", "Amina"])
        for person in ["Rosa", "Jordi", "Amina"] { try #require(try village.test(person)[0] == "done") }
        try village.read(150)
        #expect(try ends(village) == ["alert.raised: At 12:15 Jordi is called."])
        // What waits for a destination that is away says what is true when it goes out.
        try village.wait(until: 16 * 60)
        #expect(
            try ends(village) == [
                "alert.raised: At 12:31 everybody is called.", "alert.called: At 12:31 everybody is called.",
            ])
        try village.restart()
        try village.wait(until: 32 * 60)
        #expect(
            try ends(village) == ["alert.raised: All stewards are told of it.", "alert.called:", "alert.called:"])
    }

    @Test("A call that waits names nobody who is called next once somebody goes")
    func answeredMeanwhile() throws {
        let village = try village(["Rosa", "Jordi", "Amina"])
        for person in ["Rosa", "Jordi"] { try #require(try village.test(person)[0] == "done") }
        try village.read(150)
        let alert = try #require(try village.office.store.alerts(openOnly: true).last)
        try village.say("Jordi", .answer(alert: alert.number, answer: .take))
        let calls = try village.office.store.outboxEntries().map(\.item).filter { $0.type == "alert.raised" }
        let mine = calls.filter { $0.alert == alert.id }
        #expect(mine.count == 1 && mine.allSatisfy { !$0.body.contains("is called") }, "\(mine.map(\.body))")
        #expect(mine.allSatisfy { $0.title.contains("Power of the plug") })
    }

    @Test("Where nobody is second, everybody is called after the person on duty")
    func alone() throws {
        let village = try village(["Rosa"])
        try #require(try village.test("Rosa")[0] == "done")
        try village.read(150)
        #expect(try ends(village) == ["alert.raised: At 12:15 everybody is called."])
    }

    @Test("Where nobody on the list counts, everybody was told at once, also of what is for the same day")
    func nobody() throws {
        let village = try village(["Rosa", "Jordi"])
        try village.read(150)
        #expect(try ends(village) == ["alert.raised: All stewards are told of it."])
        village.office.pipeline.box(
            .destinationFailing, subject: "mail", isActive: true, onset: village.now, [:], village.now)
        try village.commit()
        #expect(try ends(village) == ["alert.raised: All stewards are told of it."])
    }

    @Test("What is for the same day calls the person on duty alone, and says nothing of anybody else")
    func today() throws {
        let village = try village(["Rosa", "Jordi"])
        for person in ["Rosa", "Jordi"] { try #require(try village.test(person)[0] == "done") }
        village.office.pipeline.box(
            .destinationFailing, subject: "mail", isActive: true, onset: village.now, [:], village.now)
        try village.commit()
        #expect(try ends(village) == ["alert.raised:"])
    }

    @Test("Who cannot go, or is recalled, is followed at once by the next one")
    func freed() throws {
        let village = try village(["Rosa", "Jordi"])
        for person in ["Rosa", "Jordi"] { try #require(try village.test(person)[0] == "done") }
        try village.read(150)
        let alert = try #require(try village.office.store.alerts(openOnly: true).last)
        try village.say("Rosa", .answer(alert: alert.number, answer: .take))
        try village.wait(until: 3600)
        try village.change(Self.steward("Rosa"), to: "{name: Rosa}", isRunning: true)
        let freed = try #require(
            try village.office.store.outboxEntries().map(\.item).last { $0.type == "alert.freed" })
        #expect(freed.body.hasSuffix("Next is Jordi."), "\(freed.body)")
    }
}
