import GatewayModel
import StrictYAML

extension ConfigurationFile {
    /// `answer_page: {listen: 127.0.0.1:8480, public_url: https://…}`
    func answerPage(_ field: Field) -> AnswerPageSettings? {
        guard let fields = field.mapping(keys: ["listen", "public_url"]) else { return nil }
        var page = AnswerPageSettings()
        if let listen = fields["listen"] { read(listen, into: &page) }
        page.publicURL = fields["public_url"].flatMap(publicAddress)
        if page.publicURL == nil, page.isOnThisBoxOnly {
            field.report(
                "nobody could open the page: it listens on this box only and has no public_url",
                remedy: "`listen: 0.0.0.0:8480` for the building, or `public_url: https://…` behind a reverse proxy")
        }
        return page
    }

    private func read(_ listen: Field, into page: inout AnswerPageSettings) {
        guard let text = listen.string() else { return }
        let colon = text.lastIndex(of: ":")
        let host = colon.map { String(text[..<$0]).filter { $0 != "[" && $0 != "]" } } ?? ""
        guard let colon, let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port), !host.isEmpty,
            host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".:-".contains($0)) })
        else {
            return listen.report("'\(text)' is no address to listen at", remedy: "write it as 127.0.0.1:8480")
        }
        (page.host, page.port) = (host, port)
    }

    private func publicAddress(_ field: Field) -> String? {
        guard var text = field.string() else { return nil }
        while text.hasSuffix("/") { text.removeLast() }
        let isSecure = text.hasPrefix("https://")
        let authority = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" }
        let host =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        guard isSecure || text.hasPrefix("http://"), !host.isEmpty,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains(where: { "@?#\"'<>".contains($0) })
        else {
            field.report("'\(text)' is not an address", remedy: "write https://host or https://host/path")
            return nil
        }
        guard isSecure || AnswerPageSettings.isLocal(String(host)) else {
            field.report(
                "'\(text)' would show links to everybody on the way",
                remedy: "use https://; http:// is for the building and for a tunnel")
            return nil
        }
        return text
    }
}
