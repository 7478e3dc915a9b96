import CCurl
import Synchronization

/// One libcurl transfer: the only place that holds libcurl's pointers; made, performed and gone on one thread.
///
/// `perform` blocks for at most the time limit. libcurl is initialised once, at the first transfer, behind Swift's
/// lazy static, which is safe from any thread. Environment variables that name proxies are not followed: what leaves
/// the box goes where its configuration says.
final class CurlTransfer {
    /// What came of a transfer as libcurl tells it.
    struct Result {
        /// libcurl's code, 0 where all went well.
        var code: UInt32
        /// libcurl's sentence for the code, with its details.
        var message: String
        /// The protocol's last answer: HTTP status or SMTP reply code; 0 where none came.
        var status: Int
        /// Bytes of request lines and headers that left; 0 where no connection came about.
        var requestBytes: Int
        /// True where every byte of the upload was handed over.
        var uploadIsComplete: Bool
        /// The lines before the body: HTTP headers, SMTP replies; bounded.
        var headerLines: [String]
        /// The body, cut at ``CurlTransfer/bodyLimit`` or where it was said.
        var body: [UInt8]
    }

    /// Bytes of a body that are kept where nothing else is said; the rest is read and dropped.
    static let bodyLimit = 65_536
    private static let headerLineLimit = 200
    private static let isInitialised = commons_curl_global_init() == CURLE_OK

    private let handle: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let buffers: Buffers

    /// Bytes on their way; its address is what libcurl's callbacks get.
    private final class Buffers {
        var upload: [UInt8] = []
        var uploaded = 0
        var body: [UInt8] = []
        var bodyLimit = CurlTransfer.bodyLimit
        var headerLines: [String] = []
        let stop: TransferStop?

        init(stop: TransferStop?) {
            self.stop = stop
        }
    }

    /// Makes a transfer with verification on, no redirects, no signals; nil only where memory is short.
    init?(url: String, timeoutSeconds: Int, caFile: String?, stop: TransferStop?) {
        guard CurlTransfer.isInitialised, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        buffers = Buffers(stop: stop)
        set(CURLOPT_URL, url)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT, timeoutSeconds)
        set(CURLOPT_CONNECTTIMEOUT, min(timeoutSeconds, 15))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps")
        if let caFile { set(CURLOPT_CAINFO, caFile) }
        installCallbacks()
    }

    deinit {
        for list in lists { curl_slist_free_all(list) }
        curl_easy_cleanup(handle)
    }

    /// Sets a number.
    func set(_ option: CURLoption, _ value: Int) {
        _ = commons_curl_set_long(handle, option, value)
    }

    /// Sets a text, which libcurl copies.
    func set(_ option: CURLoption, _ value: String) {
        _ = commons_curl_set_string(handle, option, value)
    }

    /// Sets a list of texts, which lives as long as the transfer.
    func set(_ option: CURLoption, list values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            if let longer = curl_slist_append(list, value) { list = longer }
        }
        guard let list else { return }
        lists.append(list)
        _ = commons_curl_set_list(handle, option, list)
    }

    /// Sets the bytes of the request, read by libcurl as it sends.
    func setUpload(_ bytes: [UInt8]) {
        buffers.upload = bytes
    }

    /// Keeps so many bytes of the answer's body.
    func keepBody(upTo limit: Int) {
        buffers.bodyLimit = limit
    }

    /// Performs the transfer; blocks.
    func perform() -> Result {
        var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = errorText.withUnsafeMutableBufferPointer { buffer in
            _ = commons_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            defer { _ = commons_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
            return withExtendedLifetime(buffers) { curl_easy_perform(handle) }
        }
        let details = String(decoding: errorText.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Result(
            code: code.rawValue, message: details.isEmpty ? String(cString: curl_easy_strerror(code)) : details,
            status: getLong(CURLINFO_RESPONSE_CODE), requestBytes: getLong(CURLINFO_REQUEST_SIZE),
            uploadIsComplete: buffers.uploaded == buffers.upload.count, headerLines: buffers.headerLines,
            body: buffers.body)
    }

    private func getLong(_ info: CURLINFO) -> Int {
        var value = 0
        return commons_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    /// The callbacks run on the thread that performs, while `buffers` is held by `perform`.
    private func installCallbacks() {
        let address = Unmanaged.passUnretained(buffers).toOpaque()
        _ = commons_curl_set_write_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, address in
            guard let bytes, let address else { return 0 }
            let buffers = Unmanaged<Buffers>.fromOpaque(address).takeUnretainedValue()
            let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
            buffers.body.append(contentsOf: chunk.prefix(max(0, buffers.bodyLimit - buffers.body.count)))
            return size * count
        }
        _ = commons_curl_set_write_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, address in
            guard let bytes, let address else { return 0 }
            let buffers = Unmanaged<Buffers>.fromOpaque(address).takeUnretainedValue()
            if buffers.headerLines.count < CurlTransfer.headerLineLimit {
                let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
                buffers.headerLines.append(String(line.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }))
            }
            return size * count
        }
        _ = commons_curl_set_write_callback(handle, CURLOPT_READFUNCTION) { target, size, count, address in
            guard let target, let address else { return 0 }
            let buffers = Unmanaged<Buffers>.fromOpaque(address).takeUnretainedValue()
            let length = min(size * count, buffers.upload.count - buffers.uploaded)
            buffers.upload[buffers.uploaded...].prefix(length).withUnsafeBytes { part in
                UnsafeMutableRawBufferPointer(start: target, count: length).copyMemory(from: part)
            }
            buffers.uploaded += length
            return length
        }
        _ = commons_curl_set_progress_callback(handle) { address, _, _, _, _ in
            guard let address else { return 0 }
            return Unmanaged<Buffers>.fromOpaque(address).takeUnretainedValue().stop?.isStopped == true ? 1 : 0
        }
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_XFERINFODATA] {
            _ = commons_curl_set_pointer(handle, option, address)
        }
        set(CURLOPT_NOPROGRESS, 0)
    }
}
