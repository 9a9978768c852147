import Testing

@testable import FreshetData

@Suite struct NumberTextTests {
    func double(_ text: String) -> Double? { Array(text.utf8).withUnsafeBufferPointer { NumberText.double($0) } }
    func integer(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { NumberText.integer($0) } }

    @Test func agreesWithTheStandardLibrary() {
        var generator = TestGenerator(seed: 5)
        for _ in 0..<20_000 {
            let whole = String(
                (0..<Int.random(in: 1...18, using: &generator)).map { _ in
                    "0123456789".randomElement(using: &generator)!
                }
            )
            let fraction = String(whole.shuffled(using: &generator))
            let exponent = Int.random(in: -30...30, using: &generator)
            for text in [whole, "-\(whole).\(fraction)", "0.\(fraction)", "\(whole).5e\(exponent)", "+\(whole)E-3"] {
                #expect(double(text) == Double(text), "\(text)")
            }
        }
    }

    @Test(arguments: [
        "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "nan", "inf", "0x1p3", "1 ", " 1", "1,5", "--1", "1-",
    ])
    func refusesOtherText(text: String) {
        #expect(double(text) == nil)
        #expect(integer(text) == nil)
    }

    @Test func refusesWhatADoubleCannotHold() {
        #expect(double("1e309") == nil)
        #expect(double("1e-400") == nil)
        #expect(double("0e-400") == 0)
        #expect(double("5e-324") == .leastNonzeroMagnitude)
    }

    @Test func readsIntegers() {
        #expect(integer("-12") == -12)
        #expect(integer("+007") == 7)
        #expect(integer("999999999999999999") == 999_999_999_999_999_999)
        #expect(integer("1000000000000000000") == nil)
        #expect(integer("1.0") == nil)
    }
}
