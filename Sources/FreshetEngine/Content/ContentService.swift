import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels
import FreshetTensor
import Logging
import Synchronization

/// Reads what is said of the items, on a thread of its own: a new or changed text has its vector within moments, and neither
/// an answer nor the learner ever waits for it.
///
/// `@unchecked Sendable`: `waiting`, `stops`, `isOver` and `ending` are used with `condition` locked.
final class ContentService: @unchecked Sendable {
    static let part = "texts"

    /// What requests and predictions read.
    let view = ContentView()
    /// Whether texts are read at all.
    let isReading: Bool

    private let store: any Catalog
    private let vocabulary: Vocabulary
    private let name: String
    private let path: String
    private let niceness: Int
    private let health: HealthBoard
    private let logger: Logger
    private let condition = NSCondition()
    private var waiting: [ContentWork.Text] = []
    private var stops = false
    private var isOver = true
    private var ending: [CheckedContinuation<Void, Never>] = []
    private let shown = Mutex(EngineStatus.Content())
    /// What reads the vectors of ``view``, for texts that are no item's.
    private let reader = Mutex<ContentReader?>(nil)
    private let pool = ThreadPool(threads: 1)

    init(
        _ configuration: EngineConfiguration,
        store: any Catalog,
        vocabulary: Vocabulary,
        health: HealthBoard,
        logger: Logger
    ) throws {
        name = configuration.language.encoder
        try EncoderChoice.check(name)
        isReading = name != EncoderChoice.none.name
        path = configuration.folder + "/" + LearnedFiles.texts
        self.store = store
        self.vocabulary = vocabulary
        self.health = health
        self.logger = logger
        niceness = configuration.learning.niceness
    }

    /// What is known of candidates by their texts; none where nothing reads.
    var evidence: [any CandidateEvidence] { isReading ? [ContentEvidence(of: view)] : [] }

    /// The items' vectors; `nil` where nothing reads.
    var readView: ContentView? { isReading ? view : nil }

    /// A text among the items' vectors; none as long as nothing was read, or when the text says nothing.
    func vector(of text: String) -> TextVector {
        guard let reader = reader.withLock({ $0 }) else { return .none }
        let numbers = reader.vectors(of: [text], on: pool)
        return numbers.contains { $0 != 0 } ? TextVector(encoder: reader.name, numbers: numbers) : .none
    }

    /// How far it is.
    var status: EngineStatus.Content {
        var status = shown.withLock { $0 }
        status.waiting += condition.withLock { waiting.count }
        return status
    }

    /// Hands texts over: those of items that are new or have changed.
    func read(_ items: some Sequence<(index: ItemIndex, item: Item)>) {
        enqueue(items.map { ContentWork.Text(item: $0.index, text: ItemText.text(of: $0.item)) })
    }

    /// Says that an item is gone.
    func forget(_ item: ItemIndex) { enqueue([ContentWork.Text(item: item, text: "")]) }

    private func enqueue(_ texts: [ContentWork.Text]) {
        guard isReading else { return }
        condition.withLock {
            waiting += texts
            condition.broadcast()
        }
    }

    // MARK: The thread

    /// Starts reading.
    func start() {
        guard isReading else { return }
        condition.withLock { (stops, isOver) = (false, false) }
        BackgroundThread.start(named: "freshet-texts", niceness: niceness) { [self] in
            run()
            let ending = condition.withLock {
                isOver = true
                defer { self.ending = [] }
                return self.ending
            }
            for waiter in ending { waiter.resume() }
        }
    }

    /// Ends reading after the batch at hand; what was read is on disk when this returns.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isOver = condition.withLock {
                stops = true
                if !self.isOver { ending.append(continuation) }
                condition.broadcast()
                return self.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    private func run() {
        do {
            // Reading a model takes a moment, which no start waits for.
            let choice = try EncoderChoice(named: name)
            run(ContentWork(choice, view, path: path, pool: ThreadPool(threads: 1)))
        } catch let error {
            health.markFailed(Self.part, error)
        }
    }

    private func run(_ work: ContentWork) {
        work.takeWaiting = { [self] in take() }
        work.isStopping = { [self] in condition.withLock { stops } }
        work.report = { [self, unowned work] left in show(work, left: left) }
        work.readerChanged = { [self] new in reader.withLock { $0 = new } }
        do {
            try work.restore()
        } catch let error {
            // It is made anew from the texts.
            logger.notice("the vectors of the texts are made anew", metadata: ["reason": "\(error)"])
        }
        readAll(work.catchUp)
        show(work, left: 0)
        while let texts = next() {
            work.read(texts)
            if work.isOutdated(textCount: max(work.itemCount, texts.count)) { readAll(work.renew) }
            show(work, left: 0)
            work.saveIfDue()
        }
        work.save()
    }

    /// Hands the whole catalogue over.
    private func readAll(_ body: ([ContentWork.Text]) -> Void) {
        do {
            var texts: [ContentWork.Text] = []
            try store.forEachItem { item in
                guard let index = vocabulary.item(item.id) else { return }
                texts.append(ContentWork.Text(item: index, text: ItemText.text(of: item)))
            }
            body(texts)
            health.markWorking(Self.part)
        } catch let error {
            health.markFailed(Self.part, error)
        }
    }

    private func take() -> [ContentWork.Text] {
        condition.withLock {
            defer { waiting = [] }
            return waiting
        }
    }

    /// The texts that came; waits for one, and returns `nil` when it is time to stop.
    private func next() -> [ContentWork.Text]? {
        condition.withLock {
            while waiting.isEmpty, !stops {
                // What was read last is written once nothing more comes.
                if !condition.wait(until: Date(timeIntervalSinceNow: 5)) { return stops ? nil : [] }
            }
            defer { waiting = [] }
            return stops ? nil : waiting
        }
    }

    private func show(_ work: ContentWork, left: Int) {
        let status = EngineStatus.Content(encoder: work.choice.name, items: work.itemCount, waiting: left)
        shown.withLock { $0 = status }
    }
}
