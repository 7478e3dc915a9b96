import GatewayModel
import StrictYAML

/// Reads what a resolution says of its own origin: `minutes:`, `previous:`, hashes under `supersedes:`, `delegates:`.
enum ProvenanceEntry {
    /// The provenance and the numbers under `supersedes:`; what is wrong is reported at its line.
    static func read(_ fields: Fields) -> (provenance: Provenance, supersedes: [Int]) {
        var provenance = Provenance(
            minutes: fields["minutes"].flatMap(minutes), previous: fields["previous"].flatMap(hash),
            delegates: fields["delegates"].flatMap(delegates))
        var numbers: [Int] = []
        for entry in fields["supersedes"]?.list() ?? [] {
            guard entry.isMapping else {
                if let number = entry.integer(in: 1...1_000_000) { numbers.append(number) }
                continue
            }
            guard let named = entry.mapping(keys: ["number", "sha256"]),
                let number = named.required("number", example: "3")?.integer(in: 1...1_000_000)
            else { continue }
            numbers.append(number)
            if let hash = named.required("sha256", example: "9f86d0…, see `commons limits history`").flatMap(hash) {
                provenance.supersededHashes[number] = hash
            }
        }
        return (provenance, numbers)
    }

    /// `{sha256: …}` or `{book: 3, page: 41}`.
    private static func minutes(_ field: Field) -> Minutes? {
        guard let fields = field.mapping(keys: ["sha256", "book", "page"]) else { return nil }
        switch (fields["sha256"], fields["book"], fields["page"]) {
        case (let sum?, nil, nil): return hash(sum).map(Minutes.sha256)
        case (nil, let book?, let page?):
            guard let book = book.integer(in: 1...10_000), let page = page.integer(in: 1...10_000) else { return nil }
            return .book(book, page: page)
        default:
            field.report(
                "'minutes' names neither a file nor a page",
                remedy: "write {book: 3, page: 41}, or {sha256: …} with the sum that sha256sum prints")
            return nil
        }
    }

    /// 64 hexadecimal digits; groups of four with spaces, as they are read aloud, will do.
    private static func hash(_ field: Field) -> String? {
        guard let text = field.string() else { return nil }
        let digits = text.lowercased().filter { $0 != " " }
        guard digits.count == 64, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            field.report(
                "'\(field.path)' is not a SHA-256: \(digits.count) characters instead of 64 hexadecimal digits",
                remedy: "copy it from sha256sum or `commons limits history`")
            return nil
        }
        return digits
    }

    /// `{threshold: 3, persons: [{id: rosa, keys: ["ssh-ed25519 AAAA…"], until: 2027-05-02}]}`.
    private static func delegates(_ field: Field) -> DelegateList? {
        guard let fields = field.mapping(keys: ["threshold", "persons"]),
            let threshold = fields.required("threshold", example: "3")?.integer(in: 1...1000),
            let entries = fields.required("persons", example: "[{id: rosa, keys: [\"ssh-ed25519 AAAA…\"]}]")?.list()
        else { return nil }
        var owners: [String: String] = [:]
        let persons = entries.compactMap { entry in person(entry, &owners) }
        guard persons.count == entries.count else { return nil }
        if let twice = Dictionary(grouping: persons, by: \.id).filter({ $1.count > 1 }).keys.min() {
            field.report("the delegate '\(twice)' stands twice", remedy: "write all keys of a person into one entry")
        }
        if threshold > persons.count {
            fields["threshold"]?.report(
                "\(threshold) signatures are asked of \(persons.count) delegates",
                remedy: "name more delegates or ask for fewer signatures")
        } else if persons.count >= 3, threshold < 2 {
            fields["threshold"]?.report(
                "one of \(persons.count) delegates could decide alone", remedy: "ask for 2 signatures or more")
        }
        return DelegateList(threshold: threshold, persons: persons)
    }

    private static func person(_ entry: Field, _ owners: inout [String: String]) -> Delegate? {
        guard let fields = entry.mapping(keys: ["id", "keys", "until"]),
            let id = fields.required("id", example: "rosa")?.string(),
            let lines = fields.required("keys", example: "[\"ssh-ed25519 AAAA…\"]")?.list()
        else { return nil }
        guard Delegate.isName(id) else {
            fields["id"]?.report(
                "'\(id)' is not a delegate's id", remedy: "use up to 40 lower-case letters, digits and dashes")
            return nil
        }
        if lines.isEmpty {
            fields.owner.report("'\(id)' has no key", remedy: "make one with `ssh-keygen -t ed25519`")
        }
        var keys: [String] = []
        for line in lines {
            guard let key = line.string().flatMap({ key($0, line) }) else { return nil }
            if let owner = owners.updateValue(id, forKey: key.description) {
                line.report(
                    owner == id ? "a key of '\(id)' stands twice" : "'\(owner)' and '\(id)' have the same key",
                    remedy: owner == id
                        ? "write it once" : "whoever signs must be one person: each makes a key of their own")
            }
            keys.append(key.description)
        }
        return Delegate(id: id, keys: keys, until: fields["until"]?.date())
    }

    private static func key(_ line: String, _ field: Field) -> SSHPublicKey? {
        do {
            return try SSHPublicKey(line: line)
        } catch .otherKind {
            field.report(
                "'\(line.prefix(20))…' is a key of another kind", remedy: "make one with `ssh-keygen -t ed25519`")
        } catch {
            field.report(
                "'\(line.prefix(30))…' is not a whole public key",
                remedy: "copy the whole line of the .pub file, which begins with ssh-ed25519")
        }
        return nil
    }
}
