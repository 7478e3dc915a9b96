import Foundation
import Glibc

/// A connected or listening Unix domain socket with bounded, line-wise reading; closed when released.
final class UnixSocket: Sendable {
    /// The greatest length of a line, in bytes; a resolution with its text fits well.
    static let maximumLine = 4 * 1024 * 1024

    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Listens at a path that only the owner and the group may reach; an abandoned socket file is replaced.
    static func listening(at path: String, group: String?) throws(ControlError) -> UnixSocket {
        let socket = try open()
        unlink(path)
        let mask = umask(0o117)
        let bound = withAddress(of: path) { bind(socket.descriptor, $0, $1) }
        umask(mask)
        guard bound == 0, listen(socket.descriptor, 8) == 0 else {
            throw ControlError.system("listen at \(path)")
        }
        if let group, let entry = getgrnam(group) { chown(path, uid_t.max, entry.pointee.gr_gid) }
        return socket
    }

    /// Connects to a listening process; nil where none listens there.
    static func connected(to path: String) throws(ControlError) -> UnixSocket? {
        let socket = try open()
        if withAddress(of: path, { connect(socket.descriptor, $0, $1) }) == 0 { return socket }
        // Where the data folder is closed nobody can tell whether a gateway listens in it.
        if errno == EACCES {
            throw ControlError(
                description: "this account may not speak to the gateway at \(path); the group stewards may, where "
                    + "control_socket: lies in a folder that it can enter: `sudo usermod -aG stewards NAME`, then log in anew "
                    + "(docs/install.md)")
        }
        guard errno == ENOENT || errno == ECONNREFUSED else { throw ControlError.system("connect to \(path)") }
        return nil
    }

    /// Waits for a connection, at most that long; nil where none came.
    func accepted(withinMilliseconds limit: Int32) -> UnixSocket? {
        guard isReadable(withinMilliseconds: limit) else { return nil }
        let connection = accept(descriptor, nil, nil)
        return connection < 0 ? nil : UnixSocket(descriptor: connection)
    }

    /// The account at the other end, as the kernel vouches for it (SO_PEERCRED, unix(7)).
    func peerAccount() -> String? {
        // `struct ucred` is process, user, group; Glibc's module does not show the type.
        var credentials: (process: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        guard let entry = getpwuid(credentials.user) else { return "uid \(credentials.user)" }
        return String(cString: entry.pointee.pw_name)
    }

    /// Reads up to a line feed, which is not part of the result; nil where the other end sends none in time.
    func readLine(withinMilliseconds limit: Int32) -> Data? {
        var line = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while line.count < UnixSocket.maximumLine, isReadable(withinMilliseconds: limit) {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            if let end = buffer[..<count].firstIndex(of: 0x0A) {
                line.append(contentsOf: buffer[..<end])
                return line
            }
            line.append(contentsOf: buffer[..<count])
        }
        return nil
    }

    /// Writes a line with its line feed; false where the other end has gone.
    func writeLine(_ line: Data) -> Bool {
        var rest = line + [0x0A]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func isReadable(withinMilliseconds limit: Int32) -> Bool {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, limit) > 0
    }

    private static func open() throws(ControlError) -> UnixSocket {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ControlError.system("open a socket") }
        return UnixSocket(descriptor: descriptor)
    }

    private static func withAddress(of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Why the control socket could not be used.
public struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, and what the system said.
    public var description: String

    static func system(_ attempt: String) -> ControlError {
        ControlError(description: "cannot \(attempt): \(String(cString: strerror(errno)))")
    }
}
