import Foundation
import FreshetCore
import Testing

@testable import FreshetData

@Suite struct TextFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Everything in a text, read in pieces of some size.
    func contents(_ bytes: [UInt8], step: Int, encoding: TextEncoding? = nil) throws -> String {
        let text = try TextFile(MemorySource(bytes, step: step), path: "text", encoding: encoding)
        var contents: [UInt8] = []
        while case let piece = try text.source.take(7), !piece.isEmpty { contents += piece }
        #expect(text.prefix == contents)
        return String(decoding: contents, as: UTF8.self)
    }

    static let text = "user,item\nJosé,Café №1 😀\nb,y\n"

    @Test(arguments: [1, 2, 3, 1000])
    func readsEncodings(step: Int) throws {
        let text = Self.text
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf8] {
            let data = try #require(text.data(using: encoding))
            #expect(try contents(Array(data), step: step) == text, "\(encoding)")
        }
        #expect(try contents([0xEF, 0xBB, 0xBF] + Array(text.utf8), step: step) == text)
        let western: [UInt8] = Array("Caf".utf8) + [0xE9, 0x0A, 0x93, 0x80, 0x94]
        #expect(try contents(western, step: step) == "Café\n“€”")
        #expect(try contents(western, step: step, encoding: .windows1252) == "Café\n“€”")
    }

    @Test func aDamagedCharacterDoesNotMakeAnotherEncoding() throws {
        let damaged: [UInt8] = Array("é ü ".utf8) + [0xFF]
        #expect(try TextFile(MemorySource(damaged, step: 5), path: "text").encoding == .utf8)
        // One that is cut off where the look ends is no damage.
        let long = [UInt8](repeating: 0x61, count: TextFile.prefixLength - 1) + Array("é\n".utf8)
        #expect(try TextFile(MemorySource(long, step: 1 << 16), path: "text").encoding == .utf8)
    }

    @Test(arguments: [1, 4, 1000]) func readsLineEndsOfOldMacs(step: Int) throws {
        #expect(try contents(Array("a,b\rc,d\r".utf8), step: step) == "a,b\nc,d\n")
        #expect(try contents(Array("a,b\r\nc\rd\r\n".utf8), step: step) == "a,b\r\nc\rd\r\n")
    }

    @Test(arguments: [1, 4, 1000]) func putsObjectsOfAnArrayOnLines(step: Int) throws {
        let array = "[\n  {\"a\": \"x, [y] \\\"z\",\n   \"b\": [1, 2]},\r\n {\"a\":{\"c\":1}} ]\n"
        let lines = try contents(Array(array.utf8), step: step).split(separator: "\n")
        #expect(lines == [#"{"a": "x, [y] \"z",    "b": [1, 2]}"#, #"{"a":{"c":1}}"#])
        let objects = try contents(Array("{\n\"a\":1\n}\n{\n\"a\":2\n}\n".utf8), step: step).split(separator: "\n")
        #expect(objects == [#"{ "a":1 }"#, #"{ "a":2 }"#])
        let lone = "{\"a\":1}\n{\"a\":2}\n"
        #expect(try contents(Array(lone.utf8), step: step) == lone)
    }

    @Test func unpacksArchives() throws {
        let expected = "user,item\na,x\nb,y\n"
        for data in [PackedFixtures.zip, PackedFixtures.storedZip] {
            let path = try folder.write(data, to: "shop.zip")
            #expect(try String(decoding: openByteSource(at: path).take(1000), as: UTF8.self) == expected)
            #expect(try DatasetReader().read(path: path).dataset.histories.eventCount == 2)
            for length in 4..<data.count {
                let cut = try folder.write(data.prefix(length), to: "cut.zip")
                let error = #expect(throws: FreshetError.self) { try openByteSource(at: cut).take(1000) }
                #expect(error?.kind == .invalidData)
            }
        }
        var damaged = PackedFixtures.storedZip
        let place = try #require(damaged.firstRange(of: Data("a,x".utf8))).lowerBound
        damaged[place] ^= 1
        let path = try folder.write(damaged, to: "damaged.zip")
        let error = #expect(throws: FreshetError.self) { try openByteSource(at: path).take(1000) }
        #expect(error?.message.contains("checksum") == true)
    }

    @Test func anArchiveOfSeveralFilesIsAFolder() throws {
        let path = try folder.write(PackedFixtures.zipOfTwo, to: "films.zip")
        let result = try DatasetReader().read(path: path)
        #expect(result.format == "movielens-csv" && result.dataset.itemDetails.first?.title == "X (1995)")
        #expect(try DatasetReader().read(path: path + "/d/ratings.csv").dataset.histories.eventCount == 2)
        let error = #expect(throws: FreshetError.self) { try openByteSource(at: path) }
        #expect(error?.remedy?.contains("films.zip/d/movies.csv") == true)
    }

    @Test func partsPathsOfAnyLength() {
        #expect(FilePath.name(of: "-") == "-" && FilePath.folder(of: "-") == "")
        #expect(FilePath.name(of: "/a") == "a" && FilePath.folder(of: "/a") == "/")
        #expect(FilePath.name(of: "a/b.csv") == "b.csv" && FilePath.folder(of: "a/b.csv") == "a")
        #expect(FilePath.name(of: "") == "" && FilePath.folder(of: "") == "")
    }
}
