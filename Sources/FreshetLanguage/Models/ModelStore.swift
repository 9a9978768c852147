import Foundation
import FreshetCore
import FreshetNN

/// The language models that are installed: one folder each, under their names.
public struct ModelStore: Sendable {
    /// The files of a model that are kept; some are there only in some.
    private static let files = [
        "config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt",
        "modules.json", "sentence_bert_config.json", "1_Pooling/config.json",
    ]

    /// The folder of all models.
    public let folder: String

    /// Names a folder; `FRESHET_MODELS` or `~/.freshet/models` unless given.
    public init(folder: String? = nil) {
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        self.folder = folder ?? ProcessInfo.processInfo.environment["FRESHET_MODELS"] ?? home + "/.freshet/models"
    }

    /// The names of the installed models, sorted.
    public var names: [String] {
        let manager = FileManager.default
        return ((try? manager.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { Self.isName($0) && manager.fileExists(atPath: path(of: $0) + "/config.json") }.sorted()
    }

    /// The first installed model that reads a text as a whole, such as BERT: what encodes where none is named.
    public var firstEncoder: String? { names.first { !isCausal($0) } }

    /// The installed models that say what comes next, such as GPT-2.
    public var causal: [String] { names.filter(isCausal) }

    private func isCausal(_ name: String) -> Bool {
        let type = try? JSONDocument.read(path(of: name) + "/config.json")["model_type"]?.text
        return type.flatMap(LanguageModelConfiguration.Family.init(rawValue:))?.isCausal == true
    }

    /// The folder of a model.
    public func path(of name: String) -> String { folder + "/" + name }

    /// A model as an encoder of texts.
    ///
    /// - Parameters:
    ///   - name: an installed model, or a model's folder (with a slash); `@int8` behind it asks for bytes.
    ///   - precision: how exact its numbers become, if the name does not say.
    /// - Returns: the encoder, whose name says how exact it is.
    /// - Throws: `FreshetError` when there is none of the name, or it cannot be read.
    public func encoder(named name: String, precision: LanguagePrecision? = nil) throws -> TextEncoder {
        let (model, said) = LanguagePrecision.parts(of: name)
        if !model.contains("/") { try check(model) }
        let folder = model.contains("/") ? model : path(of: model)
        return try TextEncoder(folder: folder, precision: said == .float32 ? precision ?? said : said)
    }

    /// Checks that a model is installed, whatever precision its name asks for.
    /// - Throws: `FreshetError` that says what is.
    public func check(_ name: String) throws {
        let (model, _) = LanguagePrecision.parts(of: name)
        guard names.contains(model) else { throw unknown(model) }
    }

    /// Installs a model: reads it whole, so that nothing broken is ever installed, and copies its files.
    ///
    /// - Parameters:
    ///   - source: the folder in which it was published.
    ///   - name: what it is called from now on; one of that name is replaced.
    /// - Returns: the model.
    /// - Throws: `FreshetError` naming what is missing or does not fit; what was installed is then as it was.
    @discardableResult
    public func add(_ source: String, as name: String) throws -> TextEncoder {
        guard Self.isName(name) else {
            throw FreshetError(
                .usage,
                "'\(name)' cannot be the name of a model.",
                remedy: "Use letters, digits, dots, dashes and underlines, beginning with a letter or a digit."
            )
        }
        let encoder = try TextEncoder(folder: source)
        let present =
            try Self.files.filter { FileManager.default.fileExists(atPath: source + "/" + $0) }
            + Self.weights(in: source)
        try DurableFolder.replace(path(of: name), obsolete: Set(Self.files + Self.weights(in: path(of: name)))) { new in
            for file in present {
                if file.contains("/") { try DurableFolder.create(new + "/" + String(file.prefix { $0 != "/" })) }
                try DurableFile.write([FileContents.map(source + "/" + file)], to: new + "/" + file)
            }
        }
        return encoder
    }

    /// Writes a model with other weights into a folder, as it would be published.
    ///
    /// - Parameters:
    ///   - model: the weights.
    ///   - name: the installed model, or the model's folder, from which all other files are taken.
    ///   - folder: the folder, which is made where it is missing.
    /// - Throws: `FreshetError` of kind `external` when it cannot be written.
    public func write(_ model: LanguageModel, like name: String, to folder: String) throws {
        let source = name.contains("/") ? name : path(of: name)
        try DurableFolder.create(folder)
        for file in Self.files where FileManager.default.fileExists(atPath: source + "/" + file) {
            if file.contains("/") { try DurableFolder.create(folder + "/" + String(file.prefix { $0 != "/" })) }
            try DurableFile.write([FileContents.map(source + "/" + file)], to: folder + "/" + file)
        }
        try model.checkpoint().write(to: folder + "/model.safetensors")
    }

    /// Removes a model.
    /// - Throws: `FreshetError` when there is none of the name, or its files cannot be removed.
    public func remove(_ name: String) throws {
        guard names.contains(name) else { throw unknown(name) }
        do {
            try FileManager.default.removeItem(atPath: path(of: name))
        } catch let error {
            throw FreshetError(.external, "Cannot remove '\(path(of: name))': \(error.localizedDescription)")
        }
    }

    private static func weights(in folder: String) throws -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        if all.contains("model.safetensors") { return ["model.safetensors"] }
        let isShard = { (name: String) in name.hasPrefix("model-") && name.hasSuffix(".safetensors") }
        return all.filter { $0 == "model.safetensors.index.json" || isShard($0) }
    }

    private static func isName(_ name: String) -> Bool {
        let allowed = { (byte: UInt8) in
            0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard let first = name.utf8.first, name.utf8.count <= 100 else { return false }
        return name.utf8.allSatisfy(allowed) && ![0x2D, 0x2E, 0x5F].contains(first)
    }

    private func unknown(_ name: String) -> FreshetError {
        FreshetError(
            .usage,
            "No model '\(name)' is installed in '\(folder)'.",
            remedy: names.isEmpty
                ? "Install one: freshet models add FOLDER" : "Installed: \(names.joined(separator: ", "))."
        )
    }
}
