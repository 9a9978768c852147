import Foundation
import FreshetCore
import FreshetLanguage
import FreshetNN

/// Files of vectors.
enum VectorFile {
    /// The forms, by the end of a file's name.
    enum Form: String {
        case npy, safetensors

        init?(path: String) { self.init(rawValue: URL(fileURLWithPath: path).pathExtension) }
    }

    /// Writes vectors in the form that the file's name asks for.
    static func write(_ numbers: Data, width: Int, ids: [String], encoder: String, to path: String) throws {
        let shape = [numbers.count / (4 * width), width]
        switch Form(path: path) {
        case .npy?: try DurableFile.write([header(shape), numbers], to: path)
        case .safetensors?:
            let vectors = StoredArray(elementType: .float32, shape: shape, bytes: numbers)
            var checkpoint = Checkpoint(arrays: ["vectors": vectors], metadata: ["encoder": encoder])
            if !ids.isEmpty {
                checkpoint.arrays["ids"] = StoredArray(Array(ids.joined(separator: "\n").utf8))
            }
            try checkpoint.write(to: path)
        case nil: throw FreshetError(.usage, "'\(path)' ends in neither .npy nor .safetensors.")
        }
    }

    /// The header of numpy's format, version 1: padded so that the numbers begin at a multiple of 64 bytes.
    private static func header(_ shape: [Int]) -> Data {
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape[0]), \(shape[1])), }"
        let magic = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
        while (magic.count + 2 + text.utf8.count + 1) % 64 != 0 { text += " " }
        text += "\n"
        return magic + withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian) { Data($0) } + Data(text.utf8)
    }
}

/// Rows that are written as they come, and found again by a run that goes on.
final class ResumableRows {
    private static let headerSize = 8

    /// How many rows there are.
    private(set) var count: Int
    private let path: String
    private let width: Int
    private let handle: FileHandle

    /// Opens the rows of some texts; what another run left of other texts is overwritten.
    init(path: String, width: Int, of texts: [String], by encoder: String) throws {
        self.path = path
        self.width = width
        let all = texts.reduce(ItemText.contentHash(of: "\(width)", encoder: encoder)) { hash, text in
            hash &* 31 &+ ItemText.contentHash(of: text, encoder: encoder)
        }
        let header = withUnsafeBytes(of: all.littleEndian) { Data($0) }
        let old = FileManager.default.fileExists(atPath: path) ? try FileContents.read(path) : Data()
        let isOurs = old.prefix(Self.headerSize) == header
        count = isOurs ? min((old.count - Self.headerSize) / (4 * width), texts.count) : 0
        if !isOurs { try DurableFile.write([header], to: path) }
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw FreshetError.system("write", path, code: errno)
        }
        self.handle = handle
        try attempt {
            // A row that was cut short is written again.
            try handle.truncate(atOffset: UInt64(Self.headerSize + count * 4 * width))
            try handle.seekToEnd()
        }
    }

    /// Adds rows.
    func append(_ numbers: [Float]) throws {
        try attempt { try handle.write(contentsOf: numbers.withUnsafeBytes { Data($0) }) }
        count += numbers.count / width
    }

    /// The numbers of all rows.
    func numbers() throws -> Data { try FileContents.map(path).dropFirst(Self.headerSize) }

    /// Removes the file.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private func attempt(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error {
            throw FreshetError(.external, "Cannot write '\(path)': \(error.localizedDescription)")
        }
    }
}
