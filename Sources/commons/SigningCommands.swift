import ArgumentParser
import Foundation
import GatewayApp

/// `commons limits sign`, `collect`, `verify`
extension LimitsCommand {
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signs a decision's file as one of the delegates.",
            discussion: """
                Shows what the file says and its check number, asks, and lets ssh-keygen sign; that asks for the passphrase \
                where the key has one. With an agent or a security stick, name the .pub file. The signature is put beside \
                the file: 0007.md has it in 0007.sigs/rosa.sig. A key is made once with: ssh-keygen -t ed25519

                The same without this program, on any machine with OpenSSH 8.1 or later:
                  ssh-keygen -Y sign -f KEY -n limits@COMMUNITY < 0007.md > rosa.sig

                Examples:
                  commons limits sign config/resolutions/0007.md --key ~/.ssh/id_ed25519 \\
                      --person rosa
                  commons limits sign 0007.md --key ~/.ssh/id_ed25519.pub --person rosa
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The decision's file.") var file: String
        @Option(name: .long, help: "The private key's file; the .pub file where an agent has the key.") var key: String
        @Option(name: .long, help: "Who signs: the id on the list of delegates.") var person: String
        @Flag(name: .long, help: "Do not ask.") var yes = false

        func run() throws {
            let desk = try SigningDesk(site: Site.load(configFile: site.config))
            let preview = try desk.preview(file: file, person: person)
            preview.lines.forEach { print($0) }
            guard preview.isGood else { throw ExitCode(1) }
            if !yes {
                print(desk.question(person: person), terminator: "")
                guard readLine() == "yes" else {
                    complain("Nothing was signed.")
                    throw ExitCode(1)
                }
            }
            try show(desk.sign(file: file, key: key, person: person))
        }
    }

    struct Collect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes signatures from a stick or a mail folder to the decisions they were made for.",
            discussion: """
                Looks for signatures in every file of the folder, whatever it is called, and in the attachments of saved \
                mails (.eml), but not in folders within it. Tries each against the decisions of the resolutions folder, puts \
                it beside the one that it was made over, and says of each file what became of it. Nothing is adopted by it.

                Examples:
                  commons limits collect /media/usb
                  commons limits collect ~/Downloads --format json
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The folder with signatures or saved mails.") var folder: String
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try show(
                SigningDesk(site: Site.load(configFile: site.config)).collect(folder: folder, json: format == .json))
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says who signed a decision and what is missing; without a file, checks everything adopted here.",
            discussion: """
                Exit 1 where a file could not be adopted as it is, or where one thing adopted does not fit: a text, a \
                signature, the chain from one decision to the next, or the record book. docs/verify.md does the same \
                without this program, on another machine.

                Examples:
                  commons limits verify config/resolutions/0007.md
                  commons limits verify --format json
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The decision's file; everything that was adopted where none is named.") var file: String?
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            let desk = try ProvenanceDesk(site: Site.load(configFile: site.config))
            try show(
                file.map { try desk.verify(file: $0, json: format == .json) }
                    ?? desk.verifyAll(json: format == .json))
        }
    }
}

/// Prints a finding and ends with 1 where something is wrong.
private func show(_ finding: Finding) throws {
    finding.lines.forEach { print($0) }
    guard finding.isGood else { throw ExitCode(1) }
}
