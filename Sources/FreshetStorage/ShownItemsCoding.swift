import FreshetCore
import FreshetData

/// The shown items of an impression as a blob: 12 bytes an item that the vocabulary knows.
///
/// Per item its number, or -1 and its external id where it has none, then score and propensity.
package enum ShownItemsCoding {
    /// Writes the items of an impression.
    package static func encode(_ items: [Impression.ShownItem], _ vocabulary: Vocabulary) -> [UInt8] {
        var writer = ByteWriter()
        for shown in items {
            if let number = vocabulary.item(shown.item) {
                writer.write(number.rawValue)
            } else {
                writer.write(Int32(-1))
                writer.write(shown.item)
            }
            writer.write(shown.score)
            writer.write(shown.propensity)
        }
        return writer.bytes
    }

    /// Reads a blob; `nil` when it is damaged.
    package static func decode(_ bytes: UnsafeRawBufferPointer, _ vocabulary: Vocabulary) -> [Impression.ShownItem]? {
        var reader = ByteReader(bytes)
        var items: [Impression.ShownItem] = []
        let count = vocabulary.itemCount
        while !reader.isAtEnd {
            let number = reader.int32()
            guard number < count else { return nil }
            let id = number < 0 ? reader.text() : vocabulary.id(of: ItemIndex(rawValue: number))
            items.append(Impression.ShownItem(item: id, score: reader.float(), propensity: reader.float()))
        }
        return reader.isDamaged ? nil : items
    }
}
