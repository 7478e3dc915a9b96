import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

@Suite("An adopted limit explained")
struct ExplainTests {
    private let village: SigningVillage

    init() throws {
        village = try SigningVillage(
            sensors: """
                sensors:
                  - {id: main/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: "1", channel: total_volume}
                """)
    }

    private func limit(_ amount: String) -> String {
        """
        limits:
          - id: main
            title: {en: Water}
            bound: at_least
            protects: people
            resource: water
            sensors: [main/water]
            budget: {amount: \(amount) m3, per: day}
            priority: today
        """
    }

    @Test("The sentence, the decision, who signed, which readings count, and what changed since")
    func explain() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        func adopt(_ number: Int, _ amount: String, _ previous: String, extra: String = "") throws -> String {
            let path = try village.write(number, on: "2026-11-0\(number)", previous: previous, extra: extra)
            let text = String(decoding: village.bytes(path), as: UTF8.self)
                .replacing("limits: []", with: limit(amount))
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try village.sign(path, ["rosa", "pau", "lluc"])
            let reply = try village.adopt(path, in: office)
            #expect(reply.isDone, "\(reply.lines)")
            return Fingerprint.sha256(village.bytes(path))
        }
        let second = try adopt(2, "2", first)
        let desk = ExplainDesk(site: village.site)
        func lines(_ reference: String, _ day: String? = nil) throws -> [String] {
            try desk.lines(reference, at: day, now: village.time(3)).lines
        }
        let keys = try ["lluc", "pau", "rosa"].map { try village.keys.fingerprint($0) }
        let now = try lines("2/main")
        #expect(
            now == [
                "en  Water: never less than 2 m³ per day, all together. Protects people.",
                "decided on 2026-11-02, to be looked at again by 2099-05-02",
                "Decision 2 of 2026-11-02 (by consent), entered on 2026-11-10 12:00 by keeper.",
                "signed 3 of 5: rosa, pau, lluc.", "    lluc with the key \(keys[0]) (lluc.sig)",
                "    pau with the key \(keys[1]) (pau.sig)", "    rosa with the key \(keys[2]) (rosa.sig)",
                "What counts: the readings of main/water, measured by 1 (total_volume).",
                "Nothing has changed in what it measures since it was adopted.",
            ], "\(now)")
        let listed = try LimitDesk(site: village.site).lines(on: "2026-11-10", json: true, language: nil)
        #expect(
            listed.first?.contains(
                #""signing":{"minutes":"book 3, page 41","needed":3,"of":5,"signed_by":["rosa","pau","lluc"],"state":"signed"}"#
            ) == true,
            "\(listed)")
        #expect(try lines("2/main", "2026-11-01")[1] == "not in force on 2026-11-01; it begins on 2026-11-02")
        let reply = try village.perform(.rebind(old: "1", new: "2"), in: office, at: 1)
        #expect(reply.isDone, "\(reply.lines)")
        _ = try adopt(3, "3", second, extra: "supersedes: [{number: 2, sha256: \(second)}]\n")
        let later = try lines("2/main")
        let entry = try office.store.recordEntries().last { $0.entry.kind == "sensor.bound" }?.number ?? 0
        #expect(later[1] == "replaced by decision 3 from 2026-11-03 on")
        #expect(
            Array(later.suffix(2)) == [
                "What counts: the readings of main/water, measured by 2 (total_volume) since 2026-11-11 12:00.",
                "Changed since: main/water, another device or none, on 2026-11-11 12:00 (entry \(entry) of the record book).",
            ])
        // The day before, the old device counted and nothing had changed.
        #expect(try lines("2/main", "2026-11-10").dropLast().last?.contains("measured by 1 (total_volume)") == true)
        #expect(
            try lines("2/main", "2026-11-10").last == "Nothing has changed in what it measures since it was adopted.")
        #expect(try !desk.lines("2/other", at: nil).isGood && !desk.lines("9/main", at: nil).isGood)
        #expect(ExplainDesk.isReference("2/main"))
        #expect(!ExplainDesk.isReference("0002.md") && !ExplainDesk.isReference("config/resolutions/0002.md"))
        office.close()
    }

    @Test("Of a computed sensor the parts are told: which device measures each, and what changed of it")
    func computed() throws {
        let village = try SigningVillage(
            sensors: """
                sensors:
                  - {id: well-1/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: "1", channel: total_volume}
                  - {id: well-2/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, device: "2", channel: total_volume}
                  - {id: main/water, resource: water, quantity: volume, role: input, unit: m3, visibility: community, compute: {sum: [well-1/water, well-2/water]}}
                """)
        let office = try village.office()
        let path = try village.write(1, on: "2026-11-01")
        try String(decoding: village.bytes(path), as: UTF8.self).replacing("limits: []", with: limit("2"))
            .write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try village.adopt(path, in: office).isDone)
        #expect(try village.perform(.rebind(old: "2", new: "3"), in: office, at: 1).isDone)
        let lines = try ExplainDesk(site: village.site).lines("1/main", at: nil, now: village.time(3)).lines
        let entry = try office.store.recordEntries().last { $0.entry.kind == "sensor.bound" }?.number ?? 0
        #expect(
            Array(lines.suffix(4)) == [
                "What counts: main/water, computed from well-1/water, well-2/water.",
                "What counts: the readings of well-1/water, measured by 1 (total_volume).",
                "What counts: the readings of well-2/water, measured by 3 (total_volume) since 2026-11-11 12:00.",
                "Changed since: well-2/water, another device or none, on 2026-11-11 12:00 (entry \(entry) of the record book).",
            ], "\(lines)")
        office.close()
    }
}
