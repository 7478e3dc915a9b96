import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import GatewayApp

/// `commons limits collect` on a folder of saved mails and of files with any name.
@Suite("Signatures in mails")
struct CollectedMailTests {
    private let village: SigningVillage
    private let stick: String

    init() throws {
        village = try SigningVillage()
        stick = village.folder.file("stick")
        try FileManager.default.createDirectory(atPath: stick + "/within", withIntermediateDirectories: true)
    }

    private func put(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(stick)/\(name)", atomically: true, encoding: .utf8)
    }

    /// What is attached to a mail, and how it is packed.
    private struct Attachment: Encodable {
        var name: String
        var text: String
        var packed: String
    }

    /// A mail as another program packs it (Python's email library), with a text, the same in HTML, and what is attached.
    private func mail(_ attachments: [Attachment], isForwarded: Bool = false) throws -> String {
        let script = """
            import json, sys
            from email.message import EmailMessage
            mail = EmailMessage()
            mail['Subject'] = 'Signature'
            mail.set_content('Here it is.\\nSaludos, ñ')
            mail.add_alternative('<p>Here it is.</p>', subtype='html')
            for part in json.load(sys.stdin):
                mail.add_attachment(part['text'], filename=part['name'], cte=part['packed'])
            if \(isForwarded ? "True" : "False"):
                outer = EmailMessage()
                outer['Subject'] = 'Fwd'
                outer.set_content('See below.')
                outer.add_attachment(mail)
                mail = outer
            sys.stdout.write(mail.as_string())
            """
        let input = String(decoding: try JSONEncoder().encode(attachments), as: UTF8.self)
        let child = try ChildProcess("/usr/bin/python3", ["-c", script], input: input)
        #expect(child.wait() == .exited(0), "\(child.output)")
        return child.output
    }

    @Test("A signature is found in a file of any name and in each attachment of a saved mail; what holds none is named")
    func collect() throws {
        let office = try village.office()
        let first = try village.found(in: office)
        office.close()
        let garden = try village.write(2, previous: first)
        let inbox = village.folder.file("inbox")
        func signed(_ person: String) throws -> String {
            try village.keys.sign(village.bytes(garden), with: person, namespace: "limits@test")
        }
        try put("a-pau.txt", "Dear all,\n" + signed("pau") + "Regards\n")
        let two = try mail([
            Attachment(name: "rosa.sig", text: signed("rosa"), packed: "base64"),
            Attachment(name: "notes.txt", text: "Bring bread.\n", packed: "7bit"),
            Attachment(name: "lluc.sig", text: signed("lluc"), packed: "quoted-printable"),
        ])
        #expect(!two.contains("BEGIN SSH SIGNATURE-----\n" + (try signed("rosa").split(separator: "\n")[1])))
        try put("b-two.eml", two)
        try put("c-windows.eml", two.replacing("\n", with: "\r\n"))
        try put(
            "d-forwarded", mail([Attachment(name: "x", text: signed("jordi"), packed: "base64")], isForwarded: true))
        try put("e-nothing.eml", mail([Attachment(name: "notes.txt", text: "Bring bread.\n", packed: "base64")]))
        try put("f-half.md", String(signed("amina").dropLast(80)))
        try Data([0xFF, 0xD8, 0, 0x10]).write(to: URL(fileURLWithPath: stick + "/g-photo.jpg"))
        #expect(try ChildProcess("/usr/bin/mkfifo", [stick + "/h-pipe"]).wait() == .exited(0))
        try put("within/amina.sig", signed("amina"))

        let desk = SigningDesk(site: village.site)
        func taken(_ file: String, _ person: String) throws -> String {
            "\(file): \(person) signed decision 2 with the key \(try village.keys.fingerprint(person)); put at \(inbox)/0002.sigs/\(person).sig."
        }
        func already(_ file: String, _ person: String) -> String {
            "\(file): the signature of \(person) for decision 2 is at \(inbox)/0002.sigs/\(person).sig already."
        }
        let finding = try desk.collect(folder: stick, json: false)
        let expected = try [
            taken("a-pau.txt", "pau"), taken("b-two.eml, rosa.sig", "rosa"), taken("b-two.eml, lluc.sig", "lluc"),
            already("c-windows.eml, rosa.sig", "rosa"), already("c-windows.eml, lluc.sig", "lluc"),
            taken("d-forwarded, x", "jordi"), "No signature in e-nothing.eml.",
            "f-half.md is no whole signature. Copy it again, from the line BEGIN SSH SIGNATURE to the line END SSH SIGNATURE.",
            "No signature in g-photo.jpg.", "No signature in h-pipe.",
        ]
        #expect(finding.lines == expected)
        #expect(!finding.isGood)
        #expect(
            SignatureFolder.files(for: garden).map(\.name) == ["jordi.sig", "lluc.sig", "pau.sig", "rosa.sig"])
        #expect(try ProvenanceDesk(site: village.site).verify(file: garden, json: false).isGood)
    }

    @Test("Where no file holds a signature each is named, and it is no success")
    func none() throws {
        try village.office().close()
        try put("letter.eml", mail([]))
        try put("notes.txt", "Bring bread.\n")
        let desk = SigningDesk(site: village.site)
        let finding = try desk.collect(folder: stick, json: false)
        #expect(
            finding.lines == [
                "No signature in letter.eml.", "No signature in notes.txt.", "There is no signature in \(stick).",
            ])
        #expect(!finding.isGood)
        let rows = try desk.collect(folder: stick, json: true).lines
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains("\"outcome\":\"none\"") }, "\(rows)")
    }
}
