import FreshetCore
import FreshetLanguage
import FreshetNN
import FreshetTensor

/// An encoder and the axes that its vectors are brought to: one version, from which vectors in one space come.
public struct ContentReader: Sendable {
    /// So many texts show what there is to learn from them, and so many where the axes of a pretrained model lie.
    private static let (learned, shown) = (20_000, 2_000)

    /// What its vectors are called by.
    public let name: String
    /// How many texts there were when it was made.
    public let textCount: Int
    /// The numbers of a vector.
    public var width: Int { projection.width }

    private let encoder: any ItemEncoder
    private let projection: ContentProjection
    private let growth: Double

    /// Makes a reader of a catalogue; `nil` for ``FreshetLanguage/EncoderChoice/none``, and where there is no text.
    ///
    /// - Parameters:
    ///   - texts: the texts of the catalogue, of which those are looked at that are spread over it; none empty.
    ///   - choice: what reads.
    ///   - width: the numbers of a vector.
    ///   - pool: the threads.
    public init?(
        of texts: [String],
        by choice: EncoderChoice,
        width: Int = ItemVectors.usualWidth,
        on pool: ThreadPool
    ) {
        let sample = Self.spread(Self.learned, of: texts)
        // It stays in memory: half as many axes again as are kept of them, over the features of most texts.
        var light = LightEncoder.Configuration()
        (light.width, light.maximumFeatures) = (width + width / 2, 20_000)
        guard !sample.isEmpty, let encoder = choice.encoder(learning: sample, light: light, on: pool) else {
            return nil
        }
        self.encoder = encoder
        let shown = encoder is LightEncoder ? sample : Self.spread(Self.shown, of: sample)
        projection = ContentProjection(of: Self.content(of: shown, by: encoder, on: pool), width: width)
        textCount = texts.count
        name = "\(encoder.name)@\(texts.count)"
        growth = Self.growth(of: encoder)
    }

    /// A reader whose encoder and axes are known.
    ///
    /// - Parameters:
    ///   - name: what its vectors are called by.
    ///   - encoder: the encoder.
    ///   - projection: the axes.
    ///   - textCount: how many texts there were.
    public init(named name: String, by encoder: any ItemEncoder, _ projection: ContentProjection, textCount: Int) {
        (self.name, self.encoder, self.projection, self.textCount) = (name, encoder, projection, textCount)
        growth = Self.growth(of: encoder)
    }

    private static func spread(_ count: Int, of texts: [String]) -> [String] {
        let step = max(1, (texts.count + count - 1) / count)
        return stride(from: 0, to: texts.count, by: step).map { texts[$0] }
    }

    /// Whether the catalogue has so many more texts that a new reader would see more in them.
    public func isOutdated(textCount: Int) -> Bool { Double(textCount) > growth * Double(self.textCount) + 1 }

    /// The vectors of texts, one after another; an empty text has zeros.
    public func vectors(of texts: [String], on pool: ThreadPool) -> [Float] {
        projection.vectors(of: Self.content(of: texts, by: encoder, on: pool))
    }

    /// What has learned from the texts themselves grows with them; a pretrained model only finds better axes.
    private static func growth(of encoder: any ItemEncoder) -> Double { encoder is LightEncoder ? 1.25 : 4 }

    private static func content(of texts: [String], by encoder: some ItemEncoder, on pool: ThreadPool) -> ItemContent {
        var vectors = encoder.vectors(of: texts, on: pool)
        for (row, text) in texts.enumerated() where text.isEmpty {
            for place in row * encoder.width..<(row + 1) * encoder.width { vectors[place] = 0 }
        }
        return ItemContent(encoder: encoder.name, width: encoder.width, vectors: vectors)
    }
}

extension ContentReader {
    /// What it was made of, as named arrays; the weights of a pretrained model are not among them.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(arrays: projection.arrays(), metadata: ["name": name, "texts": "\(textCount)"])
        if let light = encoder as? LightEncoder { checkpoint.add(light.checkpoint(), as: "light") }
        return checkpoint
    }

    /// The reader of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is damaged or was made by another encoder than the one chosen.
    public init(from checkpoint: Checkpoint, choice: EncoderChoice) throws {
        guard let name = checkpoint.metadata["name"], let count = checkpoint.metadata["texts"].flatMap({ Int($0) })
        else {
            throw FreshetError(.invalidData, "The checkpoint does not say what read the texts.")
        }
        switch choice {
        case .none: throw FreshetError(.invalidData, "Nothing is to be read.")
        case .model(let model): encoder = model
        case .light:
            guard let light = checkpoint.portion("light") else {
                throw FreshetError(.invalidData, "The texts were read by '\(name)', not by the light encoder.")
            }
            encoder = try LightEncoder(from: light)
        }
        guard name == "\(encoder.name)@\(count)" else {
            throw FreshetError(.invalidData, "The texts were read by '\(name)', not by '\(encoder.name)'.")
        }
        (self.name, textCount, growth) = (name, count, Self.growth(of: encoder))
        projection = try ContentProjection(from: checkpoint)
    }
}
