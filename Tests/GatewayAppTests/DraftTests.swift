import Foundation
import GatewayModel
import Limits
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A decision drafted by answering questions, as a secretary would, on a real store.
@Suite("Drafting a decision")
struct DraftTests {
    private let folder: TemporaryFolder
    private let site: Site

    init() throws {
        folder = try TemporaryFolder("draft")
        try """
        community: {id: vall-clara, name: Test, languages: [en, es], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: village/taps, resource: water, quantity: volume, role: consumption, visibility: community, unit: m3}
          - {id: fountain/flow, resource: water, quantity: flow, role: condition, visibility: community, unit: L/min}
          - {id: main/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: upper-well/pumped, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: lower-well/pumped, resource: water, quantity: volume, role: input, visibility: community, unit: m3}
          - {id: upper-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}
          - {id: lower-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}
          - {id: old-well/level, resource: water, quantity: level, role: condition, visibility: community, unit: m}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    @Test("Wrong answers are asked again with a reason, the draft is whole, chained, and can be adopted as it is")
    func draft() throws {
        let now = try #require(Instant(rfc3339: "2026-09-07T10:00:00Z"))
        let office = try Office.open(site: site, now: now)
        let first = try Data(
            contentsOf: URL(fileURLWithPath: GatewayUnderTest.root + "/config/resolutions/examples/wells.md"))
        let adopted = office.perform(
            .adopt(fileName: "5.md", bytes: first, signatures: []), by: Actor(account: "test"), now: now)
        #expect(adopted.isDone, "\(adopted.lines)")
        try office.pipeline.commit(packets: [], session: 0, now: now)
        office.close()
        var answers = [
            "wel/water", "well/water", "Agua del pozo", "90 L per day", "not more than 100 L per person per day",
            "the land",
            "resource", "today", "Close the garden tap", "1/nothing", "5/water-for-everyone", "forty", "40", "1 June",
            "2026-10-04", "by consent, 31 present", "2026-10-05", "2027-10-03", "9", "", "41", "3 41",
            "The wells are to recover.",
        ]
        var told: [String] = []
        let desk = try DraftDesk(site: site, language: "en", output: folder.file("six.md")) { _ in
            answers.isEmpty ? nil : answers.removeFirst()
        } tell: {
            told.append($0)
        }
        let draft = try #require(try desk.draft())
        #expect(answers.isEmpty && draft.path == folder.file("six.md"))
        let sha256 = ResolutionFile.sha256([UInt8](first))
        #expect(
            draft.text == """
                ---
                number: 6
                community: vall-clara
                assembly: 2026-10-04
                decided: "by consent, 31 present"
                in_force_from: 2026-10-05
                review_by: 2027-10-03
                persons_served: {all: 40}
                minutes: {book: 3, page: 41}
                previous: \(sha256)
                limits:
                  - id: agua-del-pozo
                    title: "Agua del pozo"
                    protects: resource
                    resource: water
                    sensors: [well/water]
                    rule: not more than 100 L per person per day
                    floor: 5/water-for-everyone
                    priority: today
                    response: "Close the garden tap"
                ---
                The wells are to recover.

                """)
        #expect(told.contains { $0.contains("Did you mean “well/water”?") })
        #expect(told.contains { $0.contains("begins with `not more than`") })
        #expect(told.count { $0.contains("Write the day") } == 1)
        let met = try #require(Instant(rfc3339: "2026-10-05T10:00:00Z"))
        let again = try Office.open(site: site, now: met)
        let reply = again.perform(
            .adopt(fileName: "6.md", bytes: Data(draft.text.utf8), signatures: []), by: Actor(account: "test"), now: met
        )
        #expect(reply.isDone, "\(reply.lines)")
        again.close()
    }

    @Test("Who stops answering has drafted nothing; no question has a number in it")
    func givenUp() throws {
        try site.writingStore(now: SystemClock.now()).close()
        let office = try Office.open(site: site, now: SystemClock.now())
        office.close()
        let desk = try DraftDesk(site: site, language: "es", output: folder.file("none.md")) { question in
            #expect(!question.contains { $0.isNumber } || question.contains("10 min") || question.contains("41"))
            return nil
        } tell: { _ in
        }
        #expect(try desk.draft() == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.md.answers")))
    }

    /// Drafts with these answers, nil for a line left empty; returns the questions asked and what was told.
    private func draft(
        _ answers: [String?], to name: String = "draft.md", language: String = "en"
    ) throws -> (draft: (path: String, text: String)?, asked: [String], told: [String]) {
        var (rest, asked, told) = (answers[...], [String](), [String]())
        let desk = try DraftDesk(site: site, language: language, output: folder.file(name)) { question in
            asked.append(question)
            return rest.popFirst().map { $0 ?? "" }
        } tell: {
            told.append($0)
        }
        let draft = try desk.draft()
        #expect(rest.isEmpty, "\(asked)")
        if let draft { try desk.write(draft) }
        return (draft, asked, told)
    }

    private static let answers = [
        "fountain/flow", "Fountain: at night", "never less than 2 L/min for 30 min", "people", "today", "Close V3",
        "2026-10-04", "by consent, 31 present", "2026-10-05", "2027-10-03", "", "3 41", "The fountain is to rest.",
    ]

    @Test("Who breaks off finds the answers again, can change each, and the draft is the same as one without a break")
    func brokenOff() throws {
        try Office.open(site: site, now: SystemClock.now()).close()
        let whole = try #require(try draft(Self.answers, to: "whole.md").draft)
        #expect(try String(contentsOfFile: folder.file("whole.md"), encoding: .utf8) == whole.text)
        let file = folder.file("draft.md.answers")
        for (count, language) in [(4, "en"), (12, "es"), (12, "en")] {
            // What was answered before is kept by empty lines.
            let known = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").count ?? 0
            let typed = Self.answers.enumerated().map { $0 < known ? nil : $1 }.prefix(count)
            let (none, asked, told) = try draft(Array(typed), language: language)
            #expect(none == nil && asked.count == count + 1)
            #expect(asked.prefix(known).count { $0.hasSuffix("] ") } == (known == 12 ? 11 : known))
            #expect(told.count { $0.contains(file) } == (known == 0 ? 1 : 2), "\(told)")
            let kept = try String(contentsOfFile: file, encoding: .utf8)
            #expect(kept.hasPrefix("sensors: fountain/flow\ntitle: Fountain: at night\n"))
            #expect(kept.split(separator: "\n").count == count)
        }
        // Another answer takes the place of an earlier one; none is written where none is wanted.
        var typed = Array(repeating: String?.none, count: 12) + ["The fountain is to rest."]
        typed[5] = "Close V4"
        typed[11] = "-"
        let (last, asked, told) = try draft(typed)
        #expect(
            asked[2].hasSuffix("[never less than 2 L/min for 30 min] ") && asked[11].hasSuffix("[3 41, - for none] "))
        #expect(
            last?.text
                == whole.text.replacing("Close V3", with: "Close V4").replacing(
                    "minutes: {book: 3, page: 41}\n", with: ""))
        #expect(told.last?.hasPrefix("Written: \(folder.file("draft.md"))") == true)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("An answer that ends the draft costs nothing else, and one that is wrong by now is asked for anew")
    func endedByAnAnswer() throws {
        try Office.open(site: site, now: SystemClock.now()).close()
        let file = folder.file("draft.md.answers")
        // A ceiling on water needs a floor, and there is none.
        let ceiling = ["well/water", "Well", "not more than 9 m3 per day", "resource", "today", "Close V3"]
        #expect(throws: AppError.self) { try draft(ceiling) }
        let kept = try String(contentsOfFile: file, encoding: .utf8)
        #expect(kept.hasPrefix("sensors: well/water\n") && kept.hasSuffix("step: Close V3\n"))
        try kept.replacing("well/water", with: "gone/water").write(toFile: file, atomically: true, encoding: .utf8)
        let rest = Array(Self.answers.dropFirst(6))
        let again = try draft(["fountain/flow", nil, "never less than 2 L/min for 30 min", nil, nil, nil] + rest)
        #expect(again.asked[0] == "Which measuring points, by name? " && again.asked[1].hasSuffix("[Well] "))
        #expect(again.draft?.text.contains("title: \"Well\"") == true)
        #expect(!FileManager.default.fileExists(atPath: file))
        // A file that is there, a folder that is not, and somebody's file are named before anything is asked.
        #expect(throws: AppError.self) { try draft([]) }
        #expect(throws: AppError.self) { try draft([], to: "no-such-folder/draft.md") }
        try "Dear Rosa,\n".write(toFile: folder.file("new.md.answers"), atomically: true, encoding: .utf8)
        #expect(throws: AppError.self) { try draft([], to: "new.md") }
        #expect(try String(contentsOfFile: folder.file("new.md.answers"), encoding: .utf8) == "Dear Rosa,\n")
    }

    @Test("At the end of its input the program names the file with the answers, and goes on from it the next time")
    func program() throws {
        try Office.open(site: site, now: SystemClock.now()).close()
        let path = folder.file("draft.md")
        func run(_ lines: [String]) throws -> (end: ChildProcess.End?, output: String) {
            let child = try ChildProcess(
                GatewayUnderTest.program,
                ["limits", "draft", "--config", folder.file("gateway.yaml"), "--output", path],
                input: lines.map { $0 + "\n" }.joined())
            return (child.wait(60), child.output)
        }
        let broken = try run(Array(Self.answers.prefix(5)))
        #expect(broken.end == .exited(2) && broken.output.contains("is kept in \(path).answers."), "\(broken.output)")
        #expect(broken.output.contains("no decision was written") && !FileManager.default.fileExists(atPath: path))
        let whole = try run(Array(repeating: "", count: 5) + Self.answers.dropFirst(5))
        #expect(whole.end == .exited(0) && whole.output.contains("Written: \(path)"), "\(whole.output)")
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("title: \"Fountain: at night\""))
        #expect(!FileManager.default.fileExists(atPath: path + ".answers"))
    }

    @Test("Answers that cannot be kept are said to be lost")
    func notKept() throws {
        try Office.open(site: site, now: SystemClock.now()).close()
        // The name with its ending is too long for a file.
        let told = try draft(["fountain/flow"], to: String(repeating: "a", count: 250)).told
        #expect(told.last?.hasPrefix("What you answered could not be kept in ") == true, "\(told)")
    }
}
