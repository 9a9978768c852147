/// The distribution functions of the binomial distributions of 1, 2, … trials with one chance.
struct BinomialTable {
    let chance: Double
    /// `cumulative[i][m]`: the chance of at most `m` successes in `i + 1` trials.
    private let cumulative: [[Double]]

    init(trials: Int, chance: Double) {
        self.chance = chance
        var chances = [1.0]
        cumulative = (1...trials).map { trials in
            chances.append(0)
            for count in stride(from: trials, through: 1, by: -1) {
                chances[count] = chances[count] * (1 - chance) + chances[count - 1] * chance
            }
            chances[0] *= 1 - chance
            var sum = 0.0
            return chances.map { value in
                sum += value
                return sum
            }
        }
    }

    /// The smallest counts whose distribution function is above the significance, by the number of trials.
    func minimums(significance: Double) -> [Int] {
        // Rounding may leave the whole distribution a hair below 1.
        cumulative.map { row in row.firstIndex { $0 > significance } ?? row.count - 1 }
    }

    /// The values of the distribution functions up to a limit, ascending.
    func cumulatives(atMost limit: Double) -> [Double] {
        cumulative.flatMap { $0.prefix { $0 <= limit } }.sorted()
    }
}
