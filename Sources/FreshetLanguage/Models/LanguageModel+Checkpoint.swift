import FreshetNN
import FreshetTensor

extension LanguageModel {
    /// The weights under the names and in the shapes in which models of the family are published.
    public func checkpoint() -> Checkpoint {
        precondition(precision == .float32, "a model in bytes has no weights to write")
        precondition(
            network.prompt == nil && network.layers.allSatisfy { $0.bottlenecks == nil },
            "published models have no place for a prompt or bottlenecks"
        )
        var pieces: [String: [WeightPiece]] = [:]
        for (parameter, parts) in network.sources {
            let columns = parameter.columns / parts.count
            for (place, part) in parts.enumerated() {
                let range = place * columns..<(place + 1) * columns
                pieces[part.name, default: []].append(WeightPiece(parameter, range, part))
            }
        }
        return Checkpoint(arrays: pieces.mapValues(WeightPiece.joined))
    }
}

/// Some columns of a parameter as a part of a stored array.
private struct WeightPiece {
    let parameter: Parameter
    /// The columns of the parameter.
    let columns: Range<Int>
    let isTransposed: Bool
    /// Where they begin in the stored array.
    let first: Int

    init(_ parameter: Parameter, _ columns: Range<Int>, _ part: WeightSource) {
        (self.parameter, self.columns, isTransposed) = (parameter, columns, part.isTransposed)
        first = part.columns?.lowerBound ?? 0
    }

    /// The array of all its pieces, which stand side by side where there are several.
    static func joined(_ pieces: [WeightPiece]) -> StoredArray {
        let rows = pieces[0].parameter.rows
        let width = pieces.map { $0.first + $0.columns.count }.max() ?? 0
        var numbers = [Float](repeating: 0, count: rows * width)
        for piece in pieces {
            for row in 0..<rows {
                let source = piece.parameter.pointer + row * piece.parameter.columns + piece.columns.lowerBound
                for column in 0..<piece.columns.count {
                    let place = column + piece.first
                    numbers[piece.isTransposed ? place * rows + row : row * width + place] = source[column]
                }
            }
        }
        let isVector = rows == 1 && !pieces[0].parameter.decays
        let shape = isVector ? [width] : pieces[0].isTransposed ? [width, rows] : [rows, width]
        return StoredArray(numbers, shape: shape)
    }
}
