import Foundation
import GatewayModel
import Limits
import TestSupport
import Testing

@testable import GatewayApp

/// `commons limits what-if` on constructed stores: homes.
@Suite("A decision tried on homes", .serialized)
struct WhatIfHomeTests {
    private static let homes = [
        TrialVillage.limit("alone", ["house-07/water"], TrialVillage.daily),
        TrialVillage.limit("part", ["well/water"], "share: {of: [house-07/water], share: 80 %, unit: m3}"),
        TrialVillage.limit("rest", ["well/water"], "balance: {minus: [house-07/water], amount: 1 m3, per: day}"),
        TrialVillage.limit(
            "taps", ["well/water"],
            "delivered: {amount: 5 m3, flow: 10 L/min, at: [house-07/water]}"
        ).replacingOccurrences(of: "at_most", with: "at_least"),
        TrialVillage.limit("silent", ["house-07/water"], "silence: {after: 30 h}"),
        // What sixteen homes use less what fifteen of them use is what one uses.
        TrialVillage.limit(
            "difference", (1...16).map(TrialVillage.house),
            "balance: {minus: [\((1...16).filter { $0 != 7 }.map(TrialVillage.house).joined(separator: ", "))], "
                + "amount: 1 m3, per: day}"),
    ]

    private func homes(using use: Int, missing: Set<Int>) throws -> TrialVillage {
        let village = try TrialVillage(homes: 16)
        let common = TrialVillage.limit("common", ["house-07/water"], TrialVillage.daily)
            .replacingOccurrences(of: "resource: garden", with: "resource: water\n    floor: tank")
        try village.adopt("limits:\n" + TrialVillage.level() + common, on: 0)
        for day in 0..<8 {
            village.read("well/water", day, 1000 + day * 4)
            for house in 1...16 {
                guard house != 7 || !missing.contains(day) else { continue }
                village.read(TrialVillage.house(house), day, 100 + day * (house == 7 ? use : 1))
            }
        }
        try village.live(until: 9)
        return village
    }

    @Test(
        "Whatever one home does, no form of what is tried tells a word of it",
        arguments: ["text", "markdown", "html", "json"])
    func hidesHomes(form: String) throws {
        let villages = try [
            homes(using: 0, missing: []), homes(using: 9, missing: []), homes(using: 9, missing: [3, 4]),
        ]
        let common = TrialVillage.limit("common", ["well/water"], TrialVillage.daily)
        for language in ["en", "es"] {
            let told = try villages.map {
                try $0.tried("limits:\n" + Self.homes.joined(), through: 8, form: form, language: language)
            }
            #expect(Set(told).count == 1, "\(told)")
            #expect(!told[0].contains("2026-09-0") || form == "json")
            // A limit in force on one home is not told either, beside one that may be shown.
            let beside = try villages.map {
                try $0.tried("limits:\n" + common, through: 8, form: form, language: language)
            }
            #expect(Set(beside).count == 1, "\(beside)")
            #expect(beside[0].contains("8") && beside[0] != told[0])
        }
        // Fifteen homes together are shown, two meters of one home are one.
        let group = TrialVillage.limit("group", (1...16).map(TrialVillage.house), "budget: {amount: 20 m3, per: day}")
        let few = TrialVillage.limit("few", (1...14).map(TrialVillage.house), "budget: {amount: 20 m3, per: day}")
        let shown = try villages.map { try $0.figures("limits:\n" + group + few, through: 8) }
        // Of the day after a gap nobody knows how much of it was used then.
        #expect(shown.map { $0[0]["days_passed"] as? Int } == [0, 7, 4])
        #expect(shown.allSatisfy { $0[1]["hidden"] as? Bool == true && $0[1].count == 3 })
    }
}
