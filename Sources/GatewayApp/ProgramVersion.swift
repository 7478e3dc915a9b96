/// The version of the program, as reports and the record book name it.
public enum ProgramVersion {
    /// Semantic version (semver.org).
    public static let current = "0.1.0"
}
