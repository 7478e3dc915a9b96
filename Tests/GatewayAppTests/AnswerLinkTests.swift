import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Links in notices, from the real listener to the alert.
@Suite("Answer links", .serialized, .timeLimit(.minutes(10)))
struct AnswerLinkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("links") }

    @Test("Looking ahead takes nothing and shows what the notice said; a button acts once, however often it is sent")
    func act() async throws {
        let page = try await AnswerPageVillage(folder: folder)
        let number = try page.alarm()
        let said = try #require(
            try page.village.office.store.outboxEntries().last {
                $0.item.destination == "rosa" && $0.item.title.hasPrefix("NOW")
            }?.item)
        let (rosa, jordi) = (try #require(try page.token("rosa")), try #require(try page.token("jordi")))
        #expect(rosa != jordi && rosa.utf8.count == 24)
        let before = try page.village.entries(number)
        let shown = try page.get(rosa)
        let ahead = try page.get(rosa, "HEAD")
        #expect(ahead.status == 200 && ahead.body.isEmpty)
        #expect(try page.post(rosa, "").status == 200)
        #expect(try page.get(rosa).body == shown.body)
        #expect(try page.village.entries(number) == before)

        #expect(shown.status == 200)
        #expect(shown.body.contains("<h1>\(Escaping.html(said.title))</h1>"))
        #expect(shown.body.contains("<p>\(Escaping.html(said.body))</p>"))
        #expect(!shown.body.contains("Rosa") && !shown.body.contains("<script") && !shown.body.contains("answer_page."))
        #expect(shown.body.contains("<label for=\"note\">") && shown.body.contains("<html lang=\"en\">"))
        let wanted = [
            "cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff",
        ]
        #expect(shown.headers.filter { wanted[$0.key] != nil } == wanted)
        let style = try #require(shown.body.firstMatch(of: /<style>(.*)<\/style>/)?.1)
        let digest = Fingerprint.sha256(Data(style.utf8))
        let bytes = Data(stride(from: 0, to: 64, by: 2).compactMap { UInt8(digest.dropFirst($0).prefix(2), radix: 16) })
        #expect(shown.headers["content-security-policy"]?.contains("'sha256-\(bytes.base64EncodedString())'") == true)

        let done = try page.post(rosa, "note=I+have+the+key+%26+go&answer=going")
        #expect(done.status == 200 && done.body.contains("Nobody else has said to be going."))
        #expect(try page.village.entries(number) == before + ["noted", "taken"])
        let told = try page.village.office.store.outboxEntries().count
        #expect(try page.post(rosa, "note=I+have+the+key+%26+go&answer=going").status == 200)
        #expect(try page.village.entries(number) == before + ["noted", "taken"])
        #expect(try page.village.office.store.outboxEntries().count == told)
        let alert = try #require(try page.village.office.store.alert(number: number))
        #expect(alert.takenBy == "Rosa" && alert.entries.suffix(2).map(\.means) == ["link", "link"])
        #expect(alert.entries.dropLast().last?.note == "I have the key & go")

        let other = try page.post(jordi, "answer=seen")
        #expect(other.body.contains("<html lang=\"es\">") && other.body.contains("En camino: Rosa."))
        #expect(try page.village.entries(number).suffix(1) == ["seen"])
        #expect(try page.village.office.store.alert(number: number)?.entries.last?.person == "Jordi")
        page.village.office.close()
        for name in try FileManager.default.subpathsOfDirectory(atPath: page.village.folder.path) {
            let bytes = FileManager.default.contents(atPath: page.village.folder.file(name)) ?? Data()
            #expect(bytes.range(of: Data(rosa.utf8)) == nil, "\(name)")
        }
        #expect(!page.log.text.isEmpty && !page.log.text.contains(rosa))
    }

    @Test("What is wrong, over, recalled or something else is one and the same page; a day after the close it is over")
    func nothing() async throws {
        let page = try await AnswerPageVillage(folder: folder)
        let number = try page.alarm()
        let rosa = try #require(try page.token("rosa"))
        let unknown = try page.get(String(rosa.reversed()))
        #expect(unknown.status == 404 && unknown.body.contains("There is nothing here"))
        for path in ["/", "/metrics", "/a/", "/a/\(rosa)/", "/a/\(rosa.dropLast())", "/b/\(rosa)", "/a/..%2f\(rosa)"] {
            let answer = try #require(PlainHTTP.send("GET", port: page.port, path))
            #expect(answer.status == 404 && answer.body == unknown.body, "\(path)")
        }
        #expect(try page.get(rosa, "DELETE").body == unknown.body)
        #expect(try page.post(String(rosa.reversed()), "answer=going").body == unknown.body)

        try page.village.read(10)
        try page.village.say("Jordi", .answer(alert: number, answer: .resolve(.real, note: nil)))
        let closed = page.age
        try page.village.wait(until: closed + 86_000)
        #expect(try page.get(rosa).status == 200)
        let late = try page.post(rosa, "answer=going")
        #expect(late.status == 409 && late.body.contains("Alert \(number) is closed already"))
        try page.village.wait(until: closed + 86_400)
        #expect(try page.get(rosa).body == unknown.body)
        #expect(try page.post(rosa, "answer=going").body == unknown.body)
    }

    @Test("A recall ends links at once and for good, and answers by word too")
    func recall() async throws {
        let page = try await AnswerPageVillage(folder: folder)
        _ = try page.alarm()
        let (rosa, jordi) = (try #require(try page.token("rosa")), try #require(try page.token("jordi")))
        let file = page.village.folder.file("gateway.yaml")
        let good = try String(contentsOfFile: file, encoding: .utf8)
        let mandate = ", mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}}"
        func reload(_ text: String) throws {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let site = try Site.load(configFile: file)
            page.links.reload(site)
            try page.village.office.reload(site, now: page.village.now)
        }
        try reload(good.replacing("reach: [rosa]\(mandate)", with: "reach: [rosa]}"))
        #expect(try page.get(rosa).status == 404 && page.get(jordi).status == 200)
        #expect(try page.post(rosa, "answer=going").status == 404)
        let answer = page.village.office.take(
            IncomingAnswer(
                destination: "sms", means: "sms", sender: "+34",
                text: "", judgement: .act(person: "Rosa", alert: 1, says: .yes)), now: page.village.now)
        #expect(!answer.isDone && answer.lines[0].contains("recalled"))
        try reload(good)
        #expect(try page.get(rosa).status == 404 && page.get(jordi).status == 200)
        try page.village.wait(until: page.age + 1)
        let raised = try #require(
            try page.village.office.store.outboxEntries().last {
                $0.item.destination == "rosa" && $0.item.title.hasPrefix("NOW")
            }?.item)
        let fresh = page.links.link(for: raised, now: page.village.now)
        #expect(fresh != nil && fresh?.hasSuffix(rosa) == false)
    }

    @Test("A database that is brought back from a copy knows no link")
    func restored() async throws {
        let page = try await AnswerPageVillage(folder: folder)
        _ = try page.alarm()
        let rosa = try #require(try page.token("rosa"))
        #expect(try page.village.office.store.answerLink(token: rosa)?.person == "Rosa")
        let copy = folder.file("copy")
        page.village.office.close()
        try FileManager.default.copyItem(atPath: page.village.folder.file("data"), toPath: copy)
        _ = try Store.settleRestored(folder: copy, asCopy: false) { _, _ in
            ActRecord(RecordEntry(at: page.village.now, kind: "box.restored", facts: [:]))
        }
        let store = try Store.open(
            folder: copy, options: .init(community: "test", kind: .demonstration), now: page.village.now)
        #expect(try store.answerLink(token: rosa) == nil)
        try store.close()
    }

    @Test("Whoever guesses is told to come again later; whoever has a link is not held up")
    func guesses() async throws {
        let page = try await AnswerPageVillage(folder: folder)
        _ = try page.alarm()
        let rosa = try #require(try page.token("rosa"))
        let wrong = String(rosa.reversed())
        let answers = try (0..<61).map { _ in try page.get(wrong) }
        #expect(answers.dropLast().allSatisfy { $0.status == 404 })
        #expect(answers.last?.status == 429 && answers.last?.headers["retry-after"] == "60")
        #expect(try page.get(rosa).status == 200)
    }

    @Test("A link begins with the public address, else with the box's own in the building")
    func begins() {
        var page = AnswerPageSettings()
        #expect(page.base() == nil)
        page.host = "10.8.0.1"
        #expect(page.base() == "http://10.8.0.1:8480")
        page.host = "fd00::1"
        #expect(page.base() == "http://[fd00::1]:8480")
        page.host = "0.0.0.0"
        // A machine without any network has no address in a building.
        let found = page.base()
        #expect(found == nil || found?.wholeMatch(of: /http:\/\/[0-9]+(\.[0-9]+){3}:8480/) != nil)
        page.publicURL = "https://alerts.example.org"
        #expect(page.base() == "https://alerts.example.org")
    }

    @Test("Mistakes of the answer page are named with what to write instead")
    func mistakes() throws {
        func problems(_ page: String) -> String {
            let text = """
                community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
                mqtt: {broker: embedded, topics: ["a/+"]}
                assembly: {meets: first Sunday 18:00}
                answer_page: \(page)
                """
            return ConfigurationFile(file: "g.yaml").parse(text).problems.map(\.description).joined(separator: "\n")
        }
        #expect(problems("{}").contains("nobody could open the page"))
        #expect(problems("{listen: here}").contains("'here' is no address to listen at"))
        #expect(problems("{public_url: http://alerts.example.org}").contains("would show links to everybody"))
        #expect(problems("{public_url: \"https://a b\"}").contains("is not an address"))
        for good in [
            "{listen: \"0.0.0.0:8480\"}", "{public_url: https://alerts.example.org}",
            "{public_url: http://10.8.0.1:80}",
            "{public_url: \"http://box.local:8480\"}", "{listen: \"[::]:8480\"}",
        ] {
            #expect(problems(good) == "")
        }
    }
}
