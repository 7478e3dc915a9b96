import StrictYAML

/// Settings of a folder of text files.
public struct FilesSettings: Hashable, Sendable {
    /// The folder; made where it is missing.
    public var folder: String
    /// How many notices stay; older ones are removed.
    public var keep: Int

    static let keys = ["folder", "keep"]

    /// Makes settings.
    public init(folder: String, keep: Int = 1000) {
        self.folder = folder
        self.keep = keep
    }

    init?(_ fields: Fields) {
        guard let folder = fields.required("folder", example: "var/notices")?.string(), !folder.isEmpty,
            let keep = fields["keep"].map({ $0.integer(in: 10...100_000) }) ?? 1000
        else { return nil }
        self.init(folder: folder, keep: keep)
    }
}
