import Glibc
import Synchronization

/// Stands between a client and a server on 127.0.0.1 and cuts, holds back or counts what passes.
///
/// A thread accepts and another one serves each connection. A cut hands over exactly the bytes before it and ends both
/// sides; it applies to one connection, the ones after it pass whole unless ``cut(_:after:)`` is called again.
public final class CuttingProxy: Sendable {
    /// Which way bytes go.
    public enum Direction: Int, Sendable, CaseIterable {
        /// From the client to the server.
        case toServer
        /// From the server to the client.
        case toClient
    }

    private struct State {
        var cut: (direction: Direction, bytes: Int)?
        var isPaused = [false, false]
        var passed = [0, 0]
        var connections = 0
        var ended = 0
        var cuts = 0
        var isOver = false
    }

    /// Where the client connects.
    public let port: Int
    private let target: Int
    private let listener: Int32
    private let state: Shared

    // The threads hold the state and not the proxy, so that the proxy can end while they run.
    private final class Shared: Sendable {
        let values = Mutex(State())
    }

    /// Starts a proxy to a port.
    public init(to target: Int) throws {
        let socket = try Loopback.listen(port: 0)
        self.target = target
        listener = socket.descriptor
        port = socket.port
        state = Shared()
        CuttingProxy.accept(on: listener, target, state)
    }

    deinit {
        state.values.withLock { $0.isOver = true }
    }

    /// Cuts the current or next connection once that many bytes have gone that way since it was made; nil never cuts.
    public func cut(_ direction: Direction, after bytes: Int?) {
        state.values.withLock { $0.cut = bytes.map { (direction, $0) } }
    }

    /// Holds bytes back that go that way, or lets them go again.
    public func pause(_ direction: Direction, _ isPaused: Bool = true) {
        state.values.withLock { $0.isPaused[direction.rawValue] = isPaused }
    }

    /// Connections made so far.
    public var connections: Int { state.values.withLock { $0.connections } }

    /// Connections that are over, whose bytes are all counted.
    public var ended: Int { state.values.withLock { $0.ended } }

    /// Cuts made so far.
    public var cuts: Int { state.values.withLock { $0.cuts } }

    /// Bytes that went that way on the newest connection.
    public func passed(_ direction: Direction) -> Int { state.values.withLock { $0.passed[direction.rawValue] } }

    private static func accept(on listener: Int32, _ target: Int, _ state: Shared) {
        startThread {
            while !state.values.withLock({ $0.isOver }) {
                var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 20) > 0 else { continue }
                let client = Glibc.accept(listener, nil, nil)
                guard client >= 0 else { continue }
                guard let server = Loopback.connect(port: target) else {
                    close(client)
                    continue
                }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                Loopback.withoutDelay(client)
                state.values.withLock {
                    $0.connections += 1
                    $0.passed = [0, 0]
                }
                startThread { serve([client, server], state) }
            }
            close(listener)
        }
    }

    /// `ends` are the client's and the server's socket; bytes for the server come from the first.
    private static func serve(_ ends: [Int32], _ state: Shared) {
        defer {
            ends.forEach { close($0) }
            state.values.withLock { $0.ended += 1 }
        }
        let mine = state.values.withLock { $0.connections }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let (isOver, paused) = state.values.withLock { ($0.isOver || $0.connections != mine, $0.isPaused) }
            guard !isOver else { return }
            var waiting = (0..<2).map { pollfd(fd: paused[$0] ? -1 : ends[$0], events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, 2, 20) > 0 else { continue }
            for way in 0..<2 where waiting[way].revents != 0 {
                let room = state.values.withLock { values in
                    values.cut.flatMap { $0.direction.rawValue == way ? max(0, $0.bytes - values.passed[way]) : nil }
                }
                let count = recv(ends[way], &buffer, min(buffer.count, room.map { max(1, $0) } ?? buffer.count), 0)
                guard count > 0 else { return }
                let allowed = min(count, room ?? count)
                guard sendAll(ends[1 - way], buffer, allowed) else { return }
                let isCut = state.values.withLock { values in
                    values.passed[way] += allowed
                    guard let room, room <= count else { return false }
                    values.cut = nil
                    values.cuts += 1
                    return true
                }
                guard !isCut else { return drain(ends) }
            }
        }
    }

    /// The receiver shall see all bytes before the cut, so nothing unread may turn the end into a reset.
    private static func drain(_ ends: [Int32]) {
        var rest = [UInt8](repeating: 0, count: 4096)
        ends.forEach { shutdown($0, Int32(SHUT_WR)) }
        let end = steadySeconds() + 2
        var open = ends
        while !open.isEmpty, steadySeconds() < end {
            var waiting = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), 20) > 0 else { continue }
            let ready = Set(waiting.filter { $0.revents != 0 }.map(\.fd))
            open.removeAll { ready.contains($0) && recv($0, &rest, rest.count, 0) <= 0 }
        }
    }

    private static func sendAll(_ descriptor: Int32, _ bytes: [UInt8], _ count: Int) -> Bool {
        var sent = 0
        while sent < count {
            let more = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { send(descriptor, $0 + sent, count - sent, Int32(MSG_NOSIGNAL)) } ?? -1
            }
            guard more > 0 else { return false }
            sent += more
        }
        return true
    }
}
