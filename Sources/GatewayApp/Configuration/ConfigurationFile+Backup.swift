import Delivery
import StrictYAML

extension ConfigurationFile {
    /// The rule for backups; what is on its way to another machine has to be encrypted.
    func backup(_ field: Field) -> Configuration.Backup? {
        let keys = ["folder", "every", "passphrase_file", "also", "keep", "key_file", "known_hosts"]
        guard let fields = field.mapping(keys: keys),
            let place = fields.required("folder", example: "/media/backup"), let folder = place.string()
        else { return nil }
        var rota = BackupRota()
        if let keep = fields["keep"]?.mapping(keys: ["days", "weeks", "months"]) {
            rota.days = keep["days"]?.integer(in: 1...3660) ?? rota.days
            rota.weeks = keep["weeks"]?.integer(in: 0...520) ?? rota.weeks
            rota.months = keep["months"]?.integer(in: 0...1200) ?? rota.months
        }
        let rule = Configuration.Backup(
            folder: folder, every: fields["every"]?.seconds() ?? 7 * 86_400,
            passphraseFile: fields["passphrase_file"]?.secretPath(), keyFile: fields["key_file"]?.secretPath(),
            knownHosts: fields["known_hosts"]?.string(),
            also: (fields["also"]?.list() ?? []).compactMap { $0.string() }, keep: rota)
        if rule.isRemote {
            if SSHTarget(folder) == nil {
                place.report(
                    "'\(folder)' is not understood as a folder on another machine",
                    remedy: "write for example `\(SSHTarget.example)`, without spaces")
            }
            if rule.passphraseFile == nil {
                place.report(
                    "copies on another machine must be encrypted", remedy: "add passphrase_file: to backup:")
            }
        } else {
            for key in ["key_file", "known_hosts"] {
                fields[key]?.report(
                    "'\(key)' is for a folder on another machine", remedy: "`folder: \(SSHTarget.example)`")
            }
        }
        return rule
    }
}
