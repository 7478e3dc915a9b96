import Foundation
import GatewayModel
import Storage

extension BackupDesk {
    /// Puts the list of what households had deleted beside the copies, where it is not complete there; returns how many
    /// entries lie there now.
    ///
    /// In a folder it is looked at each time, since sticks take turns; one that is out is told when it is back. On another
    /// machine the list is encrypted like the copies.
    func tellOfForgotten(beyond known: Int, record: BackupRecord) throws -> Int {
        guard let rule = site.configuration.backup else { return known }
        let days = try site.readingStore().forgottenDays()
        guard rule.isRemote else {
            if BackupFolder(path: rule.folder, avoiding: record.ownDisk).isThere {
                try tellOfForgotten(days, inFolder: rule.folder)
            }
            return days.count
        }
        guard let passphraseFile = rule.passphraseFile, days.count != known else { return known }
        let community = site.configuration.community.id
        let place = try rule.place(programs: programs)
        try withScratch("forgotten.scratch") { folder in
            let list = ForgottenList(folder: try folder("list"), community: community)
            try list.complete(with: days)
            let parcel = try folder("parcel")
            let name = CopyNames(community: community).forgotten
            try archive(passphraseFile).pack(list.folder, into: parcel + "/" + name)
            try place.settle(parcel + "/" + name, as: name, scratch: parcel)
        }
        return days.count
    }

    /// The plain list beside the copies in a folder.
    func tellOfForgotten(_ days: [ForgottenDays], inFolder folder: String) throws {
        try ForgottenList(folder: folder, community: site.configuration.community.id).complete(with: days)
    }
}
