import Foundation
import GatewayApp
import GatewayModel
import Limits
import Testing

@Suite("Rules of adoption")
struct AdoptionRulesTests {
    private let village: SigningFixture

    init() throws {
        village = try SigningFixture()
    }

    @Test("Nobody has to sign before the first list of delegates; that list is signed by its own threshold")
    func beginning() throws {
        #expect(try village.adopt(village.decision(1)).state == .unsigned)
        let paper = village.decision(2, extra: "minutes: {book: 3, page: 41}\n")
        #expect(try village.adopt(paper).state == .onPaper(.book(3, page: 41)))
        #expect(try village.judge(paper, []).codes == [.oldDecision])
        let list = village.decision(3, extra: try village.list(3, SigningFixture.five))
        let two = try village.adopt(list, village.sign(list, ["rosa", "jordi"]))
        #expect(two.codes == [.tooFewNew] && two.missing == ["amina", "pau", "lluc"])
        let three = try village.adopt(list, village.sign(list, ["rosa", "jordi", "lluc"]))
        #expect(three.isGood && three.notes.isEmpty)
        #expect(three.state == .signed(by: ["rosa", "jordi", "lluc"], of: 5, needed: 3))
        // From now on it is asked for.
        let next = village.decision(4)
        #expect(try village.judge(next, []).codes == [.tooFew])
        #expect(try village.judge(next, village.sign(next, ["rosa", "jordi"])).codes == [.tooFew])
        #expect(try village.adopt(next, village.sign(next, ["pau", "jordi", "amina", "rosa"])).isGood)
        #expect(village.chain.map(\.signatures.count) == [0, 0, 3, 4])
        #expect(ChainCheck.judgements(of: village.links, community: "vall-clara").allSatisfy { $0.judgement.isGood })
    }

    @Test("What was signed before any list is adopted cannot be checked and is not kept")
    func noListYet() throws {
        let bytes = village.decision(1)
        let judgement = try village.judge(bytes, village.sign(bytes, ["rosa"]))
        #expect(judgement.isGood && judgement.state == .unsigned && judgement.signatures.isEmpty)
        #expect(judgement.notes.map(\.code) == [.noListYet])
    }

