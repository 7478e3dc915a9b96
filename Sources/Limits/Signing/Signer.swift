import GatewayModel

/// Whose signature it is, and with which key it was made.
public struct Signer: Hashable, Sendable {
    /// The delegate's id.
    public var person: String
    /// The key's fingerprint, as `ssh-keygen -l` prints it.
    public var fingerprint: String
    /// The signature in the form in which it is kept.
    public var armour: String

    /// Makes a signer.
    public init(person: String, fingerprint: String, armour: String) {
        self.person = person
        self.fingerprint = fingerprint
        self.armour = armour
    }

    /// Finds out whose signature a file is: of the list that the adopted decisions leave in force, or of the list that
    /// the decision brings.
    ///
    /// - Throws: ``SigningProblem`` with `file` among its values.
    public static func of(
        _ file: SignatureFile, over bytes: [UInt8], _ resolution: Resolution, after chain: [AdoptedResolution]
    ) throws(SigningProblem) -> Signer {
        let lists = [DelegatesInForce(chain)?.list, resolution.provenance.delegates].compactMap { $0 }
        let roll = SignatureRoll([file], over: bytes, of: resolution, lists: lists)
        if let problem = roll.notes.first { throw problem }
        let person = lists.indices.lazy.compactMap { roll.signed($0).first }.first
        guard let kept = roll.counted.first, let person, let signature = try? SSHSignature(armour: kept.armour) else {
            throw SigningProblem(.damaged, ["file": file.name])
        }
        return Signer(person: person, fingerprint: signature.key.fingerprint, armour: kept.armour)
    }

    /// True where a signature is whole, for that community's decisions, and over these bytes, whoever made it.
    public static func fits(_ file: SignatureFile, over bytes: [UInt8], community: String) -> Bool {
        (try? SignatureRoll.signature(in: file, over: bytes, community: community)) != nil
    }
}
