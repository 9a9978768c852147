// Holds every target to its row of Package.swift: it names what its files import, and nothing that they do not.
//   swift package dump-package | swift scripts/check-imports.swift
import Foundation

/// A target of the manifest, as `swift package dump-package` tells it.
struct Target: Decodable {
    /// One dependency: `{"byName": ["FreshetCore", null]}`; only its name is read.
    struct Dependency: Decodable {
        let name: String

        init(from decoder: any Decoder) throws {
            let kinds = try decoder.singleValueContainer().decode([String: [Part]].self)
            name = kinds.values.first?.first?.text ?? ""
        }

        /// A text, or something else.
        struct Part: Decodable {
            let text: String?
            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }
    }

    let name: String
    let type: String
    let path: String?
    let dependencies: [Dependency]

    var folder: String { path ?? (type == "test" ? "Tests/" : "Sources/") + name }
}

struct Manifest: Decodable {
    let targets: [Target]
}

/// Modules that come with the toolchain.
let toolchainModules: Set = [
    "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML", "Glibc",
    "Swift", "Synchronization", "Testing",
]
/// What a test target needs built and does not import.
let started = ["FreshetStorageTests": Set(["StorageProbe"])]

/// The module that a line imports, if it does.
func module(importedBy line: Substring) -> String? {
    let modifiers: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let words = line.split { $0 == " " || $0 == "\t" }.drop { $0.hasPrefix("@") || modifiers.contains($0) }
    guard words.first == "import" else { return nil }
    let path = words.dropFirst().drop { kinds.contains($0) }.first
    return path?.split(separator: ".").first.map(String.init)
}

func swiftFiles(in folder: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
}

let manifest = try JSONDecoder().decode(Manifest.self, from: FileHandle.standardInput.readDataToEndOfFile())
var complaints: [String] = []
for target in manifest.targets {
    let named = Set(target.dependencies.map(\.name))
    var found: [String: String] = [:]
    for file in swiftFiles(in: target.folder) {
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            if let module = module(importedBy: line) { found[module] = file }
        }
    }
    for (module, file) in found where !named.contains(module) && !toolchainModules.contains(module) {
        complaints.append("\(file): imports \(module), which Package.swift does not name for \(target.name).")
    }
    for module in named where found[module] == nil && started[target.name]?.contains(module) != true {
        complaints.append("Package.swift names \(module) for \(target.name), which imports it nowhere.")
    }
}
for complaint in complaints.sorted() { FileHandle.standardError.write(Data((complaint + "\n").utf8)) }
exit(complaints.isEmpty ? 0 : 1)
