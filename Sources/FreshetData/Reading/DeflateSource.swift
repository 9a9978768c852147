import CZlib
import FreshetCore

/// The unpacked bytes of a deflate stream (RFC 1951): a gzip file (RFC 1952) of one member or several, or a part of a
/// zip archive.
final class DeflateSource: ByteSource {
    /// What stands around the stream.
    enum Wrapper: Int32 {
        /// A gzip file's header and checksum: zlib takes 15 bits of window and 16 for the wrapper.
        case gzip = 31
        /// Nothing, as in a zip archive.
        case none = -15
    }

    /// How a gzip file begins.
    static let gzipSignature: [UInt8] = [0x1F, 0x8B]

    private let packed: any ByteSource
    private let path: String
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var stream = z_stream()
    private let wrapper: Wrapper
    private var isMemberFinished = false

    /// Unpacks the bytes of a source; `path` is for error messages.
    init(_ packed: any ByteSource, path: String, wrapper: Wrapper = .gzip) throws {
        self.packed = packed
        self.path = path
        self.wrapper = wrapper
        let status = inflateInit2_(&stream, wrapper.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw FreshetError(.external, "zlib cannot start (code \(status)).") }
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(min(buffer.count, 1 << 30))
        let wanted = stream.avail_out
        while stream.avail_out == wanted {
            if wrapper == .none, isMemberFinished { return 0 }
            if stream.avail_in == 0 {
                let count = try packed.read(into: input)
                guard count > 0 else {
                    guard isMemberFinished else { throw damaged("it ends early") }
                    return 0
                }
                stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_in = UInt32(count)
            }
            if isMemberFinished {
                inflateReset(&stream)
                isMemberFinished = false
            }
            let status = inflate(&stream, Z_NO_FLUSH)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw damaged(stream.msg.map { String(cString: $0) } ?? "code \(status)")
            }
            isMemberFinished = status == Z_STREAM_END
        }
        return Int(wanted - stream.avail_out)
    }

    private func damaged(_ reason: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "The packed file '\(path)' is damaged: \(reason).",
            remedy: "Copy or download it again; `\(wrapper == .gzip ? "gzip" : "unzip") -t` checks it."
        )
    }
}
