import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The factors of a factorization machine over who asks when, on one side, and what an item is, on the other.
///
/// A candidate's score is the product of two sums of vectors,
///
///     s = ⟨Σ_s x_s a_s, Σ_f y_f v_f⟩
///
/// over the features `s` of the situation (the hour, the day of the week, the items chosen last and what these are) and
/// the features `f` of the item (its own number, its categories, its tags and its attributes that are texts). It is the machine of Rendle,
/// "Factorization machines" (ICDM 2010), equation 1, with the pairs that can change an order of candidates alone: those
/// within the situation are the same for all of them. Those within an item, and its bias, would say how popular it is, which
/// the fusion's features follow faster.
///
/// Features are hashed into rows (Weinberger and others, "Feature hashing for large scale multitask learning", 2009), so the
/// memory is bounded whatever comes, 8.5 MB; two that meet share a row. Vectors lie side by side, apart from what only a step
/// reads: whoever ranks hundreds of candidates reads some five of them for each.
struct SituationFactors: Sendable, Equatable {
    /// A feature and how much of it there is.
    struct Feature: BitwiseCopyable {
        var row: UInt32
        var amount: Float
    }

    /// The length of a vector.
    static let width = SIMD16<Float>.scalarCount
    private static let rowCount = 1 << 17
    private static let unlearned: Float = -1

    /// The vectors, shape `[rows, width]`; zero, which changes no score, until something is learned of a row.
    private var vectors = [SIMD16<Float>](repeating: .zero, count: rowCount)
    /// The sum of the mean squares of each row's gradients, by which AdaGrad divides its steps; below 0 for a row of which
    /// nothing was learned.
    private var squares = [Float](repeating: unlearned, count: rowCount)

    /// The sum of the vectors of some features.
    @inline(__always)
    func vector(of features: some Sequence<Feature>) -> SIMD16<Float> {
        var sum = SIMD16<Float>.zero
        for feature in features { sum += vectors[Int(feature.row)] * feature.amount }
        return sum
    }

    /// Adds to the scores of described candidates what the situation says of them.
    func addScores(to set: CandidateSet) {
        let situation = vector(of: set.situation)
        let scores = set.scores.start
        for place in 0..<set.count { scores[place] += (situation * vector(of: set.itemFeatures(at: place))).sum() }
    }

    /// Gives a row that is new small numbers of its own: products of zeros would stay zero.
    mutating func open(_ row: UInt32) {
        let place = Int(row)
        guard squares[place] < 0 else { return }
        var random = RandomSource.stream(seed: UInt64(row), 0x5174)
        for index in 0..<Self.width { vectors[place][index] = 0.05 * (2 * random.uniform() - 1) }
        squares[place] = 0
    }

    /// Moves an opened row against a gradient by AdaGrad (Duchi and others, 2011) with one sum a row.
    mutating func step(_ row: UInt32, against gradient: SIMD16<Float>, _ settings: Settings) {
        let place = Int(row)
        let gradient = gradient + vectors[place] * settings.decay
        squares[place] += (gradient * gradient).sum() / Float(Self.width)
        vectors[place] -= gradient * (settings.rate / (settings.caution + squares[place]).squareRoot())
    }

    /// How the rows learn.
    struct Settings: Sendable, Equatable {
        /// The length of a first step.
        var rate: Float = 0.1
        /// The pull towards zero at each step.
        var decay: Float = 0.001
        /// What the sums of squares begin with: larger makes the first steps shorter.
        var caution: Float = 0.1
        /// The number of candidates that are drawn to learn from beside the one that came.
        var draws = 16
    }
}

// MARK: - Features

extension SituationFactors {
    /// Which side and kind a feature is of; two kinds never share a feature, though they may share a row.
    private enum Kind: UInt64 {
        case hour, weekday, chosen, chosenTrait, item, trait
    }

    private static func feature(_ kind: Kind, _ value: UInt64, _ amount: Float) -> Feature {
        var hash = (kind.rawValue << 56 ^ value) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
        return Feature(row: UInt32(truncatingIfNeeded: hash >> 40) % UInt32(rowCount), amount: amount)
    }

    /// Adds the features of an item: its own number, and what it is in equal parts.
    static func append(_ item: ItemIndex, traits: [UInt32], to features: ScratchList<Feature>) {
        append(.item, .trait, item, traits, 1, to: features)
    }

    private static func append(
        _ own: Kind,
        _ trait: Kind,
        _ item: ItemIndex,
        _ traits: [UInt32],
        _ amount: Float,
        to features: ScratchList<Feature>
    ) {
        features.append(feature(own, UInt64(item.position), amount))
        for number in traits { features.append(feature(trait, UInt64(number), amount / Float(traits.count))) }
    }

    /// The features of a situation.
    ///
    /// - Parameters:
    ///   - history: what the user likes, oldest first; what was chosen before the newest counts half each step back.
    ///   - now: in seconds since 1970; hours and days are those of Greenwich, which is a turn of the clock elsewhere.
    ///   - traits: what the items are.
    ///   - features: emptied, then filled.
    static func situation(
        _ history: History,
        at now: Int64,
        _ traits: (any ItemTraits)?,
        into features: ScratchList<Feature>
    ) {
        features.removeAll()
        let (hours, days) = (now / 3600, now / 86_400)
        features.append(feature(.hour, UInt64((hours % 24 + 24) % 24), 1))
        features.append(feature(.weekday, UInt64((days % 7 + 7) % 7), 1))
        traits.withTraits { traits in
            var amount: Float = 1
            for item in history.items.suffix(3).reversed() {
                append(.chosen, .chosenTrait, item, traits(item), amount, to: features)
                amount /= 2
            }
        }
    }
}

extension (any ItemTraits)? {
    /// The look-up; one that knows nothing where there is none.
    func withTraits(_ body: (_ traits: (ItemIndex) -> [UInt32]) -> Void) {
        guard let self else { return body { _ in [] } }
        self.withTraits(body)
    }
}

// MARK: - Checkpoint

extension SituationFactors {
    private static let numbersPerRow = width + 1

    /// Adds the rows of which something was learned, under a name.
    func store(in checkpoint: inout Checkpoint, as name: String) {
        var (rows, numbers): ([Int32], [Float]) = ([], [])
        for row in squares.indices where squares[row] >= 0 {
            rows.append(Int32(row))
            for index in 0..<Self.width { numbers.append(vectors[row][index]) }
            numbers.append(squares[row])
        }
        checkpoint.arrays[name + ".rows"] = StoredArray(rows)
        checkpoint.arrays[name + ".numbers"] = StoredArray(numbers, shape: [rows.count, Self.numbersPerRow])
    }

    /// Reads what ``store(in:as:)`` added.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is missing or damaged.
    init(from checkpoint: Checkpoint, name: String) throws {
        let rows = try checkpoint.numbers(name + ".rows", of: Int32.self, shape: [nil])
        let numbers = try checkpoint.finiteNumbers(name + ".numbers", shape: [rows.count, Self.numbersPerRow])
        guard rows.allSatisfy({ 0 <= $0 && $0 < Self.rowCount }) else {
            throw FreshetError(.invalidData, "The checkpoint's factors have a row outside 0..<\(Self.rowCount).")
        }
        for (index, row) in rows.enumerated() {
            let first = index * Self.numbersPerRow
            for number in 0..<Self.width { vectors[Int(row)][number] = numbers[first + number] }
            squares[Int(row)] = max(0, numbers[first + Self.width])
        }
    }
}
