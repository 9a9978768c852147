import Foundation
import FreshetCore

/// A folder being written that readers see whole or not at all.
package enum DurableFolder {
    /// Fills a new folder beside a path, waits until the disk holds it, and puts it into the path's place.
    ///
    /// Files of an old folder that the new one does not write and that are not `obsolete` are carried over: they are
    /// not ours to delete.
    ///
    /// - Parameters:
    ///   - path: the folder; those above it are made when they are missing.
    ///   - obsolete: names in the old folder that go with it.
    ///   - fill: writes the files, each through ``DurableFile``, into the folder that it is given.
    /// - Throws: ``FreshetError`` of kind `external`; the old folder is then as it was.
    package static func replace(_ path: String, obsolete: Set<String>, fill: (String) throws -> Void) throws {
        try create(path)
        guard let place = realpath(path, nil).map(DurableFile.takeString) else {
            throw FreshetError.system("open", path, code: errno)
        }
        let new = place + ".new-" + String(UInt32.random(in: .min ... .max), radix: 16)
        guard mkdir(new, 0o755) == 0 else { throw FreshetError.system("write", new, code: errno) }
        defer { try? FileManager.default.removeItem(atPath: new) }
        try fill(new)
        DurableFile.syncFolder(of: new + "/.")
        guard exchange(new, place) else { throw FreshetError.system("replace", place, code: errno) }
        // From here on `new` names the old folder.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: new)) ?? [] where !obsolete.contains(name) {
            let target = place + "/" + name
            if access(target, F_OK) != 0 { rename(new + "/" + name, target) }
        }
        DurableFile.syncFolder(of: place)
    }

    /// Makes a folder, and those above it, unless it is there.
    /// - Throws: ``FreshetError`` of kind `external` when it cannot be made or written to.
    package static func create(_ path: String) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/" + part
            guard mkdir(made, 0o755) != 0 else { continue }
            let code = errno
            var status = stat()
            if stat(made, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { continue }
            throw FreshetError.system("make folder", path, code: code == EEXIST ? ENOTDIR : code)
        }
        guard access(path, W_OK) == 0 else { throw FreshetError.system("write to folder", path, code: errno) }
    }

    /// Swaps two folders: in one step where the system can, else in three with the old one never deleted between.
    private static func exchange(_ new: String, _ old: String) -> Bool {
        if exchangeInOneStep(new, old) { return true }
        let aside = new + ".old"
        guard rename(old, aside) == 0 else { return false }
        guard rename(new, old) == 0 else {
            let code = errno
            rename(aside, old)
            errno = code
            return false
        }
        return rename(aside, new) == 0
    }

    /// Linux's `renameat2` with `RENAME_EXCHANGE`, looked up because the C module leaves it out.
    private static func exchangeInOneStep(_ new: String, _ old: String) -> Bool {
        #if os(Linux)
        typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else { return false }
        let exchange: UInt32 = 2
        return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, new, AT_FDCWD, old, exchange) == 0
        #else
        return false
        #endif
    }
}
