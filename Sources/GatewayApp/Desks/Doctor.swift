import Delivery
import Foundation
import GatewayModel
import Limits
import MQTTIngest
import Reporting
import Storage

/// Says what is wrong with an installation and what to do about it; changes nothing.
public struct Doctor {
    private let site: Site

    /// Makes a doctor for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What was found.
    public struct Findings: Sendable {
        /// One line per finding.
        public var lines: [String]
        /// True where nothing needs to be done.
        public var isHealthy: Bool
    }

    /// Decisions whose file no longer holds the adopted text; what is in force is the adopted text all the same.
    private func editedDecisions(in store: Store) throws -> [String] {
        let adopted = Dictionary(
            try store.resolutions().map { ($0.number, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        let folder = site.configuration.resolutionsFolder
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return names.filter { $0.hasSuffix(".md") }.compactMap { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name),
                let number = ResolutionFile.parse([UInt8](data), fileName: name).resolution?.number,
                let bytes = adopted[number], bytes != [UInt8](data)
            else { return nil }
            return
                "\(folder)/\(name) differs from decision \(number) as it was adopted; an edited file changes nothing. "
                + "Write a new decision that supersedes it, or put the file back"
        }
    }

    /// Looks at files, disk, database and record book, and at the broker's configuration where it is named.
    public func examine(brokerConfig: String?) throws -> Findings {
        var problems = FileCheck.run(configFile: site.configuration.file).problems.map(\.description)
        var good: [String] = []
        if let brokerConfig {
            let text = try? String(contentsOfFile: brokerConfig, encoding: .utf8)
            problems +=
                text.map { BrokerAdvice.examine(configuration: $0, fileName: brokerConfig).map(\.description) }
                ?? ["\(brokerConfig): cannot be read; name the broker's configuration file"]
        }
        problems += site.configuration.destinations.flatMap(\.advice)
        if site.configuration.stewards.isEmpty {
            problems.append("nobody is on duty; add stewards: to \(site.configuration.file)")
        }
        if !site.configuration.waitsForNetworkTime, !site.configuration.community.isDemonstration,
            !FileManager.default.fileExists(atPath: "/dev/rtc0")
        {
            problems.append(
                "this machine has no clock chip; add one, or clock: {wait_for_network: true} to \(site.configuration.file), "
                    + "so that a power cut dates nothing wrongly")
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: site.configuration.dataFolder)
        if let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value {
            if free < 200_000_000 {
                problems.append("only \(free / 1_000_000) MB are free; make room before the next readings are refused")
            } else {
                good.append("\(free / 1_000_000) MB free")
            }
        }
        do {
            let store = try site.readingStore()
            let damage = try store.check()
            problems += damage.map { "the database is damaged: \($0); restore the last good backup" }
            problems += try editedDecisions(in: store)
            let backup = BackupStanding(site, store: store, record: nil, now: SystemClock.now())
            if backup.isAlarming { problems.append(backup.complaint(site)) }
            if backup.facts.state == .good { good.append("last good backup \(site.local(backup.since))") }
            let book = try store.verifyRecordBook()
            if let broken = book.firstBroken {
                problems.append("the record book does not fit from entry \(broken) on; see `commons log verify`")
            } else {
                good.append("record book of \(book.count) entries fits")
            }
        } catch {
            problems.append("\(error)")
        }
        return Findings(
            lines: problems
                + [problems.isEmpty ? "Healthy: " + good.joined(separator: ", ") + "." : ""]
                .filter { !$0.isEmpty }, isHealthy: problems.isEmpty)
    }
}
