import Foundation
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

/// Optimizers against formulas worked in `Double`, dense and row-wise.
@Suite struct OptimizerTests {
    private let set = ParameterSet()
    private let pool = ThreadPool(threads: 1)

    private func make(_ rows: Int, _ columns: Int, layout: Parameter.GradientLayout) -> Parameter {
        var random = RandomSource(seed: 1)
        return set.make("p", rows: rows, columns: columns, .normal(1), layout: layout, using: &random)
    }

    /// A step whose gradient is 0.1·(row + 1) in the given rows.
    private func gradients(_ parameter: Parameter, rows: [Int32]) -> Gradients {
        let gradients = Gradients(for: set)
        let buffer = IndexBuffer()
        for row in rows { buffer.append(row) }
        let values = rows.flatMap { [Float](repeating: 0.1 * Float($0 + 1), count: parameter.columns) }
        gradients.add(values, toRows: buffer.indices, of: parameter)
        return gradients
    }

    @Test func adamMatchesTheFormula() {
        let parameter = make(2, 3, layout: .dense)
        var expected = parameter.values.map(Double.init)
        var (m, v) = ([Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6))
        let optimizer = AdamW(set, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01)
        for step in 1...5 {
            optimizer.step(gradients(parameter, rows: [0, 1]), rate: 0.05, gradientScale: 0.5, pool: pool)
            for i in 0..<6 {
                let g = 0.5 * 0.1 * Double(i / 3 + 1)
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.98 * v[i] + 0.02 * g * g
                let mhat = m[i] / (1 - pow(0.9, Double(step)))
                let vhat = v[i] / (1 - pow(0.98, Double(step)))
                expected[i] -= 0.05 * mhat / (vhat.squareRoot() + 1e-8) + 0.05 * 0.01 * expected[i]
            }
        }
        #expect(zip(parameter.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }

    @Test func lazyRowsMoveOnlyWhenTouched() {
        let parameter = make(5, 4, layout: .rows)
        let before = Array(parameter.values)
        let optimizer = AdamW(set, weightDecay: 0.1)
        optimizer.step(gradients(parameter, rows: [3, 1, 3]), rate: 0.05, gradientScale: 1, pool: pool)
        for row in 0..<5 {
            let moved = (0..<4).contains { parameter.values[row * 4 + $0] != before[row * 4 + $0] }
            #expect(moved == [1, 3].contains(row), "row \(row)")
        }
    }

    @Test func momentumGathersSpeed() {
        let parameter = make(1, 2, layout: .dense)
        let start = Double(parameter.values[0])
        let optimizer = SGD(set, momentum: 0.5)
        for _ in 0..<3 { optimizer.step(gradients(parameter, rows: [0]), rate: 1, gradientScale: 1, pool: pool) }
        // Velocities 0.1, 0.15, 0.175.
        #expect(abs(Double(parameter.values[0]) - (start - 0.425)) < 1e-6)
    }

    @Test func stateResumesExactly() throws {
        let parameter = make(4, 3, layout: .rows)
        let optimizer = AdamW(set)
        for row in [0, 1, 2] as [Int32] {
            optimizer.step(gradients(parameter, rows: [row, 3]), rate: 0.01, gradientScale: 1, pool: pool)
        }
        let saved = Checkpoint(arrays: optimizer.state().merging(set.arrays()) { first, _ in first })
        func finish(_ optimizer: AdamW) -> [Float] {
            for row in [2, 3] as [Int32] {
                optimizer.step(gradients(parameter, rows: [row]), rate: 0.01, gradientScale: 1, pool: pool)
            }
            return Array(parameter.values)
        }
        let uninterrupted = finish(optimizer)
        try set.restore(saved)
        let resumed = AdamW(set)
        try resumed.restore(saved)
        #expect(finish(resumed) == uninterrupted)
    }

    @Test func schedulesWarmUpAndDecay() {
        let schedule = LearningRateSchedule(peak: 1, warmUpSteps: 10, decay: .cosine, floor: 0.1)
        #expect(abs(schedule.rate(at: 0, of: 110) - 0.1) < 1e-6)
        #expect(abs(schedule.rate(at: 9, of: 110) - 1) < 1e-6)
        #expect(abs(schedule.rate(at: 60, of: 110) - 0.55) < 1e-6)
        #expect(abs(schedule.rate(at: 110, of: 110) - 0.1) < 1e-6)
        let linear = LearningRateSchedule(peak: 2, decay: .linear)
        #expect(abs(linear.rate(at: 50, of: 100) - 1) < 1e-6)
        #expect(LearningRateSchedule(peak: 3).rate(at: 7, of: 9) == 3)
    }

    @Test func mergeAddsWorkersInBothLayouts() {
        for layout in [Parameter.GradientLayout.dense, .rows] {
            let set = ParameterSet()
            var random = RandomSource(seed: 1)
            let parameter = set.make("p", rows: 4, columns: 2, .normal(1), layout: layout, using: &random)
            let workers = [[0, 2], [2, 3]].map { (rows: [Int32]) in
                let gradients = Gradients(for: set)
                let buffer = IndexBuffer()
                for row in rows { buffer.append(row) }
                gradients.add([1, 2, 3, 4], toRows: buffer.indices, of: parameter)
                return gradients
            }
            Gradients.merge(workers, pool: pool)
            #expect(workers[0].array(of: parameter) == [1, 2, 0, 0, 4, 6, 3, 4])
            #expect(workers[0].squaredNorm() == 1 + 4 + 16 + 36 + 9 + 16)
            workers[0].reset()
            #expect(workers[0].array(of: parameter).allSatisfy { $0 == 0 })
        }
    }

    /// The lazy average of a table against the plain one, rows being touched at different steps.
    @Test func weightAverageMatchesTheFormula() {
        let table = make(4, 2, layout: .rows)
        let average = WeightAverage(of: set, decay: 0.8)
        let optimizer = SGD(set)
        var expected = table.values.map(Double.init)
        for row in [0, 2, 2, 1, 0, 2] as [Int32] {
            let gradients = gradients(table, rows: [row])
            average.willStep(gradients)
            optimizer.step(gradients, rate: 0.5, gradientScale: 1, pool: pool)
            average.didStep(gradients, pool: pool)
            for i in expected.indices { expected[i] = 0.8 * expected[i] + 0.2 * Double(table.values[i]) }
        }
        let copy = ParameterSet()
        var random = RandomSource(seed: 2)
        let target = copy.make("p", rows: 4, columns: 2, .constant(0), using: &random)
        average.copy(into: copy)
        #expect(zip(target.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }

    /// Of a training, all weights are averaged in every step, and only as many of the first ones count as there are; one
    /// that is resumed goes on at its step.
    @Test func averageOfATrainingHasAShorterMemoryAtTheStart() throws {
        let table = make(4, 2, layout: .rows)
        let (average, optimizer) = (WeightAverage(of: set, decay: 0.9, over: .training), SGD(set))
        var resumed = average
        var expected = table.values.map(Double.init)
        for (step, row) in ([0, 2, 2, 1, 0, 2] as [Int32]).enumerated() {
            if step == 3 {
                resumed = WeightAverage(of: set, decay: 0.9, over: .training)
                try resumed.restore(Checkpoint(arrays: average.arrays(prefix: "a")), prefix: "a", steps: 3)
            }
            let gradients = gradients(table, rows: [row])
            optimizer.step(gradients, rate: 0.5, gradientScale: 1, pool: pool)
            average.didStep(gradients, pool: pool)
            if step >= 3 { resumed.didStep(gradients, pool: pool) }
            let decay = min(0.9, Double(1 + step) / Double(10 + step))
            for i in expected.indices { expected[i] = decay * expected[i] + (1 - decay) * Double(table.values[i]) }
        }
        for average in [average, resumed] {
            let values = average.arrays(prefix: "a")["a.p"]?.numbers(of: Float.self) ?? []
            #expect(zip(values, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 } && values.count == 8)
        }
    }

    /// A row that comes later is learned as one that was there from the beginning.
    @Test func optimizerAverageAndGradientsGrowWithTheirTable() {
        let table = make(2, 3, layout: .rows)
        let (optimizer, average, collected) = (AdamW(set), WeightAverage(of: set, decay: 0.5), Gradients(for: set))
        func step(_ rows: [Int32]) {
            let indices = IndexBuffer()
            for row in rows { indices.append(row) }
            collected.add([Float](repeating: 0.1, count: 3 * rows.count), toRows: indices.indices, of: table)
            average.willStep(collected)
            optimizer.step(collected, rate: 0.1, gradientScale: 1, pool: pool)
            average.didStep(collected, pool: pool)
            collected.reset()
        }
        step([1])
        let weights = Array(table.values)
        func moments() -> [Float] { optimizer.state()["optimizer.first.p"]?.numbers(of: Float.self) ?? [] }
        let before = moments()
        table.grow(toRows: 4)
        optimizer.adaptToGrowth()
        average.adaptToGrowth()
        collected.adaptToGrowth()
        #expect(table.rows == 4)
        #expect(Array(table.values) == weights + [Float](repeating: 0, count: 6))
        #expect(moments() == before + [Float](repeating: 0, count: 6))
        step([3, 1])
        #expect(table.values[9] != 0 && table.values[6] == 0)
        let averages = average.arrays(prefix: "a")["a.p"]?.numbers(of: Float.self) ?? []
        #expect(averages[9] == table.values[9] / 2)
        optimizer.resetMoments(of: table, row: 3)
        #expect(moments()[9...].allSatisfy { $0 == 0 } && moments()[3] != 0)
    }
}
