import FreshetCore

/// An item as a blob, its id left out.
///
/// A start reads the whole catalogue: Foundation's JSON takes tens of microseconds an item, this one or two. The first
/// byte is the form's number; a form that was released is read for ever. Form 1 had no truth values.
package enum ItemCoding {
    private static let form: UInt8 = 2

    /// Writes an item.
    package static func encode(_ item: Item) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(form)
        writer.write(item.title) { $0.write($1) }
        writer.write(item.text) { $0.write($1) }
        writer.write(item.categories)
        writer.write(item.tags)
        writer.write(Int32(item.attributes.count))
        for (name, value) in item.attributes.sorted(by: { $0.key < $1.key }) {
            writer.write(name)
            writer.write(value)
        }
        writer.write(item.vectors) { writer, vectors in
            writer.write(Int32(vectors.count))
            for (name, vector) in vectors.sorted(by: { $0.key < $1.key }) {
                writer.write(name)
                writer.write(Int32(vector.count))
                for number in vector { writer.write(number) }
            }
        }
        writer.write(item.available) { $0.write(UInt8($1 ? 1 : 0)) }
        writer.write(item.createdAt) { $0.write($1) }
        return writer.bytes
    }

    /// Reads a blob; `nil` when it is damaged.
    package static func decode(_ bytes: UnsafeRawBufferPointer, id: String) -> Item? {
        var reader = ByteReader(bytes)
        guard (1...form).contains(reader.byte()) else { return nil }
        var item = Item(id: id)
        item.title = reader.optional { $0.text() }
        item.text = reader.optional { $0.text() }
        item.categories = reader.texts()
        item.tags = reader.texts()
        let attributes = reader.list(ofAtLeast: 6) { ($0.text(), $0.attribute()) }
        item.attributes = Dictionary(attributes) { $1 }
        item.vectors = reader.optional { reader in
            let vectors = reader.list(ofAtLeast: 8) { ($0.text(), $0.list(ofAtLeast: 4) { $0.float() }) }
            return Dictionary(vectors) { $1 }
        }
        item.available = reader.optional { $0.byte() != 0 }
        item.createdAt = reader.optional { $0.int64() }
        return reader.isDamaged || !reader.isAtEnd ? nil : item
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ value: AttributeValue) {
        switch value {
        case .number(let number):
            write(UInt8(0))
            write(number)
        case .text(let text):
            write(UInt8(1))
            write(text)
        case .texts(let texts):
            write(UInt8(2))
            write(texts)
        case .flag(let flag):
            write(UInt8(3))
            write(UInt8(flag ? 1 : 0))
        }
    }
}

extension ByteReader {
    fileprivate mutating func attribute() -> AttributeValue {
        switch byte() {
        case 0: .number(double())
        case 1: .text(text())
        case 3: .flag(byte() != 0)
        default: .texts(texts())
        }
    }
}
