import Foundation
import GatewayModel
import Limits
import Storage

/// Checks who signed what: a file before it is adopted, or everything that was adopted here.
public struct ProvenanceDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    private struct SignedBy: Encodable {
        var person: String
        var key: String
        var file: String
    }

    private struct Problem: Encodable {
        var code: String
        var text: String
    }

    private struct Line: Encodable {
        var number: Int
        var sha256: String
        var isAdopted: Bool
        var isGood: Bool
        var signing: SigningLine
        var signatures: [SignedBy]
        var missing: [String]
        var problems: [Problem]
        var notes: [Problem]
    }

    /// Who signed a file, what is missing, and why it could not be adopted as it is.
    public func verify(file path: String, json: Bool, now: Instant = SystemClock.now()) throws -> Finding {
        let file = try DecisionFile.read(path)
        let adopted = try LimitRegister(site: site).adoptedHere()
        let isAdopted = adopted.contains { $0.sha256 == file.sha256 }
        let before = isAdopted ? adopted.filter { $0.resolution.number < file.resolution.number } : adopted
        let judgement = AdoptionRules.judge(
            file.bytes, file.resolution, signatures: SignatureFolder.files(for: path), after: before,
            community: site.configuration.community.id, today: site.zone.date(at: now))
        let line = line(file.bytes, file.resolution, judgement, after: before, isAdopted: isAdopted)
        return Finding(lines: json ? [try JSONLine.text(line)] : texts(line, judgement), isGood: line.isGood)
    }

    /// Every adopted decision judged anew, and compared with the record book; one bad thing makes it bad.
    public func verifyAll(json: Bool) throws -> Finding {
        let store = try site.readingStore()
        let judged = try LimitRegister(site: site).judgements(in: store)
        let entries = try store.recordEntries().map(\.entry).filter { $0.kind == "limits.adopted" }
        let isIntact = try store.verifyRecordBook().isIntact
        let book = site.book(nil)
        var before: [AdoptedResolution] = []
        var isGood = isIntact
        var lines: [String] = []
        for (link, judgement) in judged {
            let resolution = link.adopted.resolution
            var line = line(link.bytes, resolution, judgement, after: before, isAdopted: true)
            let entry = entries.first { $0.facts["resolution"] == "\(resolution.number)" }
            if let code = ProvenanceDesk.difference(link.adopted, entry) {
                line.problems.append(Problem(code: code, text: book.text("signing.cli.\(code)")))
                line.isGood = false
            }
            if !line.isGood { isGood = false }
            lines += json ? [try JSONLine.text(line)] : texts(line, judgement)
            before.append(link.adopted)
        }
        let present = Set(judged.map { "\($0.link.adopted.resolution.number)" })
        for number in entries.map({ $0.facts["resolution"] ?? "?" }) where !present.contains(number) {
            isGood = false
            lines.append(book.text("signing.cli.vanished", ["number": number]))
        }
        if !isIntact { lines.append(book.text("signing.cli.book_broken")) }
        if !json {
            let end = isGood ? "signing.cli.all_good" : "signing.cli.not_good"
            lines.append(book.text(end, ["count": "\(judged.count)"]))
        }
        return Finding(lines: lines, isGood: isGood)
    }

    /// What the record book says otherwise about an adopted decision; nil where it says the same.
    private static func difference(_ adopted: AdoptedResolution, _ entry: RecordEntry?) -> String? {
        guard let entry, entry.facts["sha256"] == adopted.sha256 else { return "not_recorded" }
        let signatures = adopted.signatures.isEmpty ? nil : Office.fingerprint(of: adopted.signatures)
        return entry.facts["signatures"] == signatures ? nil : "other_signatures"
    }

    private func line(
        _ bytes: [UInt8], _ resolution: Resolution, _ judgement: AdoptionJudgement, after chain: [AdoptedResolution],
        isAdopted: Bool
    ) -> Line {
        let book = site.book(nil)
        func problems(_ list: [SigningProblem]) -> [Problem] {
            list.map { Problem(code: $0.code.rawValue, text: $0.text(book)) }
        }
        let signatures = judgement.signatures.compactMap { file in
            (try? Signer.of(file, over: bytes, resolution, after: chain)).map {
                SignedBy(person: $0.person, key: $0.fingerprint, file: file.name)
            }
        }
        return Line(
            number: resolution.number, sha256: ResolutionFile.sha256(bytes), isAdopted: isAdopted,
            isGood: judgement.isGood, signing: SigningLine(judgement.state, resolution.provenance.minutes),
            signatures: signatures, missing: judgement.missing, problems: problems(judgement.problems),
            notes: problems(judgement.notes))
    }

    private func texts(_ line: Line, _ judgement: AdoptionJudgement) -> [String] {
        let book = site.book(nil)
        let state = book.text(
            line.isAdopted ? "signing.cli.decision_adopted" : "signing.cli.decision_waiting",
            ["number": "\(line.number)", "state": judgement.state.text(book)])
        let signatures = line.signatures.map {
            book.text("signing.cli.signature", ["person": $0.person, "key": $0.key, "file": $0.file])
        }
        let missing =
            line.missing.isEmpty || line.isAdopted
            ? [] : [book.text("signing.cli.missing", ["missing": line.missing.joined(separator: ", ")])]
        let details =
            [0, 1].map { RecordDesk.grouped(line.sha256, $0) } + signatures + missing
            + (line.problems + line.notes).map(\.text)
        return [state] + details.map { "    " + Escaping.terminal($0) }
    }
}
