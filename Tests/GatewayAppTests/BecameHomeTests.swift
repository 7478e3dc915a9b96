import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A measuring point becomes a home's while notices of its alert wait for their destinations.
@Suite("What waits to be sent of a point that becomes a home's", .serialized)
struct BecameHomeTests {
    private static let board = "  - {name: board, kind: files, audience: members, folder: /nowhere}\n"
    private static let home =
        "  - {name: home-9, kind: files, audience: person, household: house-09, folder: /nowhere}\n"

    private func become(_ village: AlertVillage, _ place: String, isRunning: Bool) throws {
        try village.change(
            "visibility: community, place: \(place)", to: "visibility: household, place: house-09",
            isRunning: isRunning)
    }

    private func entries(_ village: AlertVillage, _ destination: String? = nil) throws -> [OutboxEntry] {
        try village.office.store.outboxEntries().filter {
            $0.item.type.hasPrefix("alert.") && $0.item.destination == destination ?? $0.item.destination
        }
    }

    /// What came of a notice on its way, as its destination's thread records it.
    private func record(_ entry: OutboxEntry, _ state: OutboxState, in village: AlertVillage) throws {
        let due = village.now.advanced(bySeconds: 60)
        try village.office.store.record([
            DeliveryRecord(
                key: entry.item.key, destination: entry.item.destination, state: state, attempts: 1, at: village.now,
                nextAt: state.isWaiting ? due : nil, reason: "no answer")
        ])
    }

