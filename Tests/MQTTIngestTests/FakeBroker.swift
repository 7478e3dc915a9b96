import Glibc
import TestSupport

/// A listener that knows MQTT 3.1.1 only: it refuses version 5 and grants whatever is subscribed.
final class FakeBroker: Sendable {
    let port: Int
    private let seen = Noted<[UInt8]>([])
    private let isOver = Noted(false)

    /// The protocol versions of the CONNECT packets so far.
    var versions: [UInt8] { seen.value }

    init() throws {
        let listener = try Loopback.listen(port: 0)
        port = listener.port
        startThread { [seen, isOver] in
            defer { close(listener.descriptor) }
            while !isOver.value {
                var waiting = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 20) > 0 else { continue }
                let client = accept(listener.descriptor, nil, nil)
                guard client >= 0 else { continue }
                startThread { FakeBroker.serve(client, seen, isOver) }
            }
        }
    }

    deinit { isOver.change { $0 = true } }

    /// Packets are short here and come one per read or a few together; type and length are one byte each.
    private static func serve(_ client: Int32, _ seen: Noted<[UInt8]>, _ isOver: Noted<Bool>) {
        defer { close(client) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while !isOver.value {
            let count = recv(client, &bytes, bytes.count, 0)
            guard count > 0 else { return }
            var rest = bytes[..<count]
            while let first = rest.first, rest.count >= 2 {
                let packet = rest.prefix(2 + Int(rest[rest.startIndex + 1]))
                rest = rest.dropFirst(packet.count)
                guard let answer = answer(to: first & 0xF0, Array(packet), seen) else { return }
                send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
                guard answer != [0x20, 2, 0, 1] else { return }
            }
        }
    }

    private static func answer(to type: UInt8, _ packet: [UInt8], _ seen: Noted<[UInt8]>) -> [UInt8]? {
        switch type {
        case 0x10:
            let version = packet[8]
            seen.change { $0.append(version) }
            return version == 4 ? [0x20, 2, 0, 0] : [0x20, 2, 0, 1]
        case 0x80: return [0x90, 3, packet[2], packet[3], 1]
        case 0xA0: return [0xB0, 2, packet[2], packet[3]]
        case 0xC0: return [0xD0, 0]
        default: return nil
        }
    }
}
