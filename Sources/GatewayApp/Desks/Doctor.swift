import Delivery
import Foundation
import GatewayModel
import Limits
import MQTTIngest
import Reporting
import Storage

/// Says what is wrong with an installation and what to do about it; changes nothing.
public struct Doctor {
    let site: Site

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

    /// Looks at files, disk, database and record book, and at the broker's configuration where it is named.
    ///
    /// `progress` is told what is being done and its share, while the stored readings are looked at.
    public func examine(
        brokerConfig: String?, progress: (String, Double) -> Void = { _, _ in }
    ) throws -> Findings {
        var problems = FileCheck.run(configFile: site.configuration.file).problems.map(\.description)
        var good: [String] = []
        if let brokerConfig {
            let text = try? String(contentsOfFile: brokerConfig, encoding: .utf8)
            problems +=
                text.map { BrokerAdvice.examine(configuration: $0, fileName: brokerConfig).map(\.description) }
                ?? ["\(brokerConfig): cannot be read; name the broker's configuration file"]
        }
        let signed = site.configuration.signOfLife?.to ?? []
        problems += site.configuration.destinations.flatMap { $0.advice(carriesSignOfLife: signed.contains($0.name)) }
        let reach = site.configuration.stewards.flatMap(\.reach)
        let hasTopics = site.configuration.destinations.contains { destination in
            if case .ntfy = destination.kind { reach.contains(destination.name) } else { false }
        }
        if site.configuration.answerPage != nil, reach.isEmpty {
            problems.append(
                "answer_page: nobody gets a link, since no steward's reach: names a destination of that person alone")
        }
        if hasTopics, !QRCode().isInstalled {
            problems.append(
                "qrencode is not installed, so the stewards' sheets have no squares to scan; sudo apt install qrencode")
        }
        problems += missingCredentials() + changeableFiles()
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
            let found = try examineStore(progress)
            problems += found.problems
            good += found.good
        } catch {
            problems.append("\(error)")
        }
        return Findings(
            lines: problems
                + [problems.isEmpty ? "Healthy: " + good.joined(separator: ", ") + "." : ""]
                .filter { !$0.isEmpty }, isHealthy: problems.isEmpty)
    }
}
