import Foundation
import FreshetCore
import Synchronization

/// Keeps a data folder for one process: a lock on a file in it, which dies with the process however it dies.
final class FolderLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock.
    /// - Throws: ``FreshetError`` of kind `external` when another holds it, or the folder cannot be written to.
    init(folder: String) throws {
        let path = folder + "/freshet.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FreshetError(
                .external,
                "Cannot write to the data folder '\(folder)': \(String(cString: strerror(errno))).",
                remedy: "Choose a folder that you may write to, or change its permissions."
            )
        }
        guard Self.lock(descriptor) else {
            let owner = Self.owner(descriptor)
            close(descriptor)
            throw FreshetError(
                .external,
                "The data folder '\(folder)' is in use by another Freshet\(owner.map { " (process \($0))" } ?? "").",
                remedy: "Stop it first, or choose another folder."
            )
        }
        self.descriptor = Mutex(descriptor)
        // For people who look: the lock is what counts, not the number.
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }

    deinit { release() }

    /// Lets the folder go.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    /// Takes the lock, in up to half a second.
    ///
    /// A process that is being started holds a copy of our files until it runs its own program, and with them a lock
    /// that was let go a moment ago.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<25 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            usleep(20_000)
        }
        return false
    }

    private static func owner(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Int(String(decoding: bytes[..<count], as: UTF8.self).filter(\.isNumber)) : nil
    }
}
