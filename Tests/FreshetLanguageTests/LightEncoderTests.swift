import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct LightEncoderTests {
    private static let titles: [String] = {
        let things = [
            "lamp", "spade", "kettle", "guitar", "pillow", "headphones", "teapot", "rake", "violin", "blanket",
        ]
        let kinds = ["red", "blue", "wooden", "small", "large", "steel", "glass", "heart"]
        let english = things.flatMap { thing in kinds.map { "\($0) \(thing)" } }
        return english + ["红色 台灯", "蓝色 台灯", "木制 吉他", "钢制 吉他", "🎸 guitar", "🎸 violin", "☕️ kettle", "☕️ teapot"]
    }()
    private let pool = ThreadPool(threads: 2)

    private func likeness(_ encoder: LightEncoder, _ a: String, _ b: String) -> Float {
        let vectors = encoder.vectors(of: [a, b], on: pool)
        return (0..<encoder.width).reduce(0) { $0 + vectors[$1] * vectors[encoder.width + $1] }
    }

    private func encoder(_ titles: [String] = titles, width: Int = 24, seed: UInt64 = 1) -> LightEncoder {
        var configuration = LightEncoder.Configuration()
        configuration.width = width
        configuration.seed = seed
        return LightEncoder(learning: titles, configuration: configuration, on: pool)
    }

    @Test func alikeTextsAreNear() {
        let encoder = encoder()
        #expect(likeness(encoder, "red lamp", "blue lamp") > likeness(encoder, "red lamp", "blue rake") + 0.2)
        // Parts of words: a plural, and a typing error.
        #expect(
            likeness(encoder, "headphone", "steel headphones") > likeness(encoder, "headphone", "steel kettle") + 0.2
        )
        #expect(likeness(encoder, "guitarr", "guitar") > 0.5)
        #expect(likeness(encoder, "红色台灯", "蓝色 台灯") > likeness(encoder, "红色台灯", "钢制 吉他") + 0.2)
        #expect(likeness(encoder, "🎸", "🎸 violin") > likeness(encoder, "🎸", "☕️ teapot") + 0.2)
    }

    @Test func vectorsHaveLengthOneOrSayNothing() {
        let encoder = encoder()
        let vectors = encoder.vectors(of: ["red lamp", "", "!!!", "zzzzqqq", "glass teapot"], on: pool)
        let lengths = (0..<5).map { row in
            (0..<24).reduce(Float(0)) { $0 + vectors[row * 24 + $1] * vectors[row * 24 + $1] }
        }
        for (length, expected) in zip(lengths, [1, 0, 0, 0, 1] as [Float]) { #expect(abs(length - expected) < 1e-4) }
    }

    @Test func theSeedDecides() {
        let texts = ["red lamp", "红色"]
        let first = encoder().vectors(of: texts, on: pool)
        #expect(encoder().vectors(of: texts, on: ThreadPool(threads: 1)) == first)
        #expect(encoder(seed: 2).vectors(of: texts, on: pool) != first)
        #expect(encoder(seed: 2).name != encoder().name)
    }

    /// The axes are those of the largest singular values: what they leave of all products is as little as possible.
    @Test func fewNumbersKeepMostOfTheLikeness() {
        let (wide, narrow) = (encoder(width: 80), encoder(width: 24))
        var error: Float = 0
        for (a, b) in zip(Self.titles, Self.titles.dropFirst(3)) {
            error = max(error, abs(likeness(wide, a, b) - likeness(narrow, a, b)))
        }
        #expect(error < 0.6)
    }

    @Test func smallAndEmptyCatalogues() {
        for titles in [[], [""], ["red lamp"], ["red lamp", "red lamp"]] {
            let vectors = encoder(titles, width: 8).vectors(of: ["red lamp", "x"], on: pool)
            #expect(vectors.count == 16 && vectors.allSatisfy { $0.isFinite })
        }
    }

    @Test func readsHugeTexts() {
        let huge = String(repeating: "lamp", count: 200_000)
        #expect(encoder().vectors(of: [huge], on: pool).allSatisfy { $0.isFinite })
    }
}

@Suite struct PrincipalAxesTests {
    @Test(arguments: [1, 2, 5, 33]) func rebuildTheMatrix(n: Int) {
        var random = RandomSource(seed: 3)
        let factor = (0..<n * n).map { _ in random.normal() }
        let made = DenseMatrix(factor, rows: n, columns: n)
        let matrix = made.rowProducts(with: made).numbers
        let axes = PrincipalAxes(of: DenseMatrix(matrix, rows: n, columns: n))
        #expect(axes.values == axes.values.sorted(by: >))
        for i in 0..<n {
            for j in 0..<n {
                let product = (0..<n).reduce(Float(0)) { $0 + axes.vectors[i * n + $1] * axes.vectors[j * n + $1] }
                #expect(abs(product - (i == j ? 1 : 0)) < 2e-3)
                let rebuilt = (0..<n).reduce(Float(0)) {
                    $0 + axes.values[$1] * axes.vectors[$1 * n + i] * axes.vectors[$1 * n + j]
                }
                #expect(abs(rebuilt - matrix[i * n + j]) < 1e-3 * axes.values[0])
            }
        }
    }
}

@Suite struct EncodedTextsTests {
    /// Counts what it is asked.
    private struct Counting: ItemEncoder {
        let name = "counting"
        let width = 2
        func vectors(of texts: [String], on pool: ThreadPool) -> [Float] {
            texts.flatMap { [Float($0.count), Float(texts.count)] }
        }
    }

    @Test func encodesEachTextOnce() {
        let (encoder, pool) = (Counting(), ThreadPool(threads: 1))
        var store = EncodedTexts(for: encoder)
        #expect(store.vectors(of: ["a", "bb", "a"], by: encoder, on: pool) == [1, 2, 2, 2, 1, 2])
        #expect(store.vectors(of: ["bb", "ccc"], by: encoder, on: pool) == [2, 2, 3, 1])
        #expect(ItemText.contentHash(of: "a", encoder: "x") != ItemText.contentHash(of: "a", encoder: "y"))
        #expect(ItemText.contentHash(of: "é", encoder: "x") != ItemText.contentHash(of: "e\u{301}", encoder: "x"))
    }

    @Test func anItemsTextSaysWhatItIsFirst() {
        let item = Item(
            id: "1",
            title: "Lamp",
            text: String(repeating: "x", count: 500),
            categories: ["home"],
            tags: ["new"],
            attributes: ["brand": .text("Ikea"), "price": .number(3), "genre": .texts(["a", "b"])]
        )
        #expect(ItemText.text(of: item) == "Lamp, Ikea, a, b, home, new, " + String(repeating: "x", count: 200))
        #expect(ItemText.text(of: Item(id: "2")) == "")
    }
}
