import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels
import FreshetNN
import FreshetTensor

/// Reads texts into vectors: the part of ``ContentService`` that its thread alone uses.
final class ContentWork {
    /// A text and whose it is; an empty text is that of an item of which nothing is said any more.
    struct Text {
        var item: ItemIndex
        var text: String
    }

    /// So many texts at least are encoded before what waits is looked at again; of many texts an eighth, since finding
    /// their neighbours together costs less, but never more than so many.
    private static let (batch, largestBatch) = (256, 65_536)
    /// The part of the time that may go into writing the file.
    private static let writingShare = 0.05

    /// Takes the texts that came meanwhile; called between batches.
    var takeWaiting: () -> [Text] = { [] }
    /// Told how many texts are left.
    var report: (_ left: Int) -> Void = { _ in }
    /// Told what reads from now on.
    var readerChanged: (ContentReader) -> Void = { _ in }
    /// Whether to stop at the next batch.
    var isStopping: () -> Bool = { false }
    /// Told when the file was written, and whether by another reader than before.
    var saved: (_ isNewReader: Bool) -> Void = { _ in }
    /// Whether the vectors are kept in the file.
    var writes = true
    /// Whether a catalogue that has grown is read anew; not where the reader is another process's.
    var renews = true

    let choice: EncoderChoice
    private let view: ContentView
    private let path: String
    private let pool: ThreadPool
    private var reader: ContentReader? {
        didSet {
            if let reader { readerChanged(reader) }
            isNewReader = true
        }
    }
    /// The hash of the text that each item's vector is of; 0 for none.
    private var hashes: [UInt64] = []
    private var knownCount = 0
    private var isSaved = true
    private var isNewReader = false
    private var nextSave = ContinuousClock.now

    init(_ choice: EncoderChoice, _ view: ContentView, path: String, pool: ThreadPool) {
        self.choice = choice
        self.view = view
        self.path = path
        self.pool = pool
    }

    /// How many items have a vector.
    var itemCount: Int { knownCount }

    // MARK: Reading

    /// Brings the vectors up to the catalogue: texts whose vectors are known are not encoded again.
    func catchUp(with catalogue: [Text]) {
        let known = Set(catalogue.map(\.item.position))
        let gone = hashes.indices.filter { hashes[$0] != 0 && !known.contains($0) }
        read(catalogue + gone.map { Text(item: ItemIndex($0), text: "") })
        if isOutdated(textCount: catalogue.count) { renew(catalogue) }
    }

    /// Whether the catalogue has grown so much that all of it should be read anew.
    func isOutdated(textCount: Int) -> Bool {
        guard let reader else { return textCount > 0 }
        return renews && reader.isOutdated(textCount: textCount)
    }

    /// Reads the texts that are not those of the vectors, batch by batch, each seen by the next request.
    func read(_ texts: [Text]) {
        guard let reader else { return }
        var rest = texts.filter {
            hash($0, reader) != (hashes.count > $0.item.position ? hashes[$0.item.position] : 0)
        }[...]
        while !rest.isEmpty, !isStopping() {
            let batch = Array(rest.prefix(Self.batch(of: rest.count)))
            rest = rest.dropFirst(batch.count)
            view.replace(with: encoded(batch, by: reader, into: view.current))
            note(batch, of: reader)
            report(rest.count)
            saveIfDue()
            // Whoever came last waits shortest.
            if !rest.isEmpty { rest = (takeWaiting() + rest)[...] }
        }
    }

    /// Makes a reader of the catalogue as it is now and reads all of it anew.
    ///
    /// Until that is done the old vectors serve, and new items get theirs from the old reader: vectors of two readers are
    /// never mixed.
    func renew(_ catalogue: [Text]) {
        let texts = catalogue.filter { !$0.text.isEmpty }
        guard let new = ContentReader(of: texts.map(\.text), by: choice, on: pool) else { return }
        guard let old = reader else {
            reader = new
            hashes = []
            view.replace(with: ItemVectors(encoder: new.name, width: new.width))
            return read(texts)
        }
        var vectors = ItemVectors(encoder: new.name, width: new.width)
        var rest = texts[...]
        var newcomers: [Text] = []
        while !rest.isEmpty {
            guard !isStopping() else { return }
            let batch = Array(rest.prefix(Self.batch(of: rest.count)))
            rest = rest.dropFirst(batch.count)
            vectors = encoded(batch, by: new, into: vectors)
            report(rest.count)
            let waiting = takeWaiting()
            if !waiting.isEmpty { view.replace(with: encoded(waiting, by: old, into: view.current)) }
            newcomers += waiting
        }
        (reader, hashes, knownCount) = (new, [], 0)
        note(texts, of: new)
        view.replace(with: encoded(newcomers, by: new, into: vectors))
        note(newcomers, of: new)
        save()
    }

