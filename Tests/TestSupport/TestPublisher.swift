/// Publishes with mosquitto_pub, and waits until the broker has taken everything.
public struct TestPublisher: Sendable {
    /// mosquitto_pub failed.
    public struct Failed: Error {
        /// What it wrote.
        public let output: String
    }

    private let port: Int
    private let options: [String]

    /// A publisher for a port on 127.0.0.1; `options` are further ones of mosquitto_pub, such as an account.
    public init(port: Int, options: [String] = []) {
        self.port = port
        self.options = options
    }

    /// A publisher for a broker.
    public init(_ broker: MosquittoBroker, options: [String] = []) {
        self.init(port: broker.port, options: options)
    }

    /// Publishes one message per payload, in order; payloads hold no line break.
    public func publish(_ payloads: [String], to topic: String, qos: Int = 1, isRetained: Bool = false) throws {
        let input = payloads.map { $0 + "\n" }.joined()
        try run(["-l", "-t", topic, "-q", "\(qos)"] + (isRetained ? ["-r"] : []), input: input)
    }

    /// Publishes one message of any text.
    public func publish(_ payload: String, to topic: String, qos: Int = 1, isRetained: Bool = false) throws {
        try run(["-s", "-t", topic, "-q", "\(qos)"] + (isRetained ? ["-r"] : []), input: payload)
    }

    private func run(_ arguments: [String], input: String) throws {
        let child = try ChildProcess(
            "/usr/bin/mosquitto_pub", ["-h", "127.0.0.1", "-p", "\(port)", "-V", "5"] + options + arguments,
            input: input)
        guard child.wait(60) == .exited(0) else { throw Failed(output: child.output) }
    }
}
