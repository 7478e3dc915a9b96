import Foundation
import GatewayModel
import Storage

extension BackupDesk {
    /// Puts the list of what households had deleted beside the copies on another machine, encrypted like them, where it
    /// has grown beyond what lies there; returns how many entries lie there now.
    ///
    /// Beside copies in a folder the deletion itself writes it.
    func tellOfForgotten(beyond known: Int) throws -> Int {
        guard let rule = site.configuration.backup, rule.isRemote, let passphraseFile = rule.passphraseFile else {
            return known
        }
        let days = try site.readingStore().forgottenDays()
        guard days.count != known else { return known }
        let community = site.configuration.community.id
        let place = try rule.place(programs: programs)
        try withScratch("forgotten.scratch") { folder in
            let list = ForgottenList(folder: try folder("list"), community: community)
            for entry in days { try list.add(entry) }
            let parcel = try folder("parcel")
            let name = CopyNames(community: community).forgotten
            try archive(passphraseFile).pack(list.folder, into: parcel + "/" + name)
            try place.settle(parcel + "/" + name, as: name, scratch: parcel)
        }
        return days.count
    }
}
