import FreshetCore
import FreshetNN
import FreshetTensor

/// The arrays of a model's files, found under the names of its family.
struct ModelWeights {
    private let checkpoint: Checkpoint
    private let prefix: String

    /// Finds out under which prefix the arrays stand, and checks that the largest ones fit the configuration, so that no
    /// network is built for a configuration that lies.
    init(_ checkpoint: Checkpoint, _ configuration: LanguageModelConfiguration) throws {
        let table = configuration.family == .gpt2 ? "wte.weight" : "embeddings.word_embeddings.weight"
        let places = configuration.family == .gpt2 ? "wpe.weight" : "embeddings.position_embeddings.weight"
        let prefixes = ["", "bert.", "distilbert.", "roberta.", "transformer.", "model.", "0.auto_model."]
        guard let prefix = prefixes.first(where: { checkpoint.arrays[$0 + table] != nil }) else {
            throw FreshetError(
                .invalidData,
                "The model's weights have no array '\(table)', with or without a prefix.",
                remedy: "Check that the weights and config.json belong together."
            )
        }
        self.checkpoint = checkpoint
        self.prefix = prefix
        _ = try array(table, shape: [configuration.vocabulary, configuration.width])
        _ = try array(places, shape: [configuration.positions, configuration.width])
        let numbers = checkpoint.arrays.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
        let wanted = configuration.layers.multipliedReportingOverflow(
            by: 2 * configuration.width * configuration.innerWidth
        )
        guard !wanted.overflow, wanted.partialValue <= numbers else {
            throw FreshetError(
                .invalidData,
                "The model's weights have \(numbers) numbers, too few for its configuration."
            )
        }
    }

    /// Fills a network.
    func copy(into network: LanguageNetwork) throws {
        for (parameter, parts) in network.sources { try fill(parameter, parts) }
    }

    private func fill(_ parameter: Parameter, _ parts: [WeightSource]) throws {
        if parts.count == 1, !parts[0].isTransposed, parts[0].columns == nil {
            let stored = try array(
                parts[0].name,
                shape: shape(of: parameter, columns: parameter.columns, transposed: false)
            )
            guard stored.copyFloats(into: parameter.values) else { throw notFloats(parts[0].name) }
        } else {
            let columns = parameter.columns / parts.count
            for (place, part) in parts.enumerated() { try fill(parameter, from: place * columns, columns, part) }
        }
        guard parameter.values.allSatisfy(\.isFinite) else { throw notFinite(parts) }
    }

    /// Copies one part into a range of columns.
    private func fill(_ parameter: Parameter, from column: Int, _ columns: Int, _ part: WeightSource) throws {
        // The columns of the stored array before a range is taken out: GPT-2's three products in one.
        let wide =
            part.columns == nil ? columns : parameter.columns == columns ? storedColumns(part) ?? columns : columns
        let stored = try array(part.name, shape: shape(of: parameter, columns: wide, transposed: part.isTransposed))
        guard let numbers = stored.floats() else { throw notFloats(part.name) }
        let first = part.columns?.lowerBound ?? 0
        guard first + columns <= wide else {
            throw FreshetError(
                .invalidData,
                "Array '\(prefix)\(part.name)' has shape \(stored.shape), which is too narrow."
            )
        }
        for row in 0..<parameter.rows {
            let target = parameter.pointer + row * parameter.columns + column
            for c in 0..<columns {
                target[c] = numbers[part.isTransposed ? (first + c) * parameter.rows + row : row * wide + first + c]
            }
        }
    }

    /// A network in bytes with these weights, of one that holds nothing yet: its matrices go from the files into bytes a
    /// few columns at a time, without being floats as a whole.
    func inBytes(_ network: LanguageNetwork) throws -> LanguageNetwork {
        let parts = Dictionary(
            uniqueKeysWithValues: network.sources.map { (ObjectIdentifier($0.parameter), $0.parts) }
        )
        let bytes = try network.inBytes {
            try matrix($0, parts[ObjectIdentifier($0)]!)
        } table: {
            try self.table($0, parts[ObjectIdentifier($0)]!, for: network.tableUse)
        }
        for (parameter, parts) in bytes.sources { try fill(parameter, parts) }
        return bytes
    }

    private func table(_ table: Parameter, _ parts: [WeightSource], for use: ByteMatrix.Use) throws -> ByteMatrix {
        let stored = try array(parts[0].name, shape: [table.rows, table.columns])
        return try ByteMatrix(rows: table.columns, columns: table.rows, for: use) { rows, target in
            try copy(stored, from: rows.lowerBound * table.columns, into: target, parts)
        }
    }

    /// The matrix of a parameter's shape that its parts make side by side.
    private func matrix(_ weight: Parameter, _ parts: [WeightSource]) throws -> ByteMatrix {
        guard parts.allSatisfy(\.isTransposed) else {
            // Stored with a row for each input: a column has to be gathered.
            try fill(weight, parts)
            return ByteMatrix(weight)
        }
        let (inputs, wide) = (weight.rows, weight.columns / parts.count)
        let stored = try parts.map { try array($0.name, shape: [wide, inputs]) }
        return try ByteMatrix(rows: inputs, columns: weight.columns) { columns, target in
            for (place, column) in columns.enumerated() {
                let numbers = UnsafeMutableBufferPointer(rebasing: target[place * inputs..<(place + 1) * inputs])
                try copy(stored[column / wide], from: column % wide * inputs, into: numbers, parts)
            }
        }
    }

    private func copy(
        _ array: StoredArray,
        from first: Int,
        into target: UnsafeMutableBufferPointer<Float>,
        _ parts: [WeightSource]
    ) throws {
        guard array.copyFloats(from: first, into: target) else { throw notFloats(parts[0].name) }
        guard target.allSatisfy(\.isFinite) else { throw notFinite(parts) }
    }

    private func notFinite(_ parts: [WeightSource]) -> FreshetError {
        let names = parts.map { "'\(prefix)\($0.name)'" }.joined(separator: " and ")
        return FreshetError(.invalidData, "The model's weights \(names) hold numbers that are not finite.")
    }

    private func storedColumns(_ part: WeightSource) -> Int? { checkpoint.arrays[resolved(part.name)]?.shape.last }

    /// A vector is stored with one dimension.
    private func shape(of parameter: Parameter, columns: Int, transposed: Bool) -> [Int] {
        if parameter.rows == 1 && !parameter.decays { return [columns] }
        return transposed ? [columns, parameter.rows] : [parameter.rows, columns]
    }

    /// The full name: old files call a norm's gain gamma, and its bias beta.
    private func resolved(_ name: String) -> String {
        let full = prefix + name
        guard checkpoint.arrays[full] == nil else { return full }
        for (new, old) in [(".weight", ".gamma"), (".bias", ".beta")] where full.hasSuffix(new) {
            let renamed = String(full.dropLast(new.count)) + old
            if checkpoint.arrays[renamed] != nil { return renamed }
        }
        return full
    }

    private func array(_ name: String, shape: [Int]) throws -> StoredArray {
        let full = resolved(name)
        guard let array = checkpoint.arrays[full] else {
            throw FreshetError(.invalidData, "The model's weights have no array '\(full)'.")
        }
        guard array.shape == shape || array.shape == [1] + shape else {
            throw FreshetError(
                .invalidData,
                "Array '\(full)' of the model's weights has shape \(array.shape), not \(shape)."
            )
        }
        return array
    }

    private func notFloats(_ name: String) -> FreshetError {
        FreshetError(.invalidData, "Array '\(prefix)\(name)' of the model's weights holds no floats.")
    }
}
