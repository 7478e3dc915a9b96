import Foundation
import GatewayModel

/// SMS over a USB modem, without the internet: files for gammu's daemon, which holds the modem
/// (docs.gammu.org/smsd/files.html).
///
/// Delivered means that the mobile network took every part for every person. The file of a message has the same name at
/// every attempt, so that the daemon's folders tell what became of it; nothing that is there is sent again. The text ends
/// with `ref:` and the last eight digits of the key.
public struct SMSDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    let sms: SMSSettings
    /// A failure where a word cannot be read, which costs the answers alone.
    let rules: Result<AnswerRules, DestinationError>
    private let context: DestinationContext

    static let noFolders =
        "the daemon's configuration cannot be read or does not name four folders of the service `files`"

    init(
        settings: DestinationSettings, sms: SMSSettings, rules: Result<AnswerRules, DestinationError>,
        context: DestinationContext
    ) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.sms = sms
        self.rules = rules
        self.context = context
    }

    /// Everybody in `to:` gets the same text.
    public var hasOneReader: Bool { sms.people.count == 1 }

    private func readers(of item: OutboxItem) -> [AnsweringPerson] {
        item.reader.map { reader in sms.people.filter { $0.name == reader } } ?? sms.people
    }

    /// Gives the message to the daemon for each person who does not have it, and waits for the modem.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        guard let folders = SMSFolders(configuration: sms.gammu) else {
            return .retry(after: nil, reason: "\(sms.gammu): \(SMSDestination.noFolders)")
        }
        let text = text(for: item).text
        for person in readers(of: item) {
            let file = SMSDestination.file(item, person)
            let place = folders.place(of: file)
            if place == .sent || place == .waiting { continue }
            if let problem = folders.put(text, as: file) { return .retry(after: nil, reason: problem) }
        }
        return wait(for: item, folders)
    }

    /// Seconds after which what still waits at the modem is taken back: it may be about something that is over.
    static let staleSeconds: Int64 = 900

    /// The daemon's folders say what became of it.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        guard let folders = SMSFolders(configuration: sms.gammu) else {
            return .unreachable(reason: SMSDestination.noFolders)
        }
        let places = readers(of: item).map { folders.place(of: SMSDestination.file(item, $0)) }
        if places.contains(.waiting) {
            guard now >= item.createdAt.advanced(bySeconds: SMSDestination.staleSeconds) else {
                return .unreachable(reason: "it still waits at the modem")
            }
            // The modem is away. Here it waits better: what is over is left out, and much becomes one digest.
            readers(of: item).forEach { folders.takeBack(SMSDestination.file(item, $0)) }
        }
        return places.allSatisfy { $0 == .sent } ? .found(remoteID: SMSDestination.reference(item)) : .missing
    }

    /// `ref:` and the end of the key, which differs where its beginning, the alert's, does not.
    static func reference(_ item: OutboxItem) -> String {
        "ref:\(item.key.suffix(8))"
    }

    /// The title, which has the urgency and the number to answer with, the text, and where it fits the address to answer
    /// at: nothing of what happened is cut for its sake.
    ///
    /// What does not fit goes without accents and signs that cost half of the room, then with a short title, and then with
    /// its beginning and its end.
    func text(for item: OutboxItem) -> SMSText {
        let body = Escaping.plain(item.body)
        func whole(_ title: Int) -> String { Escaping.singleLine(item.title, limit: title) + "\n" + body }
        let reference = "\n" + SMSDestination.reference(item)
        let texts = [SMSText.affordable(whole(120)), SMSText.plain(whole(120)), SMSText.plain(whole(40))]
        let ends = [item.answerLink.map { "\n" + $0 }, ""].compactMap { $0 }
        for end in ends {
            let fitting = texts.lazy.map { SMSText($0 + end + reference) }.first { $0.parts <= sms.parts }
            if let fitting { return fitting }
        }
        // A short title does not make room enough; in several parts the whole one says more.
        return SMSText(texts[sms.parts > 1 ? 1 : 2], ending: reference, parts: sms.parts)
    }

    /// `OUTA20261118_110640_00_+34600111222_00001001.txt`: most urgent first, time, number, end of the key.
    static func file(_ item: OutboxItem, _ person: AnsweringPerson) -> String {
        let time = item.createdAt.rfc3339().prefix(19).filter { $0 != "-" && $0 != ":" }
        let day = time.prefix(8)
        let letter = item.priority == .now ? "A" : item.priority == .today ? "B" : "C"
        let key = item.key.suffix(8).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return "OUT\(letter)\(day)_\(time.suffix(6))_00_\(person.sender ?? "")_\(key).txt"
    }

    /// Waits until the daemon has moved every message on.
    private func wait(for item: OutboxItem, _ folders: SMSFolders) -> DeliveryOutcome {
        let deadline = ContinuousClock.now.advanced(by: .seconds(sms.timeoutSeconds))
        while true {
            let places = readers(of: item).map { folders.place(of: SMSDestination.file(item, $0)) }
            if places.allSatisfy({ $0 == .sent }) { return .delivered(remoteID: SMSDestination.reference(item)) }
            if places.contains(.failed), !places.contains(.waiting) {
                let names = zip(readers(of: item), places).filter { $1 == .failed }.map(\.0.name)
                return .retry(after: nil, reason: "the modem could not send to \(names.joined(separator: ", "))")
            }
            guard ContinuousClock.now < deadline, !context.stop.isStopped else {
                return .unknown(reason: "the modem has not sent it within \(sms.timeoutSeconds) s")
            }
            context.stop.wait(milliseconds: 50)
        }
    }
}
