import Foundation

/// The objects of a JSON array, or of a text of several objects, as one object a line.
///
/// Commas and brackets between objects go, and so do line ends within them: what is left is what JSON lines are.
final class JSONElementSource: ByteSource {
    private let source: any ByteSource
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// Parts the objects of a text.
    init(_ source: any ByteSource) { self.source = source }

    /// Whether a text is an array of objects, or has an object that goes over several lines.
    static func isNeeded(for prefix: [UInt8]) -> Bool {
        guard let first = prefix.first(where: { !isBlank($0) }) else { return false }
        if first == UInt8(ascii: "[") {
            let rest = prefix.drop { $0 != UInt8(ascii: "[") }.dropFirst()
            return rest.first { !isBlank($0) } == UInt8(ascii: "{")
        }
        guard first == UInt8(ascii: "{") else { return false }
        // A line that is no more than the beginning of an object.
        let line = prefix.drop(while: isBlank).prefix { $0 != 0x0A }
        return line.allSatisfy { isBlank($0) || $0 == UInt8(ascii: "{") }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        for position in 0..<count { buffer[position] = next(buffer[position]) }
        return count
    }

    /// What a byte becomes.
    private func next(_ byte: UInt8) -> UInt8 {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            // A line end in a string is a fault, which the reader of the line reports.
            return byte
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "}"): depth = max(0, depth - 1)
        case UInt8(ascii: "["), UInt8(ascii: "]"): if depth == 0 { return 0x0A }
        case UInt8(ascii: ","), 0x20, 0x09: if depth == 0 { return 0x0A }
        case 0x0A, 0x0D: return depth == 0 ? 0x0A : 0x20
        default: break
        }
        return byte
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
