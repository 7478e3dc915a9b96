import Testing

@testable import Reporting

@Suite("References of agenda items")
struct StableIDTests {
    @Test("The eight digits that stand on paper tell items apart that differ in a digit or a letter")
    func short() {
        let subjects =
            (1...500).map { "\($0)" }
            + (1...20).flatMap { number in
                ["well-a", "well-b", "tank-minimum", "tank-minimun"].map { "\(number)/\($0)" }
            }
        let kinds = ["dispute_open", "emergency_to_ratify", "signatures_missing", "budget_passed"]
        let ids = kinds.flatMap { kind in subjects.map { StableID.spread(["vall-clara", kind, $0]) } }
        #expect(ids.allSatisfy { $0.count == 32 })
        #expect(Set(ids.map { $0.prefix(8) }).count == ids.count)
        #expect(StableID.spread(["ab", "c"]) != StableID.spread(["a", "bc"]))
    }
}
