import Foundation

/// What a doctor sees of who may change the files that say what is measured.
extension Doctor {
    /// Accounts below this number are those of services (login.defs(5), `SYS_UID_MAX`).
    private static let firstPerson = 1000

    /// The files and folders of the configuration that an installed service's own account could change.
    ///
    /// Somebody who tries the program under an account of their own owns everything, and is left alone.
    func changeableFiles() -> [String] {
        let configuration = site.configuration
        guard let owner = Doctor.owner(of: configuration.dataFolder), (1..<Doctor.firstPerson).contains(owner) else {
            return []
        }
        return changeableFiles(by: owner)
    }

    /// The same for an account by its number.
    func changeableFiles(by account: Int) -> [String] {
        let configuration = site.configuration
        let paths = [
            configuration.file, configuration.devicesFolder, configuration.languagesFolder,
            configuration.resolutionsFolder,
        ]
        return paths.filter { path in
            // Whoever owns the folder may put another file in its place.
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            return [path, folder].contains { Doctor.owner(of: $0) == account }
        }.map {
            "the service's own account may change \($0), and with it what is measured or said; move it where root owns it "
                + "(docs/install.md)"
        }
    }

    private static func owner(of path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.ownerAccountID] as? NSNumber)?.intValue
    }
}
