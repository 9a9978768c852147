import FreshetCore

/// A scorer of which parts can be left out.
public protocol PrunableScorer: Scorer {
    /// How many blocks it has.
    var blockCount: Int { get }

    /// What is left when some parts go.
    ///
    /// - Parameters:
    ///   - compression: how much of it.
    ///   - data: what it was trained on, to tell what matters least.
    ///   - seed: the seed of everything random.
    /// - Returns: the smaller scorer.
    /// - Throws: ``FreshetError`` of kind `usage` when nothing would be left.
    func pruned(_ compression: Compression, on data: TrainingData, seed: UInt64) throws -> any Scorer
}

extension Compression {
    /// A trained model made smaller: first pruned, then rounded.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - name: what it is called, for errors.
    ///   - data: what it was trained on, without what is held out.
    ///   - seed: the seed of everything random.
    /// - Returns: the smaller model.
    /// - Throws: ``FreshetError`` of kind `usage` when the model has nothing to make smaller, or is rounded already.
    public func applied(
        to scorer: any Scorer,
        named name: String,
        on data: TrainingData,
        seed: UInt64
    ) throws -> any Scorer {
        try check(scorer, named: name)
        var scorer = scorer
        if prunes {
            guard let prunable = scorer as? any PrunableScorer else {
                throw Self.unfit(name, "heads, channels or blocks")
            }
            scorer = try prunable.pruned(self, on: data, seed: seed)
        }
        if rounds {
            guard let compressible = scorer as? any CompressibleScorer else {
                throw Self.unfit(name, "item rows and layers of its own")
            }
            scorer = compressible.rounded(rows: rows, layers: layers)
        }
        return scorer
    }

    private func check(_ scorer: any Scorer, named name: String) throws {
        for (option, share) in [("heads", prunedHeads), ("channels", prunedChannels)] where !(0..<1).contains(share) {
            throw FreshetError(
                .usage,
                "The share of \(option) to prune is \(share), but must be from 0 to below 1.",
                remedy: "For example 0.25, a quarter."
            )
        }
        guard prunedBlocks >= 0 else { throw FreshetError(.usage, "\(prunedBlocks) blocks cannot be pruned.") }
        guard !(scorer is any CompressedScorer) else {
            throw FreshetError(
                .usage,
                "This \(name) has been compressed already: what was rounded off is gone.",
                remedy: "Compress the snapshot that it was made from."
            )
        }
        guard rounds || prunes else {
            throw FreshetError(
                .usage,
                "Nothing is said of what to make smaller.",
                remedy: "Ask for fewer bits in rows or layers, or prune heads, channels or blocks."
            )
        }
    }

    private static func unfit(_ name: String, _ parts: String) -> FreshetError {
        FreshetError(
            .usage,
            "The model \(name) has no \(parts) to make smaller.",
            remedy: "Compress a snapshot of \(SequenceTransformer.name)."
        )
    }
}
