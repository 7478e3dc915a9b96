import CCurl
import GatewayModel

/// A request over HTTP or HTTPS.
public struct HTTPRequest: Hashable, Sendable {
    /// The methods that destinations need.
    public enum Method: String, Hashable, Sendable {
        // As they stand in the request line.
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    /// The method.
    public var method: Method
    /// The absolute address.
    public var url: String
    /// Header names and values in the order they are sent; line breaks in values are not sent.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// Makes a request.
    public init(
        method: Method = .post, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Requests are equal where everything that is sent is equal.
    public static func == (left: HTTPRequest, right: HTTPRequest) -> Bool {
        left.method == right.method && left.url == right.url && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }

    /// Hashes what is sent.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(url)
        hasher.combine(body)
        for header in headers {
            hasher.combine(header.name)
            hasher.combine(header.value)
        }
    }
}

/// An answer over HTTP.
public struct HTTPResponse: Hashable, Sendable {
    /// The status, 100 to 599.
    public var status: Int
    /// Headers by lower-case name; the last of several equal names.
    public var headers: [String: String]
    /// The body, cut at the client's limit.
    public var body: [UInt8]

    /// Makes an answer.
    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Sends requests through libcurl; blocks, so call it on a thread of its own.
///
/// Certificates are verified and redirects are answers like any other, never followed.
public struct HTTPClient: Sendable {
    /// Seconds for the whole exchange.
    public var timeoutSeconds: Int
    /// A PEM file of certificate authorities in place of the system's.
    public var caFile: String?
    /// Ends running exchanges early.
    public var stop: TransferStop?
    /// Bytes of an answer's body that are kept.
    public var bodyLimit = CurlTransfer.bodyLimit
    /// What must not come back in the words of a refusal, which are recorded and logged.
    public var secrets: [String]

    /// Makes a client.
    public init(
        timeoutSeconds: Int = 20, caFile: String? = nil, stop: TransferStop? = nil, secrets: [String] = []
    ) {
        self.timeoutSeconds = timeoutSeconds
        self.caFile = caFile
        self.stop = stop
        self.secrets = secrets
    }

    /// Sends one request and waits for the answer.
    public func send(_ request: HTTPRequest) -> Result<HTTPResponse, TransportError> {
        guard stop?.isStopped != true,
            let transfer = CurlTransfer(url: request.url, timeoutSeconds: timeoutSeconds, caFile: caFile, stop: stop)
        else { return .failure(TransportError(code: 0, message: "the gateway is stopping", mayHaveArrived: false)) }
        // An empty Expect keeps libcurl from waiting a second for a go-ahead that small servers never send.
        let headers = request.headers.map { "\($0.name): \(Escaping.headerValue($0.value))" } + ["Expect:"]
        transfer.set(CURLOPT_HTTPHEADER, list: headers)
        transfer.set(CURLOPT_USERAGENT, "commons-gateway")
        switch request.method {
        case .get:
            transfer.set(CURLOPT_HTTPGET, 1)
        case .post:
            transfer.set(CURLOPT_POST, 1)
            transfer.set(CURLOPT_POSTFIELDSIZE, request.body.count)
        case .put:
            transfer.set(CURLOPT_UPLOAD, 1)
            transfer.set(CURLOPT_INFILESIZE, request.body.count)
        }
        transfer.keepBody(upTo: bodyLimit)
        transfer.setUpload(request.method == .get ? [] : request.body)
        let result = transfer.perform()
        guard result.code == 0 else {
            return .failure(
                TransportError(
                    code: result.code, message: result.message,
                    mayHaveArrived: result.requestBytes > 0 && result.uploadIsComplete))
        }
        let body = (200..<300).contains(result.status) ? result.body : discreet(result.body)
        return .success(
            HTTPResponse(status: result.status, headers: HTTPClient.headers(result.headerLines), body: body))
    }

    /// An error page may show the request again, with its key.
    private func discreet(_ body: [UInt8]) -> [UInt8] {
        guard !secrets.isEmpty else { return body }
        var text = String(decoding: body, as: UTF8.self)
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "…") }
        return Array(text.utf8)
    }

    private static func headers(_ lines: [String]) -> [String: String] {
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers[line[..<colon].lowercased()] = String(value)
        }
        return headers
    }
}
