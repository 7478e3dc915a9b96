import Foundation
import GatewayModel

/// Squares for the cameras of telephones, drawn by Debian's `qrencode` (ISO/IEC 18004).
struct QRCode {
    /// The program; another one in tests.
    var program = "qrencode"

    /// The square as an SVG element; nil where the program is missing or refuses. The text goes through a pipe, since it may
    /// be a secret and the list of processes is for everybody.
    func svg(_ text: String) -> String? {
        let command = [program, "--type=SVG", "--level=M", "--margin=4", "--inline", "--svg-path", "--output=-"]
        guard let drawn = try? Programs().run(command, input: text), drawn.status == 0,
            let start = drawn.said.range(of: "<svg"), let end = drawn.said.range(of: "</svg>")
        else { return nil }
        return String(drawn.said[start.lowerBound..<end.upperBound])
    }

    /// True where the program is there.
    var isInstalled: Bool { svg("12") != nil }
}
