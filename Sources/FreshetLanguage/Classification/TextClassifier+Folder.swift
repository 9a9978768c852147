import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// A classifier on disk: one safetensors file with what was learned. Of a model that it stands on only what was tuned is in
/// it, so an adapter takes a few hundred kilobytes; the model itself has to be installed where it is used.
extension TextClassifier {
    /// The file in a classifier's folder.
    public static let file = "classifier.safetensors"

    /// What a file says beside its arrays.
    private struct Description: Codable {
        var classes: [String]
        var encoder: String
        var method: TuningMethod
        /// The ``LanguageModel/fingerprint`` of the model.
        var fingerprint: String?
    }

    /// Writes the classifier into a folder, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - model: the model that it stands on, as it was before, and the name by which it is found; `nil` for the light
    ///     encoder.
    /// - Throws: `FreshetError` of kind `external`.
    public func write(to folder: String, model: (name: String, encoder: TextEncoder)?) throws {
        try DurableFolder.create(folder)
        var checkpoint = learned
        if let light = encoder as? LightEncoder { checkpoint.add(light.checkpoint(), as: "light") }
        let description = Description(
            classes: classes,
            encoder: model?.name ?? "light",
            method: method,
            fingerprint: model?.encoder.model.fingerprint
        )
        let json = JSONEncoder()
        json.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        checkpoint.metadata["classifier"] = String(decoding: try json.encode(description), as: UTF8.self)
        try checkpoint.write(to: folder + "/" + Self.file)
    }

    /// Reads the classifier of a folder.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - model: finds the model of a name.
    /// - Throws: `FreshetError` when the file is missing, damaged or of another model.
    public init(folder: String, model: (String) throws -> TextEncoder) throws {
        let path = folder + "/" + Self.file
        let checkpoint = try Checkpoint.read(from: path)
        guard let text = checkpoint.metadata["classifier"],
            let description = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
            description.classes.count > 1, Set(description.classes).count == description.classes.count
        else { throw FreshetError(.invalidData, "'\(path)' does not hold a classifier.") }
        do {
            try self.init(checkpoint, description, model)
        } catch let error as FreshetError where error.kind == .invalidData {
            throw FreshetError(.invalidData, "'\(path)': \(error.message)", remedy: error.remedy)
        }
    }

    private init(
        _ checkpoint: Checkpoint,
        _ description: Description,
        _ model: (String) throws -> TextEncoder
    ) throws {
        var builder = NetworkBuilder(seed: nil)
        let classes = description.classes
        func head(width: Int) -> ClassifierHead {
            ClassifierHead(classes: classes.count, width: width, in: &builder)
        }
        if let light = checkpoint.portion("light") {
            let encoder = try LightEncoder(from: light)
            let head = head(width: encoder.width)
            try builder.set.restore(checkpoint)
            self.init(classes, encoder, .none, head, builder.set)
            return
        }
        let base = try model(description.encoder)
        guard base.model.fingerprint == description.fingerprint else {
            throw FreshetError(
                .invalidData,
                "it was made with another model than the '\(description.encoder)' that is installed.",
                remedy: "Install the model that it was trained with, or train it again."
            )
        }
        let tuned = description.method == .none ? nil : try TunedEncoder(base, description.method, in: &builder)
        let head = head(width: base.width)
        try builder.set.restore(checkpoint, onlyTrained: true)
        let encoder = tuned?.folded(name: base.name) ?? base
        self.init(classes, encoder, description.method, head, builder.set)
    }
}
