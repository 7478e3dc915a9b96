import Crypto
import Foundation

/// Tells files apart by their bytes (SHA-256, FIPS 180-4).
public enum Fingerprint {
    /// 64 hexadecimal digits.
    public static func sha256(_ bytes: some DataProtocol) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
