import CLZMA
import FreshetCore

/// The unpacked bytes of an xz stream, of one part or several.
final class XZSource: ByteSource {
    /// How an xz file begins.
    static let signature: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]

    /// `LZMA_CONCATENATED`, whose macro Swift cannot import: several streams in a row are one file.
    private static let concatenated: UInt32 = 0x08

    private let packed: any ByteSource
    private let path: String
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var stream = lzma_stream()
    private var isInputFinished = false
    private var isFinished = false

    /// Unpacks the bytes of a source; `path` is for error messages.
    init(_ packed: any ByteSource, path: String) throws {
        self.packed = packed
        self.path = path
        let status = lzma_stream_decoder(&stream, UInt64.max, Self.concatenated)
        guard status == LZMA_OK else {
            throw FreshetError(.external, "liblzma cannot start (code \(status.rawValue)).")
        }
    }

    deinit {
        lzma_end(&stream)
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !isFinished else { return 0 }
        stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = buffer.count
        while stream.avail_out == buffer.count {
            if stream.avail_in == 0, !isInputFinished {
                let count = try packed.read(into: input)
                isInputFinished = count == 0
                stream.next_in = UnsafePointer(input.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.avail_in = count
            }
            switch lzma_code(&stream, isInputFinished ? LZMA_FINISH : LZMA_RUN) {
            case LZMA_OK: continue
            case LZMA_STREAM_END:
                isFinished = true
                return buffer.count - stream.avail_out
            case LZMA_BUF_ERROR: throw damaged("it ends early")
            case LZMA_MEM_ERROR: throw FreshetError(.external, "There is not enough memory to unpack '\(path)'.")
            case LZMA_DATA_ERROR: throw damaged("a checksum or a code in it is wrong")
            case let status: throw damaged("code \(status.rawValue)")
            }
        }
        return buffer.count - stream.avail_out
    }

    private func damaged(_ reason: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "The xz file '\(path)' is damaged: \(reason).",
            remedy: "Copy or download it again; `xz -t` checks it."
        )
    }
}
