import CFreshetKernels
import FreshetCore
import FreshetModels

/// How alike the candidates of one request are: by the model's vectors, else by what is known of them.
struct ItemLikeness {
    /// The width of a vector; 0 when the model has none.
    private var width = 0
    /// The vectors that the model has, of length 1, one after another.
    private var vectors: [Float] = []
    /// Where each candidate's vector is, or -1.
    private var rows: [Int] = []
    /// Categories and tags, or without any the words of title and text.
    private let terms: [ArraySlice<UInt32>]

    init(of items: [ItemIndex], _ request: PipelineRequest) {
        terms = items.map { item in
            guard let details = request.catalog.details(of: item) else { return [] }
            return details.attributeStart > 0 ? details.labels[..<details.attributeStart] : details.words[...]
        }
        rows = Array(repeating: -1, count: items.count)
        guard let scorer = request.snapshot.scorer as? any ItemVectorScorer else { return }
        width = scorer.vectorWidth
        let known = items.indices.filter { items[$0].position < scorer.itemCount }
        vectors = scorer.itemVectors(of: known.map { items[$0] })
        vectors.withUnsafeMutableBufferPointer { vectors in
            guard let start = vectors.baseAddress else { return }
            for (row, place) in known.enumerated() {
                let vector = start + row * width
                let length = freshet_dot(vector, vector, width).squareRoot()
                guard length > 0 else { continue }
                rows[place] = row
                freshet_scale(vector, 1 / length, width)
            }
        }
    }

    /// Raises each number to the likeness of its candidate to one of them, where that is higher.
    func raise(_ numbers: inout [Float], to chosen: Int) {
        vectors.withUnsafeBufferPointer { vectors in
            for place in numbers.indices {
                var likeness: Float = 0
                if let start = vectors.baseAddress, rows[place] >= 0, rows[chosen] >= 0 {
                    likeness = freshet_dot(start + rows[place] * width, start + rows[chosen] * width, width)
                } else {
                    likeness = Self.overlap(terms[place], terms[chosen])
                }
                if likeness > numbers[place] { numbers[place] = likeness }
            }
        }
    }

    /// The share of the terms of either that both have.
    private static func overlap(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> Float {
        let common = left.count(where: right.contains)
        let all = left.count + right.count - common
        return all > 0 ? Float(common) / Float(all) : 0
    }
}
