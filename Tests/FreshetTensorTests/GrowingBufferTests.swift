import FreshetTensor
import Testing

/// Around the size from which on memory lies in pages of its own: 2¹⁸ floats.
@Suite struct GrowingBufferTests {
    @Test(arguments: [0, 1, 1_000, 1 << 18, 300_000], [1, 5_000, (1 << 18) - 1, 1 << 18, 900_000])
    func growthKeepsTheNumbersAndAddsZeros(from old: Int, to new: Int) {
        let buffer = GrowingBuffer<Float>(count: old)
        #expect(buffer.numbers.allSatisfy { $0 == 0 })
        for place in 0..<old { buffer.start[place] = Float(place + 1) }
        buffer.grow(to: new)
        #expect(buffer.count == max(old, new))
        #expect(buffer.capacity >= buffer.count)
        #expect(UInt(bitPattern: buffer.start) % 64 == 0)
        let isKept = (0..<buffer.count).allSatisfy { buffer.start[$0] == ($0 < old ? Float($0 + 1) : 0) }
        #expect(isKept)
    }

    /// Rows come one by one, but room for them does not.
    @Test func roomGrowsByAQuarter() {
        let buffer = GrowingBuffer<Int32>(count: 1_000)
        var moves = 0
        for count in 1_001...20_000 {
            let room = buffer.capacity
            buffer.grow(to: count)
            if buffer.capacity != room { moves += 1 }
        }
        #expect(moves < 16)
        #expect(buffer.capacity <= 25_000)
    }

    @Test func roomIsNoNumbers() {
        let buffer = GrowingBuffer<UInt8>(count: 3)
        buffer.reserve(2 << 20)
        #expect(buffer.count == 3)
        buffer.grow(to: 2 << 20)
        #expect(buffer.numbers.allSatisfy { $0 == 0 })
    }
}
