/// The vectors of an item as a blob: name, count and the numbers, in the order of the names.
enum VectorCoding {
    static func encode(_ vectors: [String: [Float]]) -> [UInt8] {
        var writer = ByteWriter()
        for (name, vector) in vectors.sorted(by: { $0.key < $1.key }) {
            writer.write(name)
            writer.write(Int32(vector.count))
            for number in vector { writer.write(number) }
        }
        return writer.bytes
    }

    /// Reads a blob; `nil` when it is damaged.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [String: [Float]]? {
        var reader = ByteReader(bytes)
        var vectors: [String: [Float]] = [:]
        while !reader.isAtEnd {
            guard let name = reader.text(), let count = reader.int32(), count >= 0 else { return nil }
            var vector: [Float] = []
            for _ in 0..<count {
                guard let number = reader.float() else { return nil }
                vector.append(number)
            }
            vectors[name] = vector
        }
        return vectors
    }
}
