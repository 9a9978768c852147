import FreshetCore

/// In what form numbers that are summed travel between ranks.
public enum WireFormat: Sendable, Equatable {
    /// As they are, 4 bytes each: sums are exact.
    case float32
    /// Their upper halves, rounded: 2 bytes each.
    case bfloat16
    /// A byte each, and a scale for every 256.
    ///
    /// What rounding takes away is added to the next sum (error feedback; Seide and others, Interspeech 2014).
    case int8
    /// This share of them, the largest, with their places: 8 bytes each.
    ///
    /// The others are added to the next sum (deep gradient compression; Lin and others, ICLR 2018, without its warm-up and
    /// momentum correction).
    case largest(share: Double)

    /// Reads `float32`, `bf16`, `int8`, or `top-k:` and a share.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public init(_ text: String) throws {
        switch text {
        case "float32": self = .float32
        case "bf16": self = .bfloat16
        case "int8": self = .int8
        default:
            let prefix = "top-k:"
            guard text.hasPrefix(prefix), let share = Double(text.dropFirst(prefix.count)), share > 0, share <= 1 else {
                throw FreshetError(
                    .usage,
                    "'\(text)' is not a form in which gradients can travel.",
                    remedy: "Known: float32, bf16, int8, and top-k: with a share in 0...1, such as top-k:0.01."
                )
            }
            self = .largest(share: share)
        }
    }

    /// The text that reads as this form.
    public var name: String {
        switch self {
        case .float32: "float32"
        case .bfloat16: "bf16"
        case .int8: "int8"
        case .largest(let share): "top-k:\(share)"
        }
    }

    /// Whether what does not travel is kept for the next sum.
    var feedsBack: Bool {
        switch self {
        case .float32, .bfloat16: false
        case .int8, .largest: true
        }
    }
}

extension WireFormat {
    private static let block = 256

    /// Numbers in this form.
    func encode(_ numbers: UnsafeBufferPointer<Float>) -> [UInt8] {
        var bytes = MessageBytes()
        switch self {
        case .float32: bytes.append(contentsOf: numbers)
        case .bfloat16: bytes.append(numbers.map(Self.upperHalf))
        case .int8:
            for start in stride(from: 0, to: numbers.count, by: Self.block) {
                let part = numbers[start..<min(start + Self.block, numbers.count)]
                let scale = part.reduce(0) { max($0, abs($1)) } / 127
                // What is not finite stays so: it is for the training to notice.
                let isSound = scale.isFinite && part.allSatisfy(\.isFinite)
                bytes.append(isSound ? scale : .nan)
                bytes.append(part.map { isSound && scale > 0 ? Int8(max(-127, min(127, ($0 / scale).rounded()))) : 0 })
            }
        case .largest(let share):
            let places = Self.largest(Int((share * Double(numbers.count)).rounded(.up)), of: numbers)
            bytes.append(places)
            bytes.append(places.map { numbers[Int($0)] })
        }
        return bytes.bytes
    }

    /// Numbers from their form, of which there are `count`; those that did not travel are 0.
    func decode(_ bytes: [UInt8], count: Int, from rank: Int) throws -> [Float] {
        var reader = MessageReader(bytes, from: rank)
        var numbers: [Float]
        switch self {
        case .float32: numbers = try reader.numbers(count)
        case .bfloat16:
            numbers = try reader.numbers(count, of: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
        case .int8:
            numbers = []
            numbers.reserveCapacity(count)
            while numbers.count < count {
                let scale = try reader.number(of: Float.self)
                let levels = try reader.numbers(min(Self.block, count - numbers.count), of: Int8.self)
                numbers.append(contentsOf: levels.map { scale * Float($0) })
            }
        case .largest:
            numbers = Array(repeating: 0, count: count)
            let travelled = bytes.count / 8
            let places = try reader.numbers(travelled, of: Int32.self)
            for (place, number) in zip(places, try reader.numbers(travelled, of: Float.self)) {
                guard numbers.indices.contains(Int(place)) else {
                    throw FreshetError(.external, "Rank \(rank) sent place \(place) of \(count) numbers.")
                }
                numbers[Int(place)] = number
            }
        }
        try reader.end()
        return numbers
    }

    /// The upper half of a number's bits, to the nearest, ties to even.
    private static func upperHalf(_ number: Float) -> UInt16 {
        let bits = number.bitPattern
        guard number.isFinite else { return UInt16(bits >> 16) | (number.isNaN ? 0x40 : 0) }
        return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
    }

    /// The places of the largest numbers without their signs, in order; of equal ones at the edge the first.
    ///
    /// By counting the upper bits, which are in the order of the sizes, instead of sorting.
    private static func largest(_ wanted: Int, of numbers: UnsafeBufferPointer<Float>) -> [Int32] {
        func bucket(_ number: Float) -> Int { Int((number.bitPattern & 0x7fff_ffff) >> 12) }
        var counts = [Int32](repeating: 0, count: 1 << 19)
        for number in numbers { counts[bucket(number)] += 1 }
        var (edge, above) = (counts.count - 1, 0)
        while edge > 0, above + Int(counts[edge]) < wanted {
            above += Int(counts[edge])
            edge -= 1
        }
        var room = wanted - above
        var places: [Int32] = []
        places.reserveCapacity(wanted)
        for (place, number) in numbers.enumerated() {
            let bucket = bucket(number)
            guard bucket > edge || (bucket == edge && room > 0) else { continue }
            if bucket == edge { room -= 1 }
            places.append(Int32(place))
        }
        return places
    }
}
