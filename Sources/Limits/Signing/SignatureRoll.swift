import GatewayModel

/// Who of one or two lists of delegates has signed a file, each person once per list, whatever the number of keys.
struct SignatureRoll {
    /// The lists whose threshold counts.
    let lists: [DelegateList]
    /// The persons that have signed, list by list.
    private(set) var signers: [Set<String>]
    /// The files that count, in the form in which they are kept.
    private(set) var counted: [SignatureFile] = []
    /// Why the others do not.
    private(set) var notes: [SigningProblem] = []

    private let bytes: [UInt8]
    private let resolution: Resolution

    /// Looks at every file; keys are looked at as they stood on the day of the assembly.
    init(_ files: [SignatureFile], over bytes: [UInt8], of resolution: Resolution, lists: [DelegateList]) {
        self.bytes = bytes
        self.resolution = resolution
        self.lists = lists
        signers = lists.map { _ in [] }
        for file in files.sorted(by: { $0.name < $1.name }) {
            do {
                try count(file)
            } catch {
                var problem = error
                problem.values["file"] = file.name
                notes.append(problem)
            }
        }
    }

    private mutating func count(_ file: SignatureFile) throws(SigningProblem) {
        let signature = try SignatureRoll.signature(in: file, over: bytes, community: resolution.community)
        let key = signature.key.description
        let holders = lists.map { list in list.persons.first { $0.keys.contains(key) } }
        guard let holder = holders.lazy.compactMap({ $0 }).first else {
            guard !lists.isEmpty else { throw SigningProblem(.noListYet) }
            throw SigningProblem(
                .unknownKey, ["key": signature.key.fingerprint, "number": "\(resolution.number)"])
        }
        let valid = holders.map { holder in
            holder.flatMap { $0.until.map { $0 >= resolution.assembly } ?? true ? $0.id : nil }
        }
        guard valid.contains(where: { $0 != nil }) else {
            throw SigningProblem(
                .expiredKey,
                [
                    "person": holder.id, "until": holder.until?.description ?? "",
                    "assembly": "\(resolution.assembly)",
                ])
        }
        var isNew = false
        for (index, person) in valid.enumerated() {
            if let person, signers[index].insert(person).inserted { isNew = true }
        }
        guard isNew else { throw SigningProblem(.samePerson, ["person": holder.id]) }
        counted.append(SignatureFile(name: file.name, armour: signature.armour))
    }

    /// The persons of a list that have signed, in the list's order.
    func signed(_ index: Int) -> [String] {
        lists[index].persons.map(\.id).filter(signers[index].contains)
    }

    /// The persons of a list that have not, and whose keys may sign for the day of the assembly.
    func missing(_ index: Int) -> [String] {
        lists[index].persons.filter { $0.until.map { $0 >= resolution.assembly } ?? true }.map(\.id)
            .filter { !signers[index].contains($0) }
    }

    /// A signature that is whole, for this community's decisions, and over these bytes; whose it is is not looked at.
    static func signature(
        in file: SignatureFile, over bytes: [UInt8], community: String
    ) throws(SigningProblem) -> SSHSignature {
        let signature: SSHSignature
        do {
            signature = try SSHSignature(armour: file.armour)
        } catch {
            throw SigningProblem(SigningProblem.Code(error))
        }
        let ours = SSHSignature.namespace(of: community)
        guard signature.namespace == ours else {
            let isForeign = signature.namespace.hasPrefix(SSHSignature.namespace(of: ""))
            throw SigningProblem(
                isForeign ? .foreignNamespace : .otherNamespace, ["theirs": signature.namespace, "ours": ours])
        }
        guard signature.fits(bytes) else {
            let windows = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
            throw SigningProblem(signature.fits(windows) ? .windowsLineEnds : .otherBytes)
        }
        return signature
    }
}
