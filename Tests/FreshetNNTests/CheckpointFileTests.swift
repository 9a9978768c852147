import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetNN

@Suite struct CheckpointFileTests {
    private static let sample = Checkpoint(
        arrays: [
            "weight": StoredArray([1.5, -2, .infinity, 0, 1e-30, 7] as [Float], shape: [2, 3]),
            "moments": StoredArray([1, 2.25] as [Double]),
            "offsets": StoredArray([0, -1, .max] as [Int64], shape: [3, 1]),
            "items": StoredArray([4, 5, -6] as [Int32]),
            "bytes": StoredArray([0, 255, 7] as [UInt8]),
            "empty": StoredArray([] as [Float], shape: [0, 8]),
        ],
        metadata: ["seed": "42", "configuration": #"{"checksum":"crc32:00000000","a":"é/\\"}"#, "": "nameless"]
    )

    private static func bytes(of checkpoint: Checkpoint = sample) -> Data {
        parts(of: checkpoint).reduce(Data(), +)
    }

    private static func parts(of checkpoint: Checkpoint) -> [Data] {
        var parts: [Data] = []
        checkpoint.forEachPart { parts.append(Data($0)) }
        return parts
    }

    /// A file with a given header text, and what stands behind it.
    private static func file(header: String, body: Int = 0) -> Data {
        let text = Data(header.utf8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + Data(count: body)
    }

    @Test func readsWhatItWrote() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Self.sample.write(to: path)
        let read = try Checkpoint.read(from: path)
        #expect(read == Self.sample)
        #expect(try read.numbers("offsets", of: Int64.self, shape: [nil, 1]) == [0, -1, .max])
        try Checkpoint().write(to: path)
        #expect(try Checkpoint.read(from: path) == Checkpoint())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    }

    /// What is written from where it lies is what would have been encoded in memory.
    @Test func fileIsWhatIsEncoded() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Self.sample.write(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Self.bytes())
    }

    @Test func sharedArrayFollowsTheNumbersAndACopyDoesNot() {
        let set = ParameterSet()
        var random = RandomSource(seed: 1)
        let parameter = set.make("p", rows: 2, columns: 2, .constant(1), using: &random)
        let (shared, copied) = (set.arrays(sharingMemory: true)["p"], set.arrays()["p"])
        #expect(shared == copied)
        parameter.values[3] = 5
        #expect(shared?.numbers(of: Float.self) == [1, 1, 1, 5])
        #expect(copied?.numbers(of: Float.self) == [1, 1, 1, 1])
        #expect(shared?.shape == [2, 2])
        #expect(shared != copied)
    }

    @Test func equalCheckpointsMakeEqualFiles() {
        let copy = Checkpoint(
            arrays: Dictionary(uniqueKeysWithValues: Self.sample.arrays.sorted { $0.key > $1.key }),
            metadata: Self.sample.metadata
        )
        #expect(Self.bytes(of: copy) == Self.bytes())
    }

    /// Readers that map the file need every array to lie as its numbers do.
    @Test func arraysAreAligned() throws {
        let parts = Self.parts(of: Self.sample)
        var offset = parts[0].count + parts[1].count
        for (part, size) in zip(parts[2...], [8, 8, 4, 4, 4, 1]) {
            #expect(offset % size == 0)
            offset += part.count
        }
    }

    @Test func everyFlippedBitIsNoticed() {
        let whole = Self.bytes()
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << (index % 8)
            #expect(throws: FreshetError.self, "byte \(index)") {
                try Checkpoint(encoded: damaged, requiringChecksum: true)
            }
        }
    }

    @Test func everyTruncationIsNoticed() {
        let whole = Self.bytes()
        for length in 0..<whole.count {
            #expect(throws: FreshetError.self, "\(length) bytes") {
                try Checkpoint(encoded: whole.prefix(length), requiringChecksum: true)
            }
        }
        #expect(throws: FreshetError.self) {
            try Checkpoint(encoded: whole + Data([0]), requiringChecksum: true)
        }
    }

    /// Files of other programs carry no checksum, so the structure alone has to hold.
    @Test(arguments: [
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
            12
        ),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#,
            16
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12),
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
        (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, 8),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}"#, 4),
        (#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":7}"#, 0),
        (#"{"__metadata__":{"a":1}}"#, 0),
        (#"[]"#, 0),
        (String(repeating: "[", count: 600), 0),
        ("", 0),
    ])
    func malformedFilesAreRefused(header: String, body: Int) {
        let error = #expect(throws: FreshetError.self) {
            try Checkpoint(encoded: Self.file(header: header, body: body), requiringChecksum: false)
        }
        #expect(error?.kind == .invalidData)
    }

    @Test func absurdHeaderLengthsAreRefused() {
        for length in [UInt64.max, 1 << 62, 100_000_001, 17] {
            let file = withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data(count: 16)
            #expect(throws: FreshetError.self) { try Checkpoint(encoded: file, requiringChecksum: false) }
        }
    }

    @Test func filesOfOtherProgramsNeedNoChecksum() throws {
        let header = #"{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}  "#
        let file = Self.file(header: header, body: 8)
        let read = try Checkpoint(encoded: file, requiringChecksum: false)
        #expect(try read.numbers("a", of: Int32.self) == [0, 0])
        #expect(read.metadata == ["format": "pt"])
        #expect(throws: FreshetError.self) { try Checkpoint(encoded: file, requiringChecksum: true) }
    }

    @Test func errorsNameTheFileAndWhatToDo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Data("not a checkpoint at all".utf8).write(to: URL(fileURLWithPath: path))
        let damaged = try #require(throws: FreshetError.self) { try Checkpoint.read(from: path) }
        #expect(damaged.kind == .invalidData && damaged.message.contains(path) && damaged.remedy != nil)
        for missing in [folder.path("none"), folder.path, path + "/below", "/dev/zero"] {
            let error = try #require(throws: FreshetError.self) { try Checkpoint.read(from: missing) }
            #expect(error.kind == .external && error.message.contains(missing))
        }
    }

    @Test func aFailedWriteLeavesTheOldFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Self.sample.write(to: path)
        let file = try DurableFile(path: path)
        try file.write(Data(count: 1000))
        // No commit: as when the process fails half-way.
        withExtendedLifetime(file) {}
        #expect(try Checkpoint.read(from: path) == Self.sample)
    }

    @Test func anUncommittedFileDisappears() throws {
        let folder = try TemporaryFolder()
        do {
            let file = try DurableFile(path: folder.path("a"))
            try file.write("text")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsReported() throws {
        let error = try #require(throws: FreshetError.self) { try Self.sample.write(to: "/dev/full") }
        #expect(error.kind == .external && error.message.contains("No space left"))
        #expect(throws: FreshetError.self) { try Self.sample.write(to: "/proc/freshet.safetensors") }
    }
}
