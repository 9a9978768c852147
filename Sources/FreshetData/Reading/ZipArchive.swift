import CZlib
import Foundation
import FreshetCore

/// A zip archive: its list of files, and readers of them.
///
/// Sizes come from the list at the archive's end (PKWARE's APPNOTE.TXT, 4.3), with the wide fields of archives beyond
/// 4 GB. Members are stored or deflated; nothing else is in use for data.
struct ZipArchive {
    /// A file in the archive.
    struct Member {
        let name: String
        let isDeflated: Bool
        let packedSize: Int
        let size: Int
        let checksum: UInt32
        let offset: Int
    }

    /// How an archive begins.
    static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    /// The archive's file.
    let path: String
    /// Its files, without folders and what systems add.
    let members: [Member]

    /// Reads an archive's list.
    /// - Throws: ``FreshetError`` when it has none that can be read.
    init(path: String) throws {
        self.path = path
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        let tailStart = max(0, size - 66_000)
        let tail = ZipBytes(try FileSource(path: path, range: tailStart..<size).take(size - tailStart))
        guard let end = tail.lastPosition(of: 0x0605_4B50, minimumTail: 22) else {
            throw Self.damaged(path, "its list of files is missing")
        }
        var count = tail.number(at: end + 10, bytes: 2)
        var start = tail.number(at: end + 16, bytes: 4)
        var length = tail.number(at: end + 12, bytes: 4)
        if end >= 20, tail.number(at: end - 20, bytes: 4) == 0x0706_4B50 {
            let wideStart = tail.number(at: end - 12, bytes: 8)
            guard (0..<size).contains(wideStart), wideStart + 56 <= size else {
                throw Self.damaged(path, "its list of files is missing")
            }
            let wide = ZipBytes(try FileSource(path: path, range: wideStart..<wideStart + 56).take(56))
            count = wide.number(at: 32, bytes: 8)
            length = wide.number(at: 40, bytes: 8)
            start = wide.number(at: 48, bytes: 8)
        }
        guard start >= 0, length >= 0, start <= size, length <= size - start else {
            throw Self.damaged(path, "its list of files lies outside of it")
        }
        let list = ZipBytes(try FileSource(path: path, range: start..<start + length).take(length))
        members = try Self.members(in: list, count: count, path)
    }

