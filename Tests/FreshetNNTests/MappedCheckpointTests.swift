import Foundation
import FreshetCore
import Testing

@testable import FreshetNN

@Suite struct MappedCheckpointTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        return folder.path(name)
    }

    @Test func mapsOneFile() throws {
        let checkpoint = Checkpoint(arrays: ["a": StoredArray([1, 2, 3] as [Float])], metadata: ["format": "pt"])
        try checkpoint.write(to: folder.path("model.safetensors"))
        let mapped = try Checkpoint.mapped(from: folder.path("model.safetensors"))
        #expect(mapped == checkpoint)
        // The memory outlives the name.
        try FileManager.default.removeItem(atPath: folder.path("model.safetensors"))
        #expect(mapped.arrays["a"]?.floats() == [1, 2, 3])
    }

    @Test func joinsTheFilesOfAnIndex() throws {
        try Checkpoint(arrays: ["a": StoredArray([1] as [Float]), "unused": StoredArray([5] as [Float])])
            .write(to: folder.path("one.safetensors"))
        try Checkpoint(arrays: ["b": StoredArray([2] as [Float])]).write(to: folder.path("two.safetensors"))
        let index = try write(
            #"{"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}"#,
            to: "model.safetensors.index.json"
        )
        let whole = try Checkpoint.mapped(from: index)
        #expect(whole.arrays.mapValues { $0.floats() } == ["a": [1], "b": [2]])
    }

    @Test(arguments: [
        #"{"weight_map":{"missing":"one.safetensors"}}"#,
        #"{"weight_map":{"a":"../one.safetensors"}}"#,
        #"{"weight_map":{"a":"/etc/passwd"}}"#,
        #"{"weight_map":{"a":".."}}"#,
        #"{"weight_map":{"a":""}}"#,
        #"{"weight_map":{"a":3}}"#,
        #"{}"#,
        "no index",
    ])
    func refusesAnIndexThatLies(text: String) throws {
        try Checkpoint(arrays: ["a": StoredArray([1] as [Float])]).write(to: folder.path("one.safetensors"))
        let index = try write(text, to: "model.safetensors.index.json")
        let error = #expect(throws: FreshetError.self) { try Checkpoint.mapped(from: index) }
        #expect(error?.kind == .invalidData)
    }

    @Test func namesTheFileThatIsMissingOrCutShort() throws {
        let index = try write(#"{"weight_map":{"a":"gone.safetensors"}}"#, to: "x.index.json")
        let missing = #expect(throws: FreshetError.self) { try Checkpoint.mapped(from: index) }
        #expect(missing?.kind == .external && missing?.message.contains("gone.safetensors") == true)

        let path = folder.path("short.safetensors")
        try Checkpoint(arrays: ["a": StoredArray([Float](repeating: 1, count: 100))]).write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 7, 20, whole.count - 1] {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: FreshetError.self) { try Checkpoint.mapped(from: path) }
            #expect(error?.kind == .invalidData && error?.message.contains(path) == true)
        }
        for nowhere in [folder.path, "/dev/zero"] {
            #expect(throws: FreshetError.self) { try Checkpoint.mapped(from: nowhere) }
        }
    }

    @Test func convertsEveryKindOfFloat() throws {
        let values: [Float] = [0, -0.0, 1, -2.5, 65504, 0x1p-14, 0x1p-24, 0x1.8p-15, .infinity, -.infinity]
        let halves: [UInt16] = [0, 0x8000, 0x3C00, 0xC100, 0x7BFF, 0x0400, 0x0001, 0x0300, 0x7C00, 0xFC00]
        let half = StoredArray(elementType: .float16, shape: [10], bytes: halves.withUnsafeBytes { Data($0) })
        #expect(half.floats()?.map(\.bitPattern) == values.map(\.bitPattern))
        let nan = StoredArray(elementType: .float16, shape: [1], bytes: Data([0x01, 0x7E]))
        #expect(nan.floats()?[0].isNaN == true)
        let upper: [UInt16] = [0x3F80, 0xC020]
        let brain = StoredArray(elementType: .bfloat16, shape: [2], bytes: upper.withUnsafeBytes { Data($0) })
        #expect(brain.floats() == [1, -2.5])
        #expect(StoredArray([0.5, -3] as [Double]).floats() == [0.5, -3])
        #expect(StoredArray([1] as [Int64]).floats() == nil)
    }

    /// Other programs put arrays anywhere, also where no number of their type could be loaded directly.
    @Test func readsArraysThatAreNotAligned() {
        let bytes = Data([9]) + [1.5, -2].withUnsafeBytes { (raw: UnsafeRawBufferPointer) in Data(raw) }
        let numbers = StoredArray(elementType: .float64, shape: [2], bytes: bytes.dropFirst())
        #expect(numbers.floats() == [1.5, -2])
    }
}
