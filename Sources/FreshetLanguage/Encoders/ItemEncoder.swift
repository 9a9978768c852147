import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Turns what is known of an item into a vector: nearer items are more alike.
///
/// A role with several actors: a pretrained language model (``TextEncoder``), and one that needs no weights
/// (``LightEncoder``).
public protocol ItemEncoder: Sendable {
    /// What its vectors are called by: vectors of different names must not be mixed.
    var name: String { get }
    /// The numbers of a vector.
    var width: Int { get }

    /// The vectors of texts, one after another; a text that says nothing has zeros.
    func vectors(of texts: [String], on pool: ThreadPool) -> [Float]
}

extension TextEncoder: ItemEncoder {}

extension ItemEncoder {
    /// The vectors of texts, each brought to a length; a text of which nothing is read has zeros.
    package func vectors(of texts: [String], ofLength length: Float, on pool: ThreadPool) -> [Float] {
        var vectors = vectors(of: texts, on: pool)
        vectors.withUnsafeMutableBufferPointer { vectors in
            guard let first = vectors.baseAddress else { return }
            for row in 0..<texts.count {
                let own = freshet_sum_of_squares(first + row * width, width).squareRoot()
                if own > 0 { freshet_scale(first + row * width, Float(Double(length) / own), width) }
            }
        }
        return vectors
    }
}

/// The text by which an item is read: short, what it is first.
public enum ItemText {
    /// Attributes that say what an item is, in the order in which they are read.
    private static let spoken = ["brand", "author", "artist", "director", "category", "genre", "type", "color"]
    /// Longer texts are cut: a description's beginning says most, and much text drowns the title.
    private static let longestDescription = 200

    /// The title, the brand and what is like it, categories and tags, and the beginning of the text.
    public static func text(of item: Item) -> String {
        var parts = [item.title].compactMap(\.self)
        for name in spoken {
            switch item.attributes[name] {
            case .text(let text)?: parts.append(text)
            case .texts(let texts)?: parts += texts
            case .number?, .flag?, nil: break
            }
        }
        parts += item.categories + item.tags
        if let text = item.text { parts.append(String(text.unicodeScalars.prefix(longestDescription))) }
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// A number that changes when an item's text or the encoder does (FNV-1a of 64 bits): what vectors are kept by.
    public static func contentHash(of text: String, encoder: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in Array(encoder.utf8) + [0] + Array(text.utf8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}

/// Vectors by content: a text that has been encoded is not encoded again.
public struct EncodedTexts: Sendable {
    /// The encoder's name.
    public let encoder: String
    /// The numbers of a vector.
    public let width: Int
    private var vectors: [UInt64: [Float]] = [:]

    /// Creates an empty store.
    public init(for encoder: some ItemEncoder) {
        self.encoder = encoder.name
        width = encoder.width
    }

    /// The vectors of texts, one after another; only texts that are new go through the encoder, each once.
    ///
    /// - Parameters:
    ///   - texts: any texts.
    ///   - encoder: the encoder that the store is for.
    ///   - pool: the threads that share the work.
    /// - Returns: `texts.count` times ``width`` numbers.
    public mutating func vectors(of texts: [String], by encoder: some ItemEncoder, on pool: ThreadPool) -> [Float] {
        precondition(
            encoder.name == self.encoder && encoder.width == width,
            "vectors of \(self.encoder) and \(encoder.name)"
        )
        let hashes = texts.map { ItemText.contentHash(of: $0, encoder: encoder.name) }
        var new: [String] = []
        var places: [UInt64: Int] = [:]
        for (text, hash) in zip(texts, hashes) where vectors[hash] == nil && places[hash] == nil {
            places[hash] = new.count
            new.append(text)
        }
        let numbers = encoder.vectors(of: new, on: pool)
        for (hash, place) in places { vectors[hash] = Array(numbers[place * width..<(place + 1) * width]) }
        return hashes.flatMap { vectors[$0]! }
    }
}
