import Foundation
import FreshetCore

/// A folder where long columns lie while they are worked with, so that a log can be larger than memory.
///
/// An array that it makes is an array like any other, but the pages under it are those of a file: the system writes
/// them there when memory is short and reads them when they are used, where it would have to end the process otherwise.
/// The file has no name, so it is gone with the array, or with the process however that ends.
public struct ScratchFolder: Sendable, Equatable {
    /// The folder.
    public let path: String
    /// Shorter arrays stay in memory; in bytes.
    private let minimumLength: Int

    /// The C library's heap has no hole of this length, so it asks the system for the memory of such an array alone and gives
    /// that back when the array is gone, and the file with it.
    private static let longArray = 1 << 27

    /// Names a folder.
    ///
    /// - Parameter path: the folder, which must be on a disk: one in memory helps nothing.
    /// - Throws: ``FreshetError`` of kind `external` when no file can be made there.
    public init(_ path: String) throws { try self.init(path, minimumLength: Self.longArray) }

    /// Names a folder for arrays from a length in bytes on.
    init(_ path: String, minimumLength: Int) throws {
        self.path = path
        self.minimumLength = minimumLength
        close(try makeFile())
    }

    /// Puts the pages under a piece of memory into a file; what the memory held is lost.
    ///
    /// The space is taken at once, so a full disk is an error here, not a crash at some later write.
    ///
    /// - Parameter memory: memory of one array that nothing was written to.
    /// - Throws: ``FreshetError`` of kind `external` when the file cannot be made; the memory is then as it was.
    func cover(_ memory: UnsafeMutableRawBufferPointer) throws {
        guard memory.count >= minimumLength, let base = memory.baseAddress else { return }
        // What shares its first and last page with other memory stays where it is.
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (Int(bitPattern: base) + page - 1) / page * page
        let length = (Int(bitPattern: base) + memory.count) / page * page - start
        guard length > 0 else { return }
        let descriptor = try makeFile()
        defer { close(descriptor) }
        let code = posix_fallocate(descriptor, 0, off_t(length))
        guard code == 0 else { throw failure("take \(length >> 20) MB in", code) }
        let pages = mmap(
            UnsafeMutableRawPointer(bitPattern: start),
            length,
            PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_FIXED,
            descriptor,
            0
        )
        guard pages != MAP_FAILED else { throw failure("map a file in", errno) }
    }

    /// A new file without a name.
    private func makeFile() throws -> Int32 {
        let name = "\(path)/freshet-scratch-\(UUID().uuidString)"
        let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make a file in", errno) }
        unlink(name)
        return descriptor
    }

    private func failure(_ action: String, _ code: Int32) -> FreshetError {
        FreshetError(
            .external,
            "Cannot \(action) the scratch folder '\(path)': \(String(cString: strerror(code))).",
            remedy: "Name an existing folder that you may write to, on a disk with room for the log."
        )
    }
}

extension ScratchFolder? {
    /// An array of a length: in the folder, if there is one and the array is long, else in memory.
    ///
    /// - Parameters:
    ///   - count: how many elements it has.
    ///   - fill: writes all of them.
    /// - Returns: the array.
    /// - Throws: ``FreshetError`` of kind `external` when the folder has no room for it.
    package func array<Element: BitwiseCopyable>(
        count: Int,
        _ fill: (UnsafeMutableBufferPointer<Element>) -> Void
    ) throws -> [Element] {
        try [Element](unsafeUninitializedCapacity: count) { elements, filled in
            try self?.cover(UnsafeMutableRawBufferPointer(elements))
            fill(UnsafeMutableBufferPointer(rebasing: elements[..<count]))
            filled = count
        }
    }

    /// An array made of others: in the folder as long as that has room, else in memory.
    ///
    /// - Parameters:
    ///   - count: how many elements it has.
    ///   - fill: writes all of them.
    /// - Returns: the array.
    package func derivedArray<Element: BitwiseCopyable>(
        count: Int,
        _ fill: (UnsafeMutableBufferPointer<Element>) -> Void
    ) -> [Element] {
        [Element](unsafeUninitializedCapacity: count) { elements, filled in
            try? self?.cover(UnsafeMutableRawBufferPointer(elements))
            fill(UnsafeMutableBufferPointer(rebasing: elements[..<count]))
            filled = count
        }
    }

    /// Appends to an array, which grows in the folder if there is one.
    /// - Throws: as ``array(count:_:)``.
    @inline(__always)
    func append<Element: BitwiseCopyable>(_ element: Element, to array: inout [Element]) throws {
        if let self, array.count == array.capacity { try self.grow(&array) }
        array.append(element)
    }
}

extension ScratchFolder {
    /// Makes room for as many elements again.
    fileprivate func grow<Element: BitwiseCopyable>(_ array: inout [Element]) throws {
        let old = array
        array = try [Element](unsafeUninitializedCapacity: max(1024, 2 * old.count)) { elements, filled in
            try cover(UnsafeMutableRawBufferPointer(elements))
            filled = elements[...].initialize(fromContentsOf: old)
        }
    }
}
