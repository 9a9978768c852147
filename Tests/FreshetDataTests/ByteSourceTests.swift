import Foundation
import FreshetCore
import Testing

@testable import FreshetData

@Suite struct ByteSourceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Everything in a file, read in pieces of some size.
    func contents(of path: String, step: Int = 1 << 16) throws -> String {
        let source = try openByteSource(at: path)
        var contents: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: step)
        while true {
            let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
            guard count > 0 else { return String(decoding: contents, as: UTF8.self) }
            contents += piece[..<count]
        }
    }

    @Test(
        arguments: [
            Data(PackedFixtures.text.utf8), PackedFixtures.gzip, PackedFixtures.gzipMembers, PackedFixtures.xz,
            PackedFixtures.xzStreams,
        ],
        [1, 5, 4096]
    )
    func readsPlainAndPackedFiles(data: Data, step: Int) throws {
        // The name does not matter: the first bytes tell.
        #expect(try contents(of: folder.write(data, to: "events"), step: step) == PackedFixtures.text)
    }

    @Test(arguments: [PackedFixtures.gzip, PackedFixtures.gzipMembers]) func unpacksFromMemory(data: Data) throws {
        var (chunks, text) = (try GzipChunks(data), "")
        while let chunk = try chunks.next() { text += String(decoding: chunk, as: UTF8.self) }
        #expect(text == PackedFixtures.text)
        #expect(throws: FreshetError.self) {
            var cut = try GzipChunks(data.dropLast(5))
            while try cut.next() != nil {}
        }
    }

    @Test func unpacksMoreThanItsBuffers() throws {
        let long = try contents(of: folder.write(PackedFixtures.longXZ, to: "events.xz"), step: 1000)
        #expect(long == String(repeating: "u1 i1\nu2 i2\n", count: 30_000))
    }

    @Test(arguments: [PackedFixtures.gzip, PackedFixtures.gzipMembers, PackedFixtures.xz, PackedFixtures.xzStreams])
    func reportsCutFiles(data: Data) throws {
        for length in 7..<data.count {
            let path = try folder.write(data.prefix(length), to: "cut")
            do {
                // Between two members the rest of the file cannot be missed.
                #expect(try contents(of: path) == "a x\nb y\n")
            } catch let error as FreshetError {
                #expect(error.kind == .invalidData)
                #expect(error.message.contains("damaged"))
            }
        }
    }

    /// Flips each bit of the packed bytes: the text must come out right or not at all.
    @Test(arguments: [PackedFixtures.gzip, PackedFixtures.xz])
    func reportsFlippedBits(data: Data) throws {
        var refused = 0
        for bit in (6 * 8)..<(data.count * 8) {
            var damaged = data
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let path = try folder.write(damaged, to: "flipped")
            do {
                #expect(try contents(of: path) == PackedFixtures.text)
            } catch let error as FreshetError {
                #expect(error.kind == .invalidData)
                refused += 1
            }
        }
        // Some bits of the header, such as the time of packing, change nothing.
        #expect(refused > data.count * 5)
    }

    @Test(arguments: ["events.gz", "events.xz"]) func reportsNamesThatMislead(name: String) throws {
        let path = try folder.write("a x\n", to: name)
        #expect(throws: FreshetError.self) { try openByteSource(at: path) }
    }

    @Test func reportsMissingFilesAndFolders() throws {
        let missing = #expect(throws: FreshetError.self) { try openByteSource(at: folder.path + "/nothing") }
        #expect(missing?.kind == .external)
        #expect(missing?.message.contains("No such file") == true)
        #expect(throws: FreshetError.self) { try contents(of: folder.path) }
    }
}
