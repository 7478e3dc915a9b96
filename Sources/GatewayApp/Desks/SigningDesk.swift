import Foundation
import GatewayModel
import Limits
import Storage

/// Lets delegates sign decisions, and takes their signatures in from a stick or a mail folder.
public struct SigningDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What somebody is about to sign: every sentence, and the check number of the file in groups of four.
    public func preview(file path: String, person: String) throws -> Finding {
        let file = try DecisionFile.read(path)
        let book = site.book(nil)
        let ours = site.configuration.community.id
        guard file.resolution.community == ours else {
            let problem = SigningProblem(.foreignDecision, ["theirs": file.resolution.community, "ours": ours])
            return Finding(lines: [Escaping.terminal(problem.text(book))], isGood: false)
        }
        guard Delegate.isName(person) else {
            return Finding(lines: [book.text("signing.cli.no_name", ["person": person])], isGood: false)
        }
        let values = [
            "number": "\(file.resolution.number)", "assembly": "\(file.resolution.assembly)",
            "decided": file.resolution.decidedBy, "person": person,
        ]
        let sentences = site.configuration.community.languages.flatMap { language in
            PlainSentence.all(of: file.resolution, site.book(language)).map { "\(language)  \($0)" }
        }
        let lines =
            [book.text("cli.decision", values)] + sentences.map { "    " + $0 }
            + (site.hiddenLimits(of: file.resolution) + DelegateLines.of(file.resolution, book)).map { "    " + $0 }
            + [book.text("signing.cli.check_number")] + [0, 1].map { "    " + RecordDesk.grouped(file.sha256, $0) }
            + [book.text("signing.cli.compare")]
        return Finding(lines: lines.map(Escaping.terminal), isGood: true)
    }

    /// The question before signing.
    public func question(person: String) -> String {
        site.book(nil).text("signing.cli.ask", ["person": person])
    }

    /// Signs with `ssh-keygen -Y sign`, which asks for a passphrase itself and uses an agent where it is given a `.pub`
    /// file; puts the signature beside the decision.
    public func sign(file path: String, key: String, person: String) throws -> Finding {
        let file = try DecisionFile.read(path)
        let book = site.book(nil)
        let namespace = SSHSignature.namespace(of: site.configuration.community.id)
        let (status, output) = try ForegroundProgram.output(
            of: ["ssh-keygen", "-Y", "sign", "-q", "-f", key, "-n", namespace], input: path)
        let made = SignatureFile(name: "\(person).sig", armour: String(decoding: output, as: UTF8.self))
        guard status == 0, Signer.fits(made, over: file.bytes, community: site.configuration.community.id),
            let signature = try? SSHSignature(armour: made.armour)
        else {
            return Finding(lines: [book.text("signing.cli.not_signed", ["key": key])], isGood: false)
        }
        var signer = Signer(
            person: person, fingerprint: signature.key.fingerprint, armour: signature.armour)
        var notes: [String] = []
        do {
            let known = try Signer.of(
                made, over: file.bytes, file.resolution, after: try LimitRegister(site: site).adoptedHere())
            guard known.person == person else {
                let values = ["key": signature.key.fingerprint, "holder": known.person, "person": person]
                return Finding(lines: [book.text("signing.cli.other_person", values)], isGood: false)
            }
            signer = known
        } catch let problem as SigningProblem {
            // On a laptop without the community's decisions nobody can tell who is on the list.
            if problem.code != .noListYet { notes.append(problem.text(book)) }
        }
        let put = try SignatureFolder.put(signer, for: path)
        let values = ["file": put.path, "key": signer.fingerprint]
        return Finding(lines: [book.text("signing.cli.signed", values)] + notes, isGood: true)
    }

    /// Takes every signature in a folder to the decision that it was made for, and says of each what became of it.
    public func collect(folder: String, json: Bool) throws -> Finding {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw AppError("\(folder) is no folder", remedy: "name that of the stick or of the mail's attachments")
        }
        let chain = try LimitRegister(site: site).adoptedHere()
        let decisions = DecisionFile.inbox(of: site)
        let book = site.book(nil)
        let lines = try SignatureSearch.look(in: folder).map { found in
            switch found {
            case .signature(let file): return try collect(file, among: decisions, chain: chain)
            case .nothing(let name):
                return Collected(file: name, outcome: "none", text: book.text("signing.cli.none", ["file": name]))
            case .unread(let count):
                return Collected(
                    file: folder, outcome: "unread", text: book.text("signing.cli.unread", ["count": "\(count)"]))
            }
        }
        let written = try lines.map { json ? try JSONLine.text($0) : Escaping.terminal($0.text) }
        guard lines.contains(where: { !["none", "unread"].contains($0.outcome) }) else {
            let nothing = book.text("signing.cli.nothing", ["folder": folder])
            return Finding(lines: written + (json ? [] : [Escaping.terminal(nothing)]), isGood: false)
        }
        return Finding(lines: written, isGood: lines.allSatisfy { $0.outcome != "refused" })
    }

    private struct Collected: Encodable {
        var file: String
        /// `new`, `replaced`, `already`, `refused`; `none` of a file without a signature, `unread` of a folder with too many.
        var outcome: String
        var number: Int?
        var person: String?
        var key: String?
        var path: String?
        var text: String
    }

    private func collect(
        _ file: SignatureFile, among decisions: [DecisionFile], chain: [AdoptedResolution]
    ) throws -> Collected {
        let book = site.book(nil)
        let community = site.configuration.community.id
        var closest: SigningProblem?
        // The decision that it was made over: whoever made it, the bytes must be the same.
        guard let decision = decisions.first(where: { Signer.fits(file, over: $0.bytes, community: community) })
        else {
            for decision in decisions {
                do {
                    _ = try Signer.of(file, over: decision.bytes, decision.resolution, after: chain)
                } catch {
                    if closest == nil || error.code == .windowsLineEnds { closest = error }
                }
            }
            let values = ["file": file.name, "folder": site.configuration.resolutionsFolder]
            let text =
                closest.map { $0.code == .otherBytes ? book.text("signing.cli.fits_none", values) : $0.text(book) }
                ?? book.text("signing.cli.fits_none", values)
            return Collected(file: file.name, outcome: "refused", text: text)
        }
        do {
            let before = chain.filter { $0.resolution.number < decision.resolution.number }
            let signer = try Signer.of(file, over: decision.bytes, decision.resolution, after: before)
            let put = try SignatureFolder.put(signer, for: decision.path)
            let values = [
                "file": file.name, "person": signer.person, "number": "\(decision.resolution.number)",
                "key": signer.fingerprint, "path": put.path,
            ]
            return Collected(
                file: file.name, outcome: "\(put.outcome)", number: decision.resolution.number, person: signer.person,
                key: signer.fingerprint, path: put.path, text: book.text("signing.cli.\(put.outcome)", values))
        } catch let problem as SigningProblem {
            return Collected(
                file: file.name, outcome: "refused", number: decision.resolution.number, text: problem.text(book))
        }
    }
}
