import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetTensor

/// Holds every item's vector near what is said of the item: content, plus a bounded part of its own.
///
/// An item that nobody chose yet has no part of its own: it stands where its words put it, and can be recommended at once.
/// The bound keeps an item with a few events from forgetting what it is (Volodkevich and others, "Let it go? Not quite:
/// addressing item cold start in sequential recommendations with content-based initialization", 2025).
struct ContentAnchors: Sendable {
    /// Rows of length 1, or of zeros where nothing is known, shape `[V, C]`.
    private let vectors: [Float]
    /// The longest own part of each item; infinite where nothing is known.
    private let bounds: [Float]
    private let width: Int

    /// Anchors for a network, or `nil` when the data say nothing of the items or the settings leave it out.
    init?(_ data: TrainingData, _ configuration: SequenceTransformer.Configuration) {
        guard let content = data.content, configuration.contentBound > 0 else { return nil }
        let chosen = data.chosenItems
        width = configuration.channels
        vectors =
            ContentSpace(content, width: width, power: configuration.contentWhitening, isFitted: { chosen[$0] }).vectors
        bounds = (0..<data.itemCount).map { item in
            content.isKnown(item) ? chosen[item] ? configuration.contentBound : 0 : .infinity
        }
    }

    /// Puts every item where its content is; those of which nothing is known stay where they were drawn.
    func place(_ table: Parameter) {
        precondition(table.columns == width && table.rows == bounds.count, "anchors of another network")
        vectors.withUnsafeBufferPointer { vectors in
            for item in bounds.indices where bounds[item].isFinite {
                (table.pointer + item * width).update(from: vectors.baseAddress! + item * width, count: width)
            }
        }
    }

    /// Shortens own parts that have grown beyond their bound.
    func hold(_ table: Parameter, on pool: ThreadPool) {
        vectors.withUnsafeBufferPointer { vectors in
            pool.forEachRange(bounds.count, grain: 1024) { range, _ in
                for item in range where bounds[item].isFinite {
                    let row = table.pointer + item * width
                    Self.hold(row, near: vectors.baseAddress! + item * width, within: bounds[item], width)
                }
            }
        }
    }

    /// Shortens what a vector has beside its anchor to a bound.
    static func hold(
        _ row: UnsafeMutablePointer<Float>,
        near anchor: UnsafePointer<Float>,
        within bound: Float,
        _ width: Int
    ) {
        freshet_axpy(row, anchor, -1, width)
        let length = Float(freshet_sum_of_squares(row, width).squareRoot())
        if length > bound { freshet_scale(row, bound / length, width) }
        freshet_axpy(row, anchor, 1, width)
    }
}
