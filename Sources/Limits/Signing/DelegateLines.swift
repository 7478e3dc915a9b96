import GatewayModel

/// A list of delegates as it is read aloud: how many must sign, and each person's keys by their fingerprints.
public enum DelegateLines {
    /// The fingerprint of a public line, as `ssh-keygen -l` prints it; the line where it is none.
    public static func fingerprint(_ line: String) -> String {
        (try? SSHPublicKey(line: line).fingerprint) ?? line
    }

    /// One line for the rule and one for each person; none where the decision brings no list.
    public static func of(_ resolution: Resolution, _ book: Phrasebook) -> [String] {
        guard let list = resolution.provenance.delegates else { return [] }
        let rule = book.text(
            "signing.list.rule", ["needed": "\(list.threshold)", "of": "\(list.persons.count)"])
        return [rule]
            + list.persons.map { person in
                let keys = person.keys.map(fingerprint)
                return book.text(
                    person.until == nil ? "signing.list.person" : "signing.list.person_until",
                    [
                        "person": person.id, "keys": keys.joined(separator: ", "),
                        "until": person.until?.description ?? "",
                    ])
            }
    }
}
