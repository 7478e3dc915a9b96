import Foundation
import GatewayModel
import Storage

/// What a doctor sees of the ways out and in.
extension Doctor {
    /// Conditions of the box that stand in nobody's way at the box itself, so that only here they are seen.
    private static let ways: [BoxCondition] = [.brokerAway, .destinationFailing, .answersUnheard, .answerPageAway]
    /// Seconds that a notice may wait before it is worth a word.
    private static let patience: Int64 = 900

    /// Ways that do not work now, as the open alerts say, and what waits for them.
    func blockedWays(in store: Store) throws -> [String] {
        let book = site.book(nil)
        let open = try store.alerts(openOnly: true).filter { alert in
            guard case .box(let condition) = alert.cause else { return false }
            return alert.holds && Doctor.ways.contains(condition)
        }
        let blocked = open.map { alert in
            let key = if case .box(let condition) = alert.cause { condition.rawValue } else { "" }
            let values = alert.details.merging(["subject": alert.subject]) { own, _ in own }
            let reason = alert.details["reason"].map { ": " + Escaping.singleLine($0, limit: 200) } ?? ""
            return "alert \(alert.number) since \(site.local(alert.onset)): \(book.text("box.\(key).title", values))"
                + "\(reason); see `commons alerts explain \(alert.number)`"
        }
        let begin = SystemClock.now().advanced(bySeconds: -Doctor.patience)
        let late = Dictionary(grouping: try store.waitingNotices().filter { $0.waitsSince <= begin }, by: \.destination)
        return blocked
            + late.sorted { $0.key < $1.key }.map { destination, notices in
                "\(notices.count) notices about alerts wait for '\(destination)', the first of them since "
                    + "\(site.local(notices.map(\.waitsSince).min() ?? begin)); they go out as soon as it takes one"
            }
    }
}