    /// The archive and file that a path such as `shop.zip/events.csv` names, or `nil` when it is not such a path.
    static func member(at path: String) throws -> (archive: ZipArchive, member: Member)? {
        guard let end = path.range(of: ".zip/") else { return nil }
        var isFolder: ObjCBool = false
        let file = String(path[..<path.index(before: end.upperBound)])
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
            return nil
        }
        let archive = try ZipArchive(path: file)
        let name = String(path[end.upperBound...])
        return archive.members.first { $0.name == name }.map { (archive, $0) }
    }

    /// The bytes of the archive's only file.
    /// - Throws: ``FreshetError`` of kind `usage` when it has none or several.
    func openOnly() throws -> any ByteSource {
        guard members.count == 1 else {
            throw FreshetError(
                .usage,
                "The archive '\(path)' holds \(members.count) files.",
                remedy: members.isEmpty
                    ? nil : "Name one: \(members.prefix(20).map { "\(path)/\($0.name)" }.joined(separator: ", "))."
            )
        }
        return try open(members[0])
    }

    /// The bytes of a file in the archive.
    func open(_ member: Member) throws -> any ByteSource {
        let header = ZipBytes(try FileSource(path: path, range: member.offset..<member.offset + 30).take(30))
        guard header.count == 30, header.number(at: 0, bytes: 4) == 0x0403_4B50 else {
            throw Self.damaged(path, "'\(member.name)' does not begin where its list says")
        }
        let start = member.offset + 30 + header.number(at: 26, bytes: 2) + header.number(at: 28, bytes: 2)
        let file = try FileSource(path: path, range: start..<start + member.packedSize)
        let bytes: any ByteSource =
            member.isDeflated ? try DeflateSource(file, path: "\(path)/\(member.name)", wrapper: .none) : file
        return ChecksumSource(bytes, member, path: path)
    }

    private static func members(in list: ZipBytes, count: Int, _ path: String) throws -> [Member] {
        var members: [Member] = []
        var position = 0
        for _ in 0..<count {
            guard position + 46 <= list.count, list.number(at: position, bytes: 4) == 0x0201_4B50 else {
                throw damaged(path, "its list of files ends early")
            }
            let lengths = [28, 30, 32].map { list.number(at: position + $0, bytes: 2) }
            let end = position + 46 + lengths.reduce(0, +)
            guard end <= list.count else { throw damaged(path, "its list of files ends early") }
            let name = list.text(position + 46..<position + 46 + lengths[0])
            let extra = position + 46 + lengths[0]
            if !name.hasSuffix("/"), !name.hasPrefix("__MACOSX/"), !name.hasSuffix(".DS_Store") {
                let method = list.number(at: position + 10, bytes: 2)
                guard method == 0 || method == 8, list.number(at: position + 8, bytes: 2) & 1 == 0 else {
                    throw FreshetError(
                        .usage,
                        "'\(name)' in '\(path)' is encrypted or packed by method \(method).",
                        remedy: "Unpack the archive and give the file."
                    )
                }
                var wide = list.wideFields(extra..<extra + lengths[1])[...]
                let sizes = [24, 20, 42].map { field in
                    let number = list.number(at: position + field, bytes: 4)
                    return number == 0xFFFF_FFFF ? wide.popFirst() ?? number : number
                }
                members.append(
                    Member(
                        name: name,
                        isDeflated: method == 8,
                        packedSize: sizes[1],
                        size: sizes[0],
                        checksum: UInt32(truncatingIfNeeded: list.number(at: position + 16, bytes: 4)),
                        offset: sizes[2]
                    )
                )
            }
            position = end
        }
        return members
    }

    fileprivate static func damaged(_ path: String, _ reason: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "The packed file '\(path)' is damaged: \(reason).",
            remedy: "Copy or download it again; `unzip -t` checks it."
        )
    }
}

/// Numbers in the order of bytes that zip has.
private struct ZipBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// The number at a place; 0 beyond the end.
    func number(at position: Int, bytes width: Int) -> Int {
        guard position >= 0, position + width <= bytes.count else { return 0 }
        return (0..<width).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Where the last of some four-byte marks stands that so many bytes follow.
    func lastPosition(of mark: Int, minimumTail: Int) -> Int? {
        var position = bytes.count - minimumTail
        while position >= 0 {
            if number(at: position, bytes: 4) == mark { return position }
            position -= 1
        }
        return nil
    }

    /// The numbers of the extra field 1, which holds what does not fit into 32 bits.
    func wideFields(_ range: Range<Int>) -> [Int] {
        var position = range.lowerBound
        while position + 4 <= range.upperBound {
            let length = number(at: position + 2, bytes: 2)
            if number(at: position, bytes: 2) == 1 {
                return (0..<length / 8).map { number(at: position + 4 + 8 * $0, bytes: 8) }
            }
            position += 4 + length
        }
        return []
    }
}

/// The bytes of an archive's file, which must come out as the archive's list says.
private final class ChecksumSource: ByteSource {
    private let source: any ByteSource
    private let member: ZipArchive.Member
    private let path: String
    private var checksum: uLong = 0
    private var count = 0

    init(_ source: any ByteSource, _ member: ZipArchive.Member, path: String) {
        self.source = source
        self.member = member
        self.path = path
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let received = try source.read(into: buffer)
        count += received
        let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        if received > 0 { checksum = crc32_z(checksum, start, received) }
        guard received == 0 || count == member.size else { return received }
        guard count == member.size, UInt32(truncatingIfNeeded: checksum) == member.checksum else {
            throw ZipArchive.damaged(path, "'\(member.name)' ends early or its checksum is wrong")
        }
        return received
    }
}
