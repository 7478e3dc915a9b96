import Foundation
import GatewayModel
import Limits

/// The ceremony at the console when too many keys are lost: begin, wait seven public days, finish.
public struct RecoveryDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Every sentence of the file, which should have none but the list, and the new list with the fingerprint of every key, to be compared with the people's own.
    public func preview(file path: String) throws -> [String] {
        let file = try DecisionFile.read(path)
        let book = site.book(nil)
        let sentences = site.configuration.community.languages.flatMap { language in
            PlainSentence.all(of: file.resolution, site.book(language)).map { "\(language)  \($0)" }
        }
        return
            (sentences + DelegateLines.of(file.resolution, book) + [book.text("signing.cli.check_number")]
            + [0, 1].map { "    " + RecordDesk.grouped(file.sha256, $0) }).map(Escaping.terminal)
    }

    /// Carries a step to the writing process; a file is needed unless the wait is withdrawn.
    public func take(_ step: RecoveryStep, file path: String?, enteredFor: String?) throws -> CommandReply {
        let file = try path.map(DecisionFile.read)
        let command = Command.recover(
            step: step, fileName: file?.name ?? "", bytes: Data(file?.bytes ?? []),
            signatures: path.map(SignatureFolder.files(for:)) ?? [])
        return try CommandDesk(site: site).perform(command, enteredFor: enteredFor)
    }
}
