import Foundation
import GatewayModel
import Limits
import TestSupport
import Testing

/// The first value of the domain's list: no limit without a decision that enough persons stand behind.
@Suite("Collective decision")
struct CollectiveDecisionTests {
    /// A signature file, and the person whose it is where it counts.
    private struct Piece {
        var file: SignatureFile
        var person: String?
    }

    @Test("Whatever signatures come together, a decision is adopted exactly where enough persons have signed it")
    func collectiveDecision() throws {
        let village = try SigningFixture()
        let second = try village.key("rosa-phone")
        let list = try village.list(3, SigningFixture.five, extra: ["lluc": ", until: 2026-06-01"])
            .replacing("{id: rosa, keys: [", with: "{id: rosa, keys: [\"\(second)\", ")
        let first = village.decision(1, extra: list)
        #expect(try village.adopt(first, village.sign(first, ["rosa", "jordi", "amina"])).isGood)
        let bytes = village.decision(2, on: "2026-07-05")
        var pieces: [Piece] = []
        for key in SigningFixture.five + ["rosa-phone", "stranger"] {
            try village.key(key)
            let person = ["lluc", "stranger"].contains(key) ? nil : key == "rosa-phone" ? "rosa" : key
            let good = try village.sign(bytes, [key])[0]
            let wrong = [
                try village.sign(bytes, [key], namespace: "limits@els-pins")[0],
                try village.sign(bytes, [key], namespace: "git")[0], try village.sign(first, [key])[0],
                try village.sign(
                    Array(String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\r\n").utf8), [key])[0],
                SignatureFile(name: "", armour: String(good.armour.dropLast(90))),
            ]
            pieces += [Piece(file: good, person: person)] + wrong.map { Piece(file: $0, person: nil) }
        }
        var random = Splitmix(state: 20_261_129)
        var adopted = 0
        for round in 0..<1000 {
            // Mostly good ones, or it would hardly ever be enough.
            let chosen = (0..<Int.random(in: 0...7, using: &random)).map { index in
                var piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
                if Int.random(in: 0..<3, using: &random) > 0 {
                    piece = pieces[Int.random(in: 0..<7, using: &random) * 6]
                }
                piece.file.name = "\(index).sig"
                return piece
            }
            let persons = Set(chosen.compactMap(\.person))
            let judgement = try village.judge(bytes, chosen.map(\.file))
            #expect(judgement.isGood == (persons.count >= 3), "round \(round): \(persons)")
            #expect(judgement.signatures.count == persons.count)
            #expect(judgement.signatures.count + judgement.notes.count == chosen.count)
            if judgement.isGood { adopted += 1 }
        }
        #expect((100...900).contains(adopted), "\(adopted) of 1000")
    }

    /// SplitMix64, so that a failing round can be repeated.
    private struct Splitmix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
