import Foundation
import TestSupport
import Testing

@testable import GatewayApp

/// The sheet of a new steward, with qrencode, a real browser and zbarimg as they are installed.
@Suite("Welcome sheet", .serialized, .timeLimit(.minutes(3)))
struct DutySheetTests {
    private let folder: TemporaryFolder
    private let village: AlertVillage

    init() throws {
        folder = try TemporaryFolder("sheet")
        for (name, secret) in [
            ("word", "manzana"), ("topic", "rosa-9f2c77ab"), ("replies", "replies-5e1d"), ("token", "tk_x"),
        ] {
            try "\(secret)\n".write(toFile: folder.file(name), atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
        village = try AlertVillage(
            """
              - {name: rosa-push, kind: ntfy, audience: stewards, url: https://ntfy.example.org/, topic_file: \(folder.path)/topic, token_file: \(folder.path)/token, reply_topic_file: \(folder.path)/replies, people: [{name: Rosa, word_file: \(folder.path)/word}]}
              - {name: all-push, kind: ntfy, audience: stewards, url: https://ntfy.example.org, topic: everybody-1}
            """, stewards: "[{name: Rosa, language: es, reach: [rosa-push]}, {name: Jordi}]")
    }

    /// What a camera reads off the page as a browser shows it.
    private func scan(_ page: String) throws -> [String] {
        let file = folder.file("sheet.html")
        try page.write(toFile: file, atomically: true, encoding: .utf8)
        let browser = try ChildProcess(
            "/usr/bin/chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile",
                "--window-size=900,2600", "--screenshot=\(folder.path)/sheet.png", "file://\(file)",
            ])
        try #require(browser.wait(90) == .exited(0), "\(browser.output)")
        let camera = try ChildProcess(
            "/usr/bin/zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", folder.file("sheet.png")])
        try #require(camera.wait(60) == .exited(0), "\(camera.output)")
        // Without a message bus the program complains of that besides.
        return camera.output.split(separator: "\n").map(String.init).filter { $0.contains("://") }.sorted()
    }

    @Test("A person's sheet has that person's topic and word, as text and as squares that a camera reads")
    func squares() throws {
        let desk = DutyDesk(site: village.site)
        let page = try desk.sheet(of: "Rosa")
        #expect(page.contains("rosa-9f2c77ab") && page.contains("12 SÍ manzana") && !page.contains("everybody-1"))
        #expect(page.contains("sin cuenta") && !page.contains("tk_x") && !page.contains("duty.sheet"))
        #expect(
            try scan(page) == ["https://ntfy.example.org/replies-5e1d", "ntfy://ntfy.example.org/rosa-9f2c77ab"])
        let other = try desk.sheet(of: "Jordi")
        #expect(!other.contains("rosa-9f2c77ab") && !other.contains("manzana") && !other.contains("<svg"))
    }

    @Test("Without qrencode the sheet has everything in words, and says why there is no square")
    func absent() throws {
        let code = QRCode(program: "no-such-program-here")
        #expect(!code.isInstalled && QRCode().isInstalled)
        let page = try DutyDesk(site: village.site).sheet(of: "Rosa", drawnBy: code)
        #expect(page.contains("rosa-9f2c77ab") && page.contains("qrencode") && !page.contains("<svg"))
        #expect(try !DutyDesk(site: village.site).sheet(of: "Rosa").contains("qrencode"))
        let found = try Doctor(site: village.site).examine(brokerConfig: nil).lines
        #expect(!found.contains { $0.contains("qrencode") })
    }
}