    private static func batch(of count: Int) -> Int { min(max(batch, count / 8), largestBatch) }

    private func encoded(_ texts: [Text], by reader: ContentReader, into vectors: ItemVectors) -> ItemVectors {
        // The last text of an item counts.
        let newest = Dictionary(texts.map { ($0.item, $0.text) }) { $1 }.sorted { $0.key < $1.key }
        guard !newest.isEmpty else { return vectors }
        let numbers = reader.vectors(of: newest.map(\.value), on: pool)
        return vectors.replacing(newest.map(\.key), with: numbers, on: pool)
    }

    private func hash(_ text: Text, _ reader: ContentReader) -> UInt64 {
        text.text.isEmpty ? 0 : ItemText.contentHash(of: text.text, encoder: reader.name)
    }

    private func note(_ texts: [Text], of reader: ContentReader) {
        for text in texts {
            while hashes.count <= text.item.position { hashes.append(0) }
            let (old, new) = (hashes[text.item.position], hash(text, reader))
            knownCount += (new == 0 ? 0 : 1) - (old == 0 ? 0 : 1)
            hashes[text.item.position] = new
        }
        isSaved = false
    }

    // MARK: The file

    /// Takes over what the file holds; one that is damaged, or of another encoder, is as good as none: it is made anew.
    ///
    /// - Throws: ``FreshetError`` that says what is wrong with it.
    func restore() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let checkpoint = try Checkpoint.read(from: path)
        guard let part = checkpoint.portion("reader") else {
            throw FreshetError(.invalidData, "'\(path)' does not hold vectors of texts.")
        }
        let reader = try ContentReader(from: part, choice: choice)
        let items = try checkpoint.numbers("items", of: Int32.self)
        let stored = try checkpoint.numbers("hashes", of: Int64.self, shape: [items.count])
        let numbers = try checkpoint.numbers("vectors", of: Float.self, shape: [items.count, reader.width])
        guard items.allSatisfy({ $0 >= 0 }), numbers.allSatisfy(\.isFinite) else {
            throw FreshetError(.invalidData, "'\(path)' holds a vector that is none.")
        }
        self.reader = reader
        hashes = []
        for (item, hash) in zip(items, stored) {
            while hashes.count <= Int(item) { hashes.append(0) }
            hashes[Int(item)] = UInt64(bitPattern: hash)
        }
        knownCount = hashes.count { $0 != 0 }
        view.replace(
            with: ItemVectors(encoder: reader.name, width: reader.width)
                .replacing(items.map { ItemIndex(rawValue: $0) }, with: numbers, on: pool)
        )
    }

    /// Writes the file when there is something new, and the last writing is long enough ago.
    func saveIfDue() {
        if ContinuousClock.now >= nextSave { save() }
    }

    /// Writes the file when there is something new; a disk that refuses costs nothing but time after the next start.
    func save() {
        guard writes, !isSaved, let reader else { return }
        let began = ContinuousClock.now
        let vectors = view.current
        let items = hashes.indices.filter { hashes[$0] != 0 }
        var checkpoint = Checkpoint(
            arrays: [
                "items": StoredArray(items.map { Int32($0) }),
                "hashes": StoredArray(items.map { Int64(bitPattern: hashes[$0]) }),
                "vectors": StoredArray(
                    items.flatMap { item -> [Float] in
                        let vector = vectors.vector(of: ItemIndex(item))
                        return vector.isEmpty ? Array(repeating: 0, count: vectors.width) : vector
                    },
                    shape: [items.count, vectors.width]
                ),
            ]
        )
        checkpoint.add(reader.checkpoint(), as: "reader")
        isSaved = (try? checkpoint.write(to: path)) != nil
        if isSaved {
            saved(isNewReader)
            isNewReader = false
        }
        nextSave = .now + max(.seconds(5), (ContinuousClock.now - began) * (1 / Self.writingShare))
    }
}