    @Test("A signature that does not count says why, and prevents nothing where enough others do")
    func singleSignatures() throws {
        try village.found(extra: ["pau": ", until: 2026-06-30", "amina": ", until: 2026-07-05"])
        let bytes = village.decision(2, on: "2026-07-05")
        let windows = Array(String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
        let older = village.decision(1, on: "2026-07-05")
        try village.key("stranger")
        let good = try village.sign(bytes, ["rosa", "jordi"])
        func file(_ files: [SignatureFile], named name: String = "x.sig") -> [SignatureFile] {
            files.map { SignatureFile(name: name, armour: $0.armour) }
        }
        let cases: [([SignatureFile], SigningProblem.Code)] = [
            (file(try village.sign(windows, ["lluc"])), .windowsLineEnds),
            (file(try village.sign(older, ["lluc"])), .otherBytes),
            (file(try village.sign(bytes, ["lluc"], namespace: "file")), .otherNamespace),
            (file(try village.sign(bytes, ["lluc"], namespace: "limits@els-pins")), .foreignNamespace),
            (file(try village.sign(bytes, ["stranger"])), .unknownKey),
            (file(try village.sign(bytes, ["pau"])), .expiredKey),
            (file(try village.sign(bytes, ["rosa"])), .samePerson),
            ([SignatureFile(name: "x.sig", armour: String(good[0].armour.dropLast(60)))], .damaged),
            ([SignatureFile(name: "x.sig", armour: "Dear all, I agree.")], .damaged),
        ]
        for (files, code) in cases {
            let two = try village.judge(bytes, good + files)
            #expect(two.codes == [.tooFew] && two.notes.map(\.code) == [code], "\(code): \(two)")
            #expect(two.notes.first?.values["file"] == "x.sig")
            // Whose key has ended by then cannot sign any more, and is not waited for.
            #expect(!two.missing.contains("pau"))
            let three = try village.judge(bytes, good + files + village.sign(bytes, ["amina"]))
            #expect(three.isGood && three.signatures.map(\.name) == ["amina.sig", "jordi.sig", "rosa.sig"], "\(code)")
        }
    }

    @Test("A person with two keys counts once")
    func twoKeys() throws {
        let second = try village.key("rosa-phone")
        let list = try village.list(2, ["rosa", "jordi", "amina"]).replacing(
            "{id: rosa, keys: [", with: "{id: rosa, keys: [\"\(second)\", ")
        let bytes = village.decision(1, extra: list)
        #expect(try village.judge(bytes, village.sign(bytes, ["rosa", "rosa-phone"])).codes == [.tooFewNew])
        let judgement = try village.judge(bytes, village.sign(bytes, ["rosa", "rosa-phone", "amina"]))
        #expect(judgement.state == .signed(by: ["rosa", "amina"], of: 3, needed: 2))
        #expect(judgement.notes.map(\.code) == [.samePerson])
    }

    @Test("A recalled board cannot backdate: neither with its own keys nor with those who were elected again")
    func aRecalledBoardCannotBackdate() throws {
        try village.found()
        // The assembly of July elects others; rosa, jordi and amina sit on both lists, so the old ones could sign alone.
        let both = ["rosa", "jordi", "amina", "ona", "biel"]
        for name in both { try village.key(name) }
        let list = village.decision(2, on: "2026-07-05", extra: try village.list(3, both))
        #expect(try village.adopt(list, village.sign(list, ["rosa", "jordi", "amina"])).isGood)
        let backdated = village.decision(3, on: "2026-07-04")
        let again = try village.sign(backdated, ["rosa", "jordi", "amina"])
        #expect(try village.judge(backdated, again).codes == [.beforeList])
        let recalled = village.decision(3, on: "2026-07-05")
        let judgement = try village.judge(recalled, village.sign(recalled, ["pau", "lluc", "rosa"]))
        #expect(judgement.codes == [.tooFew] && judgement.notes.map(\.code) == [.unknownKey, .unknownKey])
        #expect(try village.judge(recalled, village.sign(recalled, ["ona", "biel", "rosa"])).isGood)
    }

    @Test("From the first list on a decision says where it stands in the minutes; what was adopted before stays")
    func minutes() throws {
        try village.found()
        let bare = village.decision(2, on: "2026-07-05", minutes: "")
        let signed = try village.sign(bare, ["rosa", "jordi", "amina"])
        #expect(try village.judge(bare, signed).codes == [.minutesMissing])
        for minutes in ["{book: 3, page: 41}", "{sha256: \(String(repeating: "a1", count: 32))}"] {
            let named = village.decision(2, on: "2026-07-05", minutes: "minutes: \(minutes)\n")
            #expect(try village.judge(named, village.sign(named, ["rosa", "jordi", "amina"])).isGood)
        }
    }

    @Test("A new list needs the threshold of the old one and of its own")
    func newList() throws {
        try village.found()
        let persons = ["rosa", "ona", "biel"]
        for name in persons { try village.key(name) }
        let list = village.decision(2, on: "2026-07-05", extra: try village.list(2, persons))
        func codes(_ signers: [String]) throws -> [SigningProblem.Code] {
            try village.judge(list, village.sign(list, signers)).codes
        }
        #expect(try codes(["rosa", "jordi", "amina"]) == [.tooFewNew])
        #expect(try codes(["rosa", "ona", "biel"]) == [.tooFew])
        #expect(try codes(["rosa", "ona"]) == [.tooFew])
        #expect(try codes(["rosa", "jordi", "pau", "ona"]).isEmpty)
        // Rosa changes her key: she signs with the old one for the old list and with the new one for the new.
        let fresh = try village.key("rosa-new")
        let changed = village.decision(
            2, on: "2026-07-05",
            extra: try village.list(3, SigningFixture.five).replacing(try village.key("rosa"), with: fresh))
        #expect(try village.judge(changed, village.sign(changed, ["rosa", "jordi", "amina"])).codes == [.tooFewNew])
        let all = try village.judge(changed, village.sign(changed, ["rosa", "rosa-new", "jordi", "amina"]))
        #expect(all.isGood && all.signatures.count == 4)
    }

    @Test("The chain: number, community, the decision before it, and what it supersedes, by their hashes")
    func chain() throws {
        try village.found()
        let first = village.chain[0].sha256
        let other = String(repeating: "ab", count: 32)
        func codes(_ bytes: [UInt8]) throws -> [SigningProblem.Code] {
            try village.judge(bytes, village.sign(bytes, ["rosa", "jordi", "amina"])).codes
        }
        #expect(try codes(village.decision(2)).isEmpty)
        #expect(try codes(village.decision(2, names: .some(nil))) == [.previousMissing])
        #expect(try codes(village.decision(2, names: other)) == [.previousOther])
        #expect(try codes(village.decision(1)) == [.oldDecision])
        #expect(try codes(village.decision(2, extra: "supersedes: [1]\n")) == [.supersedesHashMissing])
        #expect(
            try codes(village.decision(2, extra: "supersedes: [{number: 1, sha256: \(other)}]\n"))
                == [.supersedesHashOther])
        #expect(try codes(village.decision(2, extra: "supersedes: [{number: 1, sha256: \(first)}]\n")).isEmpty)
        let foreign = village.decision(2, community: "els-pins")
        #expect(
            try village.judge(foreign, village.sign(foreign, ["rosa", "jordi", "amina"], namespace: "limits@els-pins"))
                .codes.first == .foreignDecision)
        let ahead = village.decision(2, on: "2062-05-03", extra: try village.list(3, SigningFixture.five))
        #expect(try codes(ahead) == [.listAhead])
        // A replay of what was adopted once is older than what was adopted since.
        let second = village.decision(2)
        let signatures = try village.sign(second, ["rosa", "jordi", "amina"])
        #expect(try village.adopt(second, signatures).isGood)
        #expect(try village.judge(second, signatures).codes == [.oldDecision])
    }

    @Test("Whatever is altered in an adopted decision, its signatures or its place shows in the chain")
    func altered() throws {
        try village.found()
        for number in 2...4 {
            let bytes = village.decision(number)
            #expect(try village.adopt(bytes, village.sign(bytes, ["rosa", "jordi", "amina"])).isGood)
        }
        func broken(_ change: (inout [ChainLink]) throws -> Void) rethrows -> [Int] {
            var links = village.links
            try change(&links)
            return ChainCheck.judgements(of: links, community: SigningFixture.community)
                .filter { !$0.judgement.isGood }.map(\.link.adopted.resolution.number)
        }
        #expect(broken { _ in } == [])
        #expect(broken { $0[2].bytes[$0[2].bytes.count - 3] = 0x21 } == [3, 4])
        #expect(broken { $0[2].adopted.sha256 = $0[1].adopted.sha256 } == [3])
        #expect(broken { $0[1].adopted.signatures.removeLast() } == [2])
        #expect(broken { $0[1].adopted.signatures = $0[2].adopted.signatures } == [2])
        #expect(broken { $0.remove(at: 2) } == [4])
        #expect(broken { $0.removeFirst() } == [2])
    }

    @Test("Recovery at the console brings a list and nothing else, signed by its own threshold")
    func recovery() throws {
        let new = ["ona", "biel", "nil"]
        for name in new { try village.key(name) }
        func list(_ number: Int, more: String = "") throws -> [UInt8] {
            village.decision(number, on: "2026-07-05", extra: try village.list(2, new) + more)
        }
        // The first list of all goes the same way, and nobody is recovered by it.
        let early = try list(1)
        let first = try village.judge(early, village.sign(early, new), way: .recovery)
        #expect(first.codes == [] && !first.state.isRecovery)
        try village.found()
        let plain = try list(2)
        #expect(try village.judge(plain, village.sign(plain, new)).codes == [.tooFew])
        #expect(try village.judge(plain, village.sign(plain, ["ona"]), way: .recovery).codes == [.tooFewNew])
        let greedy = try list(2, more: "retention: {households: 90 d}\n")
        #expect(try village.judge(greedy, village.sign(greedy, new), way: .recovery).codes == [.recoveryOfMore])
        let none = village.decision(2)
        #expect(try village.judge(none, [], way: .recovery).codes == [.recoveryWithoutList])
        let judgement = try village.adopt(plain, village.sign(plain, ["ona", "nil"]), way: .recovery)
        #expect(judgement.isGood && judgement.state == .recovered(by: ["ona", "nil"], of: 3))
        let next = village.decision(3, on: "2026-07-05")
        #expect(try village.judge(next, village.sign(next, ["rosa", "jordi", "amina"])).codes == [.tooFew])
        #expect(try village.adopt(next, village.sign(next, ["ona", "biel"])).isGood)
        #expect(ChainCheck.judgements(of: village.links, community: "vall-clara").allSatisfy { $0.judgement.isGood })
    }

    @Test(
        "Nothing rides on a recovery: whatever else a decision can hold is refused with it",
        arguments: [
            "retention: {households: 90 d}", "box_alerts: {clock_wrong: {priority: now}}", "sirens: [yard]",
            "areas: {beds: 350 m2}", "protected_supply: [clinic/water]", "persons_served: {all: 40}",
            "declares: [{stages: 1/drought, level: 1}]", "supersedes: [1]",
            """
            stages:
              - id: drought
                title: Drought
                resource: water
                declared: in_advance
                levels: [{title: save, enter: {use: [a/b], more_than: 1 m3}, leave: by_assembly}]
            """,
            """
            allows_emergency: [{limit: tank, tightest: 1 m}]
            limits:
              - {id: tank, title: Tank, protects: resource, resource: energy, sensors: [a/b], rule: not more than 2 m, priority: today}
            """,
        ])
    func recoveryOfMore(more: String) throws {
        try village.found()
        for name in ["ona", "biel"] { try village.key(name) }
        let text = String(
            decoding: village.decision(2, on: "2026-07-05", extra: try village.list(2, ["ona", "biel"]) + more + "\n"),
            as: UTF8.self)
        let bytes = Array((more.contains("limits:") ? text.replacing("limits: []\n", with: "") : text).utf8)
        let judgement = try village.judge(bytes, village.sign(bytes, ["ona", "biel"]), way: .recovery)
        #expect(judgement.codes.contains(.recoveryOfMore), "\(judgement)")
    }

    @Test("Every refusal has its own sentence in every language, and none leaves a word unfilled")
    func sentences() throws {
        let languages = Languages.load(folder: ResolutionTests.root + "/config/languages").languages
        for language in ["en", "es"] {
            let book = languages.book(language)
            let texts = SigningProblem.Code.allCases.map { SigningProblem($0).text(book) }
            #expect(texts.allSatisfy { !$0.hasPrefix("signing.") && $0.hasSuffix(".") || $0.contains(" — ") })
            #expect(Set(texts).count == texts.count)
        }
        try village.found()
        let bytes = village.decision(2, on: "2026-05-01", names: .some(nil), extra: "supersedes: [1]\n")
        let judgement = try village.judge(bytes, village.sign(bytes, ["rosa", "rosa"]))
        let texts = (judgement.problems + judgement.notes).map { $0.text(languages.book("en")) }
        #expect(texts.count == 5 && texts.allSatisfy { !$0.contains("{") || $0.contains("{number: 1, sha256: ") })
    }
}
