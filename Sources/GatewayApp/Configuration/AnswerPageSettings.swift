import Foundation
import GatewayModel
import Glibc

/// Where the page listens on which stewards answer alerts by link, and how people's telephones reach it.
public struct AnswerPageSettings: Sendable, Hashable {
    /// The address to listen at: `127.0.0.1` for this box only, `0.0.0.0` for all of its networks.
    public var host = "127.0.0.1"
    /// The port.
    public var port = 8480
    /// What telephones call it from anywhere, without a slash at its end; nil for its address in the building.
    public var publicURL: String?

    /// Makes settings.
    public init() {}

    /// True for an address that other machines do not reach.
    var isOnThisBoxOnly: Bool { AnswerPageSettings.isLoopback(host) }

    /// The address to listen at, with its port.
    var address: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Where a link begins: the public address, or the one in the building as it is now; nil where there is neither.
    func base() -> String? {
        if let publicURL { return publicURL }
        guard !isOnThisBoxOnly else { return nil }
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        guard let place = isEverywhere ? AnswerPageSettings.addressInTheBuilding() : host else { return nil }
        return "http://\(place.contains(":") ? "[\(place)]" : place):\(port)"
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// True for names and addresses that mean something inside a building or a tunnel only.
    static func isLocal(_ host: String) -> Bool {
        let parts = host.split(separator: ".").compactMap { UInt8($0) }
        if parts.count == 4 {
            return parts[0] == 10 || parts[0] == 127 || parts[0] == 192 && parts[1] == 168
                || parts[0] == 172 && (16...31).contains(parts[1])
        }
        if host.contains(":") { return host == "::1" || host.hasPrefix("fd") || host.hasPrefix("fe80") }
        return !host.contains(".") || [".local", ".lan", ".internal", ".home.arpa"].contains { host.hasSuffix($0) }
    }

    /// The address with which this box speaks to others, as its routes say; nil where it has none.
    ///
    /// Connecting a datagram socket sends nothing (connect(2)); the address is one for documentation (RFC 5737).
    private static func addressInTheBuilding() -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        address.sin_addr.s_addr = inet_addr("198.51.100.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isKnown else { return nil }
        let parts = withUnsafeBytes(of: address.sin_addr.s_addr) { $0.map(String.init) }
        return parts.joined(separator: ".")
    }
}
