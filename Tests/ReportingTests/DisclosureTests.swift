import GatewayModel
import Testing

@Suite("What may be shown to whom")
struct DisclosureTests {
    private static let day = CalendarDate(year: 2026, month: 10, day: 1)

    private func figure(_ members: Range<Int>, of all: Range<Int>, amount: (Int) -> Int64 = { _ in 10 }) -> FigureOrigin
    {
        func amounts(_ range: Range<Int>) -> [SensorID: DecimalValue] {
            Dictionary(uniqueKeysWithValues: range.map { (SensorID(rawValue: "home-\($0)"), DecimalValue(amount($0))) })
        }
        return FigureOrigin(
            resource: "water", from: Self.day, through: Self.day, households: amounts(members),
            allHouseholds: amounts(all))
    }

    @Test("shared points are shown as they are, one household only to itself")
    func points() {
        #expect(mayShow(figure(0..<0, of: 0..<40), to: .public) == .exact)
        let own: Set<SensorID> = [SensorID(rawValue: "home-3")]
        #expect(mayShow(figure(3..<4, of: 0..<40), to: .person, ownPoints: own) == .exact)
        #expect(mayShow(figure(3..<4, of: 0..<40), to: .members, ownPoints: own) == .withheld(.tooFew))
        #expect(mayShow(figure(3..<4, of: 0..<40), to: .stewards) == .withheld(.tooFew))
    }

    @Test("the whole community's total is shown from four households on")
    func wholes() {
        #expect(mayShow(figure(0..<3, of: 0..<3), to: .members) == .withheld(.tooFew))
        #expect(mayShow(figure(0..<4, of: 0..<4), to: .members) == .exact)
    }

    @Test("a part is shown only where it and the rest are groups that nobody dominates")
    func parts() {
        #expect(mayShow(figure(0..<20, of: 0..<40), to: .members) == .rounded(significantDigits: 2))
        #expect(mayShow(figure(0..<14, of: 0..<40), to: .members) == .withheld(.tooFew))
        #expect(mayShow(figure(0..<39, of: 0..<40), to: .members) == .withheld(.restTooSmall))
        let dominated = figure(0..<20, of: 0..<40) { $0 == 0 ? 1000 : 10 }
        #expect(mayShow(dominated, to: .members) == .withheld(.dominated))
    }

    @Test("an edition that adds one late household to a shown total is withheld, as is one that corrects a single one")
    func differences() {
        let shown = figure(0..<38, of: 0..<38)
        #expect(
            mayShow(figure(0..<39, of: 0..<39), to: .members, alreadyShown: [shown]) == .withheld(.differenceTooSmall))
        let corrected = figure(0..<38, of: 0..<38) { $0 == 7 ? 11 : 10 }
        #expect(mayShow(corrected, to: .members, alreadyShown: [shown]) == .withheld(.differenceTooSmall))
        #expect(mayShow(shown, to: .members, alreadyShown: [shown]) == .exact)
    }

    @Test("whatever editions are published, no two of them differ by one to three households")
    func property() {
        var seed: UInt64 = 7
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % UInt64(bound))
        }
        for _ in 0..<300 {
            var shown: [FigureOrigin] = []
            for _ in 0..<6 {
                let count = 1 + next(60)
                let start = next(4)
                let candidate = figure(start..<start + count, of: start..<start + count)
                if mayShow(candidate, to: .public, alreadyShown: shown).isShown { shown.append(candidate) }
            }
            for (index, left) in shown.enumerated() {
                #expect(left.households.count > 3)
                for right in shown[..<index] {
                    let difference = Set(left.households.keys).symmetricDifference(right.households.keys).count
                    #expect(difference == 0 || difference > 3)
                }
            }
        }
    }

    @Test(
        "two significant digits", arguments: [("1234", "1200"), ("0.01264", "0.013"), ("12", "12"), ("-987.6", "-990")])
    func digits(_ value: String, _ expected: String) throws {
        #expect(try #require(DecimalValue(value)).rounded(significantDigits: 2).description == expected)
    }

    @Test("whatever limits are published, no sum or difference of them is about fewer than fifteen homes")
    func limits() {
        let points = (1...60).map { HomePoint(sensor: SensorID(rawValue: "p\($0)"), home: "h\(($0 + 1) / 2)") }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            var published = PublishedGroups([Set(points)])
            var shown: [Set<HomePoint>] = [Set(points)]
            for _ in 0..<30 {
                let size = Int.random(in: 1...60, using: &random)
                let sum = Set(points.shuffled(using: &random).prefix(size))
                let near = Set(points.prefix(Int.random(in: 1...60, using: &random)))
                for sums in [[sum], [near], [sum, near]]
                where mayShow(sums, beside: &published, rules: DisclosureRules()).isShown {
                    shown += sums
                }
            }
            // Points that the same sums count cannot be told apart; what can be worked out is about whole such groups.
            let groups = Dictionary(grouping: points) { point in shown.map { $0.contains(point) } }.values
            for group in groups { #expect(Set(group.map(\.home)).count >= 15) }
        }
        // Two meters of one home are one home, and three sums tell what two of them do not.
        var published = PublishedGroups()
        let all = Set((1...40).map { HomePoint(sensor: SensorID(rawValue: "m\($0)"), home: "h\($0)") })
        func part(_ range: ClosedRange<Int>) -> Set<HomePoint> {
            Set(range.map { HomePoint(sensor: SensorID(rawValue: "m\($0)"), home: "h\($0)") })
        }
        #expect(mayShow([all], beside: &published, rules: DisclosureRules()).isShown)
        #expect(mayShow([part(1...20)], beside: &published, rules: DisclosureRules()).isShown)
        #expect(
            mayShow([part(22...40)], beside: &published, rules: DisclosureRules()) == .withheld(.differenceTooSmall))
        #expect(mayShow([part(21...34)], beside: &published, rules: DisclosureRules()) == .withheld(.tooFew))
        #expect(mayShow([[]], beside: &published, rules: DisclosureRules()).isShown)
    }
}