    @Test(
        "It goes to none of those who may not know, with the reason on record, and to the home; nothing brings it back",
        arguments: [false, true])
    func left(isRunning: Bool) throws {
        let village = try AlertVillage(Self.board + Self.home)
        try village.read(150)
        let waiting = try entries(village)
        #expect(waiting.map(\.item.destination).sorted() == ["board", "stewards"])
        let board = try #require(waiting.first { $0.item.destination == "board" })
        try record(board, .unknown, in: village)
        // One is on its way while the files are read.
        let stewards = try #require(
            try village.office.store.claim(
                destination: "stewards", now: village.now, limit: 9, includingLater: true
            ).first { $0.item.type == "alert.raised" })
        try become(village, "kitchen", isRunning: isRunning)
        for destination in ["board", "stewards"] {
            let entry = try #require(try entries(village, destination).first)
            #expect(entry.state == .dropped && entry.reason == "it became a home's business")
        }
        // Its time ran out: it is not tried again.
        try record(stewards, .unknown, in: village)
        #expect(try entries(village, "stewards").map(\.state) == [.dropped])
        #expect(
            try village.office.store.claim(
                destination: "board", now: village.now.advanced(bySeconds: 9000), limit: 9, includingLater: true
            ).filter { $0.item.type.hasPrefix("alert.") }.isEmpty)
        // It arrived after all: the record says what happened.
        try record(stewards, .sent, in: village)
        #expect(try entries(village, "stewards").map(\.state) == [.sent])
        let told = try entries(village, "home-9")
        #expect(told.map(\.item.type) == ["alert.raised"] && told.map(\.state) == [.pending])
        #expect(told.first?.item.title.contains("Power of the plug") == true)
        let explained = try AlertDesk(site: village.site).explain(1, json: false).joined(separator: "\n")
        #expect(explained.contains("board: it became a home's business"), "\(explained)")
    }

    @Test("Where people are at risk the stewards' notice waits on, worded without the home; the members' does not")
    func people() throws {
        let village = try AlertVillage(Self.board + Self.home)
        try village.read(10, of: "cold")
        try village.say("Rosa", .answer(alert: 1, answer: .decline))
        try village.wait(until: 10)
        try village.say("Jordi", .answer(alert: 1, answer: .take))
        #expect(try entries(village, "stewards").allSatisfy { $0.item.title.contains("cold/power") })
        let keys = try entries(village, "stewards").map(\.item.key)
        try become(village, "pantry", isRunning: true)
        let stewards = try entries(village, "stewards")
        #expect(stewards.prefix(keys.count).map(\.item.key) == keys)
        #expect(stewards.allSatisfy { $0.state == .pending })
        for entry in stewards {
            let text = entry.item.title + entry.item.body + entry.item.dataJSON
            #expect(!text.contains("cold") && !text.contains("house-09"), "\(text)")
        }
        #expect(
            stewards.contains { $0.item.type == "alert.declined" && $0.item.body.contains("Rosa") },
            "\(stewards.map(\.item))")
        #expect(
            stewards.contains { $0.item.type == "alert.taken" && $0.item.body.contains("Jordi") },
            "\(stewards.map(\.item))")
        #expect(try Set(entries(village, "board").map(\.state)) == [.dropped])
        #expect(try entries(village, "home-9").contains { $0.item.type == "alert.raised" && $0.state == .pending })
    }

    @Test("What waits to be told of an alert that is closed goes to nobody either")
    func closed() throws {
        let village = try AlertVillage(Self.board)
        try village.read(150)
        try village.read(20)
        try village.say("Rosa", .answer(alert: 1, answer: .resolve(.real, note: nil)))
        #expect(try entries(village, "board").count > 1)
        try become(village, "kitchen", isRunning: false)
        #expect(try Set(entries(village).map(\.state)) == [.dropped])
    }

    @Test("One message about many alerts is made anew of the others, for those who hear of them")
    func together() throws {
        let numbers = Array(1...13)
        let sensors = numbers.map {
            "  - {id: p\($0)/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: room-\($0), device: p\($0), channel: power}"
        }.joined(separator: "\n")
        let village = try AlertVillage(
            Self.board + Self.home + "  - {name: house, kind: mqtt, audience: members}",
            sensors: AlertVillage.plugs + "\n" + sensors)
        let decision = """
            ---
            number: 2
            community: test
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2099-05-02
            limits:
              - id: many
                title: {en: Power of a room}
                bound: at_most
                protects: equipment
                resource: energy
                sensors: [\(numbers.map { "p\($0)/power" }.joined(separator: ", "))]
                instant: {value: 100 W, deadband: 10 W}
                priority: now
                response: {en: Switch it off.}
            ---
            Rooms.

            """
        let reply = village.office.perform(
            .adopt(fileName: "2.md", bytes: Data(decision.utf8)), by: Actor(account: "test"), now: village.now)
        try #require(reply.isDone, "\(reply.lines)")
        try village.commit()
        for number in numbers { try village.read(150, of: "p\(number)") }
        try village.wait(until: 200)
        func digests() throws -> [OutboxEntry] {
            try entries(village, "board").filter { $0.item.type == "alert.digest" }
        }
        let before = try #require(try digests().first)
        let last = try #require(before.item.alerts?.last)
        let point = try #require(try village.office.store.alert(id: last)).subject
        #expect(before.item.body.contains(point) && before.item.alerts?.count == 3)
        // A broker holds it already.
        let held = try #require(try entries(village, "house").first { $0.item.type == "alert.digest" }).item
        try village.office.store.record([
            DeliveryRecord(
                key: held.key, destination: "house", state: .sent, attempts: 1, at: village.now,
                remoteID: "notices/alert.digest")
        ])
        try become(village, "room-\(point.dropFirst().prefix { $0 != "/" })", isRunning: true)
        let after = try digests()
        #expect(after.map(\.state) == [.dropped, .pending])
        #expect(after.last?.item.alerts == before.item.alerts?.dropLast())
        let others = try (after.last?.item.alerts ?? []).compactMap { try village.office.store.alert(id: $0)?.subject }
        let body = try #require(after.last?.item.body)
        #expect(others.count == 2 && others.allSatisfy(body.contains) && !body.contains(point), "\(body)")
        let taken = try entries(village, "house").filter { $0.item.type == "alert.withdrawn" && $0.item.alert == nil }
        #expect(taken.map(\.item.title) == ["alert.digest"])
        // What is sent instead of many messages after an outage has no line of it either.
        let waiting = try entries(village, "board").filter { $0.state.isWaiting }
        #expect(waiting.allSatisfy { !($0.item.title + $0.item.body).contains(point) })
    }
}
