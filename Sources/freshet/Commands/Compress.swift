import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// `freshet compress`.
struct Compress: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a trained model smaller and faster, and measure what that costs.",
        discussion: """
            Item rows in 8 bits are 3.9 times smaller than floats, in 4 bits 7.1 times; layers in 8 bits answer faster where \
            the processor multiplies bytes. Pruning leaves out the attention heads, feed-forward channels and blocks that \
            matter least to the loss on the training events. The smaller model is kept, loaded and scored as it is, not as \
            floats; pruned without bits it can be trained further.

            Parent and child are measured on the events held out by the training: NDCG@10 over the whole catalogue, bytes, \
            and users' vectors a second (50 events, one at a time, one thread). A child that is worse by more than --margin \
            is not written, and the command fails; --force writes it all the same. --curve prints what pruning costs at \
            some shares and writes nothing.

              freshet compress --snapshot model --rows int8 --layers int8 --output model-int8
              freshet compress --snapshot model --rows int4 --output model-int4
              freshet compress --snapshot model --prune-heads 0.25 --prune-channels 0.5 --output model-pruned
              freshet compress --snapshot model --curve
            """
    )

    @Option(help: ArgumentHelp("The folder of a trained model, sequence-transformer.", valueName: "folder"))
    var snapshot: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write; new or empty, unless --force is given.", valueName: "folder")
    )
    var output: String?

    @Option(help: "The bits of the items' vectors: int8 or int4; floats unless given.")
    var rows: CompressedRows.Precision?

    @Option(help: "The bits of the network's layers: int8; floats unless given.")
    var layers: Compression.LayerPrecision?

    @Option(help: ArgumentHelp("The share of the attention heads that goes.", valueName: "share"))
    var pruneHeads = 0.0

    @Option(help: ArgumentHelp("The share of the feed-forward channels that goes.", valueName: "share"))
    var pruneChannels = 0.0

    @Option(help: ArgumentHelp("How many blocks go.", valueName: "n"))
    var pruneBlocks = 0

    @Option(help: ArgumentHelp("How much of its NDCG@10 the model may lose.", valueName: "share"))
    var margin = 0.005

    @Flag(help: "Print size, speed and NDCG@10 at several shares of pruning.")
    var curve = false

    @OptionGroup var overwriting: Overwriting
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard curve != (output != nil) else {
            throw ValidationError("Give --output, a folder for the smaller model, or --curve, which writes none.")
        }
        guard !curve || (pruneHeads == 0 && pruneChannels == 0 && pruneBlocks == 0) else {
            throw ValidationError("--curve chooses what to prune itself; --rows and --layers go with it.")
        }
        guard (0...1).contains(margin) else { throw ValidationError("--margin is \(margin), but must be in 0...1.") }
    }

    func execute(_ console: Console) throws {
        if let output { try overwriting.check(output) }
        let parent = try Snapshot.read(from: snapshot)
        let trial = CompressionTrial(parent, seed: common.seed, pool: common.makePool())
        if curve { return try printCurve(trial, of: parent, console) }
        let compression = Compression(
            rows: rows,
            layers: layers,
            prunedHeads: pruneHeads,
            prunedChannels: pruneChannels,
            prunedBlocks: pruneBlocks
        )
        let child = try trial.child(compression)
        let models = trial.measure([("as trained", parent.scorer), (compression.words, child)])
        let report = CompressionReport(models: models, snapshot: output)
        if let loss = report.loss, loss > margin {
            console.note(report.table)
            guard overwriting.force else { throw refusal(loss, models) }
            console.note("Kept by --force, though it lost \(Words.percent(loss)).")
        }
        try write(child, compression, models, of: parent)
        try console.result(report) { report.words }
    }

    private func printCurve(_ trial: CompressionTrial, of parent: Snapshot, _ console: Console) throws {
        var children: [(String, any Scorer)] = [("as trained", parent.scorer)]
        for compression in try trial.curve(rows: rows, layers: layers) {
            children.append((compression.words, try trial.child(compression)))
        }
        let report = CompressionReport(models: trial.measure(children), snapshot: nil)
        try console.result(report) { report.table }
    }

    private func refusal(_ loss: Double, _ models: [CompressedModel]) -> FreshetError {
        let (parent, child) = (Words.decimal(models[0].ndcg, 4), Words.decimal(models[1].ndcg, 4))
        return FreshetError(
            .conflict,
            "The smaller model has NDCG@10 \(child) where its parent has \(parent): \(Words.percent(loss)) less, more than "
                + "\(Words.percent(margin)). It was not written.",
            remedy: "Make less of it smaller, allow more by --margin, or write it all the same by --force."
        )
    }

    private func write(
        _ child: any Scorer,
        _ compression: Compression,
        _ models: [CompressedModel],
        of parent: Snapshot
    ) throws {
        var manifest = parent.manifest
        manifest.compression = compression
        manifest.metrics["parent ndcg@10"] = models[0].ndcg
        manifest.metrics["validation ndcg@10"] = models[1].ndcg
        manifest.metrics["validation hr@10"] = models[1].hitRate
        try Snapshot(manifest: manifest, dataset: parent.dataset, scorer: child).write(to: output ?? "")
    }
}

extension CompressedRows.Precision: ExpressibleByArgument {}
extension Compression.LayerPrecision: ExpressibleByArgument {}
