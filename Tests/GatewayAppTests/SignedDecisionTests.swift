import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Signed decisions on a real store, from the inbox to the history; time is a parameter.
@Suite("Signed decisions")
struct SignedDecisionTests {
    private let village: SigningVillage

    init() throws {
        village = try SigningVillage()
    }

    private struct History: Decodable {
        struct Signing: Decodable, Equatable {
            var state: String
            var signedBy: [String]
            var of: Int?
            var needed: Int?
            var minutes: String?
        }
        var number: Int
        var signing: Signing
    }

    private func history() throws -> [History] {
        try LimitDesk(site: village.site).history(json: true).map {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(History.self, from: Data($0.utf8))
        }
    }

    @Test("A decision is adopted with the signatures that count, and keeps them over a restart")
    func adopted() throws {
        var office = try village.office()
        #expect(try village.adopt(try village.write(1, extra: "minutes: {book: 3, page: 41}\n"), in: office).isDone)
        let list = try village.write(2, extra: try village.list(3, SigningVillage.five))
        let unsigned = try village.adopt(list, in: office)
        #expect(!unsigned.isDone && unsigned.lines.first?.hasPrefix("0 of 5 delegates of the new list") == true)
        try village.sign(list, ["rosa", "jordi", "amina"])
        // The first list begins at the console, in public, and nothing passes it by meanwhile.
        #expect(
            try village.adopt(list, in: office).lines.first?.hasPrefix("The first list of delegates begins") == true)
        let reply = try village.begin(list, in: office)
        #expect(reply.isDone && reply.lines.last == "    signed 3 of 5: rosa, jordi, amina")
        office.close()

        office = try village.office(at: 1)
        let stored = try office.store.resolutions()
        #expect(stored.map(\.signatures.count) == [0, 3] && stored.map(\.isRecovery) == [false, true])
        let hash = try #require(stored.last?.sha256)
        // From now on nobody gets anything in without three of the five.
        let next = try village.write(3, previous: hash)
        for signers in [[], ["rosa"], ["rosa", "pau"]] {
            try village.sign(next, signers)
            let reply = try village.adopt(next, in: office, at: 1)
            #expect(!reply.isDone && reply.lines.first?.contains("3 are needed") == true, "\(reply.lines)")
        }
        try village.sign(next, ["lluc"], namespace: "limits@els-pins")
        let foreign = try village.adopt(next, in: office, at: 1)
        #expect(foreign.lines.count == 2 && foreign.lines[1].hasPrefix("lluc.sig was made for another community"))
        try village.sign(next, ["lluc"])
        #expect(try village.adopt(next, in: office, at: 1).isDone)
        let entry = try #require(try office.store.recordEntries().last { $0.entry.kind == "limits.adopted" }?.entry)
        let signatures = try office.store.resolutions()[2].signatures
        #expect(signatures.map(\.name) == ["lluc.sig", "pau.sig", "rosa.sig"])
        #expect(entry.facts["state"] == "signed" && entry.facts["signature_count"] == "3")
        #expect(entry.facts["signatures"] == Fingerprint.sha256(Array(signatures.map(\.armour).joined().utf8)))
        office.close()
        #expect(
            try history().map(\.signing) == [
                .init(state: "on_paper", signedBy: [], of: nil, needed: nil, minutes: "book 3, page 41"),
                .init(state: "signed", signedBy: ["rosa", "jordi", "amina"], of: 5, needed: 3, minutes: nil),
                .init(
                    state: "signed", signedBy: ["rosa", "pau", "lluc"], of: 5, needed: 3, minutes: "book 3, page 41"),
            ])
        let table = try LimitDesk(site: village.site).history(json: false)
        #expect(table[1].hasSuffix("signed on paper (minute book 3, page 41)"))
        #expect(table[3].hasSuffix("signed 3 of 5: rosa, pau, lluc"))
    }

    @Test("A change of the configuration or of the program stands in the record book, with what was before")
    func boxChanges() throws {
        func changes(_ office: Office) throws -> [[String: String]] {
            try office.store.recordEntries().map(\.entry).filter { $0.kind == "box.changed" }.map(\.facts)
        }
        let file = village.folder.file("gateway.yaml")
        func hash() -> String { Fingerprint.sha256(village.bytes(file)) }
        let first = hash()
        var office = try village.office()
        office.close()
        office = try village.office(at: 1)
        #expect(try changes(office).isEmpty)
        let text = String(decoding: village.bytes(file), as: UTF8.self)
        try text.replacing("name: Rosa", with: "name: Pau").write(toFile: file, atomically: true, encoding: .utf8)
        let second = hash()
        try office.reload(Site.load(configFile: file), now: village.time(1))
        try office.reload(Site.load(configFile: file), now: village.time(1))
        #expect(try changes(office) == [["configuration": second, "configuration_before": first]])
        try office.store.noteBox(["program": "9.9.9"], at: village.time(2))
        #expect(
            try changes(office).last == ["program": "9.9.9", "program_before": ProgramVersion.current])
        office.close()
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        office = try village.office(at: 3)
        #expect(
            try changes(office).last == [
                "configuration": first, "configuration_before": second, "program": ProgramVersion.current,
                "program_before": "9.9.9",
            ])
        office.close()
    }

    @Test("What the box itself holds cannot make a decision: only the delegates' keys can")
    func theBoxCannotDecide() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        // Everything secret that the box has: its client id, the salt of its record book, any key it may have made.
        let folder = village.site.configuration.dataFolder
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        #expect(names.contains("gateway.sqlite"))
        for file in names.map({ folder + "/" + $0 }) {
            let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            #expect(!text.contains("PRIVATE KEY"), "\(file)")
        }
        // The keeper makes keys on the box, copies old signatures, and renames them.
        for name in ["box", "box2", "box3"] { try village.keys.make(name) }
        let forged = try village.write(2, previous: first, extra: "retention: {households: 90 d}\n")
        try village.sign(forged, ["box", "box2", "box3"])
        let signed = SignatureFolder.path(for: village.folder.file("inbox/0001.md"))
        for name in ["rosa", "jordi", "amina"] {
            try FileManager.default.copyItem(
                atPath: "\(signed)/\(name).sig", toPath: "\(SignatureFolder.path(for: forged))/\(name).sig")
        }
        let reply = try village.adopt(forged, in: office)
        #expect(!reply.isDone && reply.lines.count == 7, "\(reply.lines)")
        #expect(try office.store.resolutions().count == 1)
        // A list of the keeper's own needs the old one's signatures as well.
        let own = try village.write(2, previous: first, extra: try village.list(2, ["box", "box2", "box3"]))
        try village.sign(own, ["box", "box2", "box3"])
        #expect(try village.adopt(own, in: office).lines.first?.hasPrefix("0 of 5 delegates have signed") == true)
        // Nor is there another act: every command was tried that carries bytes.
        #expect(try office.store.resolutions().count == 1)
        office.close()
    }
}
