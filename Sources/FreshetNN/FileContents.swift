import Foundation
import FreshetCore

/// Reading whole files.
package enum FileContents {
    /// The bytes of a regular file.
    /// - Throws: ``FreshetError`` of kind `external` when it cannot be read or is a folder, a device or a pipe.
    package static func read(_ path: String) throws -> Data {
        let (descriptor, size) = try openFile(path)
        defer { close(descriptor) }
        guard let memory = malloc(max(size, 1)) else { throw FreshetError.system("read", path, code: ENOMEM) }
        var filled = 0
        while filled < size {
            let count = Foundation.read(descriptor, memory + filled, size - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let code = errno
                free(memory)
                throw FreshetError.system("read", path, code: code)
            }
            if count == 0 { break }
            filled += count
        }
        // Only now: of few bytes `Data` makes a copy and frees the memory at once.
        return Data(bytesNoCopy: memory, count: filled, deallocator: .free)
    }

    /// The bytes of a regular file, mapped: a page comes from the disk when it is touched and can leave memory again.
    ///
    /// For files that are replaced as a whole, as model weights are: one that is cut short while it is mapped ends the
    /// process when the missing part is touched.
    /// - Throws: ``FreshetError`` of kind `external` when it cannot be read or is a folder, a device or a pipe.
    package static func map(_ path: String) throws -> Data {
        let (descriptor, size) = try openFile(path)
        defer { close(descriptor) }
        guard size > 0 else { return Data() }
        guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw FreshetError.system("map", path, code: errno)
        }
        return Data(bytesNoCopy: memory, count: size, deallocator: .custom { memory, size in munmap(memory, size) })
    }

    private static func openFile(_ path: String) throws -> (descriptor: Int32, size: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FreshetError.system("read", path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw FreshetError.system("read", path, code: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FreshetError(.external, "Cannot read '\(path)': it is not a file.")
        }
        return (descriptor, Int(status.st_size))
    }
}
