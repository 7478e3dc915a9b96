import StrictYAML

/// Settings of a program that takes messages.
public struct CommandSettings: Hashable, Sendable {
    /// The absolute path of the program.
    public var program: String
    /// Its arguments, passed as they are; no shell sees them.
    public var arguments: [String]
    /// Seconds that it may run.
    public var timeoutSeconds: Int

    static let keys = ["program", "arguments", "timeout"]

    /// Makes settings.
    public init(program: String, arguments: [String] = [], timeoutSeconds: Int = 30) {
        self.program = program
        self.arguments = arguments
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let field = fields.required("program", example: "/usr/local/bin/send-sms"), let program = field.string(),
            let timeout = fields.seconds("timeout", in: 1...600, default: 30)
        else { return nil }
        guard program.hasPrefix("/") else {
            field.report("'\(program)' is not an absolute path", remedy: "write it from the root: /usr/local/bin/…")
            return nil
        }
        let arguments = fields["arguments"]?.list().map { $0.string() } ?? []
        guard !arguments.contains(nil) else { return nil }
        self.init(program: program, arguments: arguments.compactMap { $0 }, timeoutSeconds: timeout)
    }
}
