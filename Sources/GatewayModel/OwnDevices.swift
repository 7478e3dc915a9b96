/// The device names under which readings stand that no device sent; no message can take them.
public enum OwnDevices {
    /// A person's own readings; the sensor's name follows.
    public static let hand = "by-hand/"
    /// Readings brought along from files; the import's number follows.
    public static let imported = "imported/"

    /// True for both kinds.
    public static func contain(_ device: String) -> Bool {
        device.hasPrefix(hand) || device.hasPrefix(imported)
    }
}
