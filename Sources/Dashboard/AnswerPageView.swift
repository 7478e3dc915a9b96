import GatewayModel

/// The pages of the answer listener: plain HTML without scripts, readable aloud and usable by keyboard.
enum AnswerPageView {
    /// The only style; its hash stands in ``contentSecurityPolicy``.
    static let style =
        "body{font:1.2rem/1.5 sans-serif;max-width:34rem;margin:1rem auto;padding:0 1rem;color:#111;background:#fff}"
        + "button,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.8rem;margin:.3rem 0}"
        + "button{min-height:3.5rem;border:2px solid #111;background:#fff;color:#111}"

    /// Nothing is loaded from anywhere, nobody may frame the page, and its form goes back to where it came from.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-kosSXTqIssabIi/7nUP8nVqJMW6OraGBUb0hAbSKABA='; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    /// The notice with the answers and a field for a note.
    static func form(_ notice: LinkNotice) -> String {
        let words = notice.words
        let buttons = LinkReply.Act.allCases.filter { $0 != .agree || notice.canAgree }.map { act in
            "<button type=\"submit\" name=\"answer\" value=\"\(act.rawValue)\">"
                + Escaping.html(words.text("answer_page.button.\(act.rawValue)")) + "</button>"
        }
        return page(
            words, title: notice.title,
            [
                "<h1>\(Escaping.html(notice.title))</h1>", "<p>\(lines(notice.text))</p>",
                // The form has no address of its own, so that a proxy may put the page below another path.
                "<form method=\"post\">",
                "<label for=\"note\">\(Escaping.html(words.text("answer_page.note")))</label>",
                "<textarea id=\"note\" name=\"note\" rows=\"2\" maxlength=\"500\"></textarea>",
            ] + buttons + [
                "<button type=\"submit\" name=\"answer\" value=\"note\">"
                    + Escaping.html(words.text("answer_page.button.note")) + "</button>",
                "</form>", "<p>\(Escaping.html(words.text("answer_page.yours")))</p>",
            ])
    }

    /// What happened, and who else goes.
    static func outcome(_ outcome: LinkOutcome, of notice: LinkNotice) -> String {
        page(
            notice.words, title: notice.title,
            ["<h1>\(Escaping.html(notice.title))</h1>", "<div role=\"status\">"]
                + outcome.lines.map { "<p>\(Escaping.html($0))</p>" } + ["</div>"])
    }

    /// One and the same page for whatever is not there.
    static func nothing(_ words: Phrasebook) -> String { plain("nothing", words) }

    /// Too much was asked for.
    static func tooMany(_ words: Phrasebook) -> String { plain("too_many", words) }

    private static func plain(_ key: String, _ words: Phrasebook) -> String {
        let title = words.text("answer_page.\(key)_title")
        return page(
            words, title: title,
            ["<h1>\(Escaping.html(title))</h1>", "<p>\(Escaping.html(words.text("answer_page.\(key)")))</p>"])
    }

    private static func page(_ words: Phrasebook, title: String, _ body: [String]) -> String {
        ([
            "<!DOCTYPE html>", "<html lang=\"\(Escaping.htmlAttribute(words.language))\">", "<head>",
            "<meta charset=\"utf-8\">", "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<title>\(Escaping.html(title))</title>", "<style>\(style)</style>", "</head>", "<body>", "<main>",
        ] + body + ["</main>", "</body>", "</html>", ""]).joined(separator: "\n")
    }

    private static func lines(_ text: String) -> String {
        Escaping.plain(text).split(separator: "\n", omittingEmptySubsequences: false)
            .map { Escaping.html(String($0)) }.joined(separator: "<br>")
    }
}
