import CCurl

/// How a connection to a mail server is protected.
public enum MailSecurity: String, Hashable, Sendable, Decodable, CaseIterable {
    /// Starts in the clear and must change to TLS before anything is said (RFC 3207); port 587.
    case startTLS = "starttls"
    /// TLS from the first byte (RFC 8314); port 465.
    case tls
    /// No protection; only to a server on this machine.
    case plain
}

/// What a mail server said to a message.
public struct MailReply: Hashable, Sendable {
    /// The last reply code (RFC 5321, section 4.2), 250 where it accepted.
    public var code: Int
    /// Recipients' refusals and other replies of 400 and above, as sent, at most ten.
    public var complaints: [String]
    /// True where the server took the message for at least one recipient.
    public var isAccepted: Bool
}

/// Hands one message to a mail server through libcurl; blocks, so call it on a thread of its own.
public struct MailClient: Sendable {
    /// The server's name or address.
    public var host: String
    /// The port.
    public var port: Int
    /// The protection.
    public var security: MailSecurity
    /// User and password; nil where the server wants none.
    public var login: (user: String, password: String)?
    /// Seconds for the whole exchange.
    public var timeoutSeconds: Int
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Ends running exchanges early.
    public var stop: TransferStop?

    /// Sends a message of finished RFC 5322 bytes to the envelope's addresses.
    ///
    /// A refused recipient does not stop the others; it stands in the reply's complaints.
    func send(from sender: String, to recipients: [String], message: [UInt8]) -> Result<MailReply, TransportError> {
        let scheme = security == .tls ? "smtps" : "smtp"
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        guard stop?.isStopped != true,
            let transfer = CurlTransfer(
                url: "\(scheme)://\(name):\(port)", timeoutSeconds: timeoutSeconds, caFile: caFile, stop: stop)
        else { return .failure(TransportError(code: 0, message: "the gateway is stopping", mayHaveArrived: false)) }
        transfer.set(CURLOPT_USE_SSL, Int(security == .startTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
        if let login {
            transfer.set(CURLOPT_USERNAME, login.user)
            transfer.set(CURLOPT_PASSWORD, login.password)
        }
        transfer.set(CURLOPT_MAIL_FROM, "<\(sender)>")
        transfer.set(CURLOPT_MAIL_RCPT, list: recipients.map { "<\($0)>" })
        transfer.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        transfer.set(CURLOPT_UPLOAD, 1)
        // Also bounds the wait for the answer to QUIT after a time-out, for which libcurl has a limit of its own.
        transfer.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, timeoutSeconds)
        transfer.setUpload(message)
        let result = transfer.perform()
        let complaints = result.headerLines.filter { $0.hasPrefix("4") || $0.hasPrefix("5") }
        let reply = MailReply(
            code: result.status, complaints: Array(complaints.prefix(10)), isAccepted: result.code == 0)
        if result.code == 0 || result.status >= 400 { return .success(reply) }
        // Half an answer to the final dot makes libcurl forget the code of the one before it; its line is still there.
        let hasData = result.status == 354 || result.headerLines.last?.hasPrefix("354") == true
        return .failure(
            TransportError(
                code: result.code, message: result.message,
                mayHaveArrived: result.uploadIsComplete && !message.isEmpty && hasData))
    }
}
