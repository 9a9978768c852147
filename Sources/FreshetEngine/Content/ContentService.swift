import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels
import FreshetNN
import FreshetTensor
import Logging
import Synchronization

/// Reads what is said of the items, on a thread of its own: a new or changed text has its vector within moments, and neither
/// an answer nor the learner ever waits for it.
///
/// The encoder that is configured reads always (``base``). Where it is tuned on the stream, each tuned encoder that a version
/// goes by reads beside it, into vectors of its own.
///
/// `@unchecked Sendable`: `waiting`, `isWoken`, `isGiven`, `stops`, `isOver` and `ending` are used with `condition` locked, `works` and
/// `backlog` by the thread alone.
final class ContentService: @unchecked Sendable {
    static let part = "texts"

    /// What the configured encoder has read.
    let base: ContentReading
    /// Whether it reads as another process does, whose files it is given.
    private let follows: Bool
    /// Whether such a file was written since it was read last; with `condition` locked.
    private var isGiven = false
    /// Told when the file of the vectors was written, and whether by another reader than before.
    private let saved = Mutex<(@Sendable (_ isNewReader: Bool) -> Void)?>(nil)
    /// Whether texts are read at all.
    let isReading: Bool
    /// What tuned encoders have read.
    let tuned: TunedReadings

    private let store: any Catalog
    private let vocabulary: Vocabulary
    private let name: String
    private let path: String
    private let niceness: Int
    private let searchHours: Double
    private let health: HealthBoard
    private let logger: Logger
    private let condition = NSCondition()
    private var waiting: [ContentWork.Text] = []
    private var isWoken = false
    private var stops = false
    private var isOver = true
    private var ending: [CheckedContinuation<Void, Never>] = []
    private let shown = Mutex(EngineStatus.Content())
    /// The encoder, where it is one that can be tuned.
    private let tunable = Mutex<TextEncoder?>(nil)
    /// What reads beside the configured encoder, by the names of the readings.
    private var works: [String: ContentWork] = [:]
    /// The texts that the configured encoder has read in this turn.
    private var backlog: [ContentWork.Text] = []

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
        follows = !configuration.cluster.role.learns
        searchHours = configuration.language.searchHours
        base = ContentReading(id: "base", searchHours: searchHours)
        path = configuration.folder + "/" + LearnedFiles.texts
        tuned = TunedReadings(folder: configuration.folder + "/" + LearnedFiles.readings, searchHours: searchHours)
        self.store = store
        self.vocabulary = vocabulary
        self.health = health
        self.logger = logger
        niceness = configuration.learning.niceness
    }

    /// The items' vectors by the configured encoder.
    var view: ContentView { base.view }

    /// What is known of candidates by their texts; none where nothing reads.
    var evidence: [any CandidateEvidence] {
        isReading ? [ContentEvidence(of: view, searches: base.searches)] : []
    }

    /// The items' vectors; `nil` where nothing reads.
    var readView: ContentView? { isReading ? view : nil }

    /// The encoder, where it is read and can be tuned.
    var tunableEncoder: TextEncoder? { tunable.withLock { $0 } }

    /// How far it is.
    var status: EngineStatus.Content {
        var status = shown.withLock { $0 }
        status.waiting += condition.withLock { waiting.count }
        return status
    }

    /// Where the vectors are kept.
    var file: String { path }

    /// Sets what is told when the file of the vectors was written.
    func setSaved(_ handler: @escaping @Sendable (_ isNewReader: Bool) -> Void) { saved.withLock { $0 = handler } }

    /// Reads on as another process does, by the file that it wrote.
    /// - Throws: ``FreshetError`` of kind `external` when it cannot be written here.
    func take(file: Data) throws {
        guard isReading else { return }
        try DurableFile.write([file], to: path)
        condition.withLock {
            (isGiven, isWoken) = (true, true)
            condition.broadcast()
        }
    }

    /// Hands texts over: those of items that are new or have changed.
    func read(_ items: some Sequence<(index: ItemIndex, item: Item)>) {
        enqueue(items.map { ContentWork.Text(item: $0.index, text: ItemText.text(of: $0.item)) })
    }

    /// Says that an item is gone.
    func forget(_ item: ItemIndex) { enqueue([ContentWork.Text(item: item, text: "")]) }

    /// Hands over what users looked for.
    func read(_ searches: [LoggedSearch]) {
        guard isReading, !searches.isEmpty else { return }
        for reading in readings { reading.searches.add(searches) }
        wake()
    }

    /// Puts others in the place of a user's searches.
    func replaceSearches(of user: UserIndex, with searches: [LoggedSearch]) {
        guard isReading else { return }
        for reading in readings { reading.searches.replace(user, with: searches) }
        wake()
    }

    /// Takes up what a tuned encoder has read.
    func adopt(_ prepared: PreparedReading) {
        tuned.adopt(prepared)
        wake()
    }

    /// Forgets what tuned encoders have read that no version goes by.
    func keep(only ids: Set<String>) {
        if tuned.keep(only: ids) { wake() }
    }

    private var readings: [ContentReading] { [base] + tuned.all }

    private func wake() {
        condition.withLock {
            isWoken = true
            condition.broadcast()
        }
    }

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
            if case .model(let encoder) = choice, EncoderTuning.isTunable(encoder) {
                tunable.withLock { $0 = encoder }
            }
            run(ContentWork(choice, view, path: path, pool: ThreadPool(threads: 1)))
        } catch let error {
            health.markFailed(Self.part, error)
        }
    }

    private func run(_ work: ContentWork) {
        work.takeWaiting = { [self] in
            // A long catalogue lets searches through between its parts.
            readSearches()
            let texts = take()
            backlog += texts
            return texts
        }
        work.report = { [self, unowned work] left in show(work, left: left) }
        prepare(work, of: base)
        takeUpTuned(beside: work)
        while let texts = next() {
            backlog = texts
            if takeGiven() { prepare(work, of: base) }
            read(texts, work)
            for other in works.values { read(backlog, other) }
            takeUpTuned(beside: work)
            readSearches()
            show(work, left: 0)
            for work in [work] + works.values { work.saveIfDue() }
        }
        for work in [work] + works.values { work.save() }
        works = [:]
    }

    /// Brings what reads from where its file ends to the catalogue of now.
    private func prepare(_ work: ContentWork, of reading: ContentReading) {
        work.isStopping = { [self] in condition.withLock { stops } }
        work.readerChanged = { reading.set($0) }
        work.renews = !follows
        if reading === base { work.saved = { [self] in saved.withLock { $0 }?($0) } }
        do {
            try work.restore()
        } catch let error {
            // It is made anew from the texts.
            logger.notice("the vectors of the texts are made anew", metadata: ["reason": "\(error)"])
        }
        readAll(work.catchUp)
        readSearches()
        if reading === base { show(work, left: 0) }
    }

    private func read(_ texts: [ContentWork.Text], _ work: ContentWork) {
        work.read(texts)
        if work.isOutdated(textCount: max(work.itemCount, texts.count)) { readAll(work.renew) }
    }

    private func readSearches() {
        for reading in readings { reading.readSearches() }
    }

    /// Hands the whole catalogue over.
    private func readAll(_ body: ([ContentWork.Text]) -> Void) {
        do {
            body(try texts())
            health.markWorking(Self.part)
        } catch let error {
            health.markFailed(Self.part, error)
        }
    }

    /// What is said of all items.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    func texts() throws -> [ContentWork.Text] {
        var texts: [ContentWork.Text] = []
        try store.forEachItem { item in
            guard let index = vocabulary.item(item.id) else { return }
            texts.append(ContentWork.Text(item: index, text: ItemText.text(of: item)))
        }
        return texts
    }

    private func takeGiven() -> Bool {
        condition.withLock {
            defer { isGiven = false }
            return isGiven
        }
    }

    private func take() -> [ContentWork.Text] {
        condition.withLock {
            defer { waiting = [] }
            return waiting
        }
    }

    /// The texts that came; waits for one or until it is woken, and returns `nil` when it is time to stop.
    private func next() -> [ContentWork.Text]? {
        condition.withLock {
            while waiting.isEmpty, !isWoken, !stops {
                // What was read last is written once nothing more comes.
                if !condition.wait(until: Date(timeIntervalSinceNow: 5)) { return stops ? nil : [] }
            }
            defer { (waiting, isWoken) = ([], false) }
            return stops ? nil : waiting
        }
    }

    private func show(_ work: ContentWork, left: Int) {
        let status = EngineStatus.Content(encoder: work.choice.name, items: work.itemCount, waiting: left)
        shown.withLock { $0 = status }
    }
}

// MARK: - Tuned encoders

extension ContentService {
    /// Has a tuned encoder read the whole catalogue, on the calling thread.
    ///
    /// - Parameters:
    ///   - adapters: what was learned.
    ///   - encoder: the encoder that it was learned beside.
    ///   - threads: how many threads read.
    ///   - isCancelled: asked between batches.
    ///   - report: called with the share that is read.
    /// - Returns: what is to be handed to ``adopt(_:)``.
    /// - Throws: ``FreshetError`` when the catalogue cannot be read, or it was cancelled.
    func prepare(
        _ adapters: EncoderAdapters,
        beside encoder: TextEncoder,
        threads: Int,
        isCancelled: @escaping () -> Bool,
        report: @escaping (Double) -> Void
    ) throws -> PreparedReading {
        let reading = ContentReading(id: adapters.name, searchHours: searchHours)
        let choice = EncoderChoice.model(try adapters.encoder(from: encoder))
        let pool = ThreadPool(threads: threads)
        let work = ContentWork(choice, reading.view, path: tuned.textsPath(of: reading.id), pool: pool)
        let texts = try texts()
        work.isStopping = isCancelled
        work.readerChanged = { reading.set($0) }
        work.report = { report(1 - Double($0) / Double(max(1, texts.count))) }
        work.writes = false
        work.renew(texts)
        if isCancelled() { throw FreshetError(.cancelled, "The reading of the catalogue was stopped.") }
        reading.searches.take(base.searches)
        reading.readSearches()
        work.report = { _ in }
        return PreparedReading(reading, adapters, work)
    }

    /// Has what was tuned read beside the configured encoder from now on, and what no version needs no more.
    private func takeUpTuned(beside base: ContentWork) {
        let (new, all) = tuned.takePrepared()
        for prepared in new {
            let id = prepared.reading.id
            do {
                try tuned.write(prepared.adapters, of: id)
                prepared.work.writes = true
            } catch let error {
                // It reads on; after a restart the configured encoder reads in its place.
                health.markFailed(Self.part, error)
            }
            prepared.work.isStopping = { [self] in condition.withLock { stops } }
            works[id] = prepared.work
            readAll(prepared.work.catchUp)
            prepared.work.save()
        }
        let needed = Set(all.map(\.id))
        let isDropping = works.keys.contains { !needed.contains($0) }
        works = works.filter { needed.contains($0.key) }
        if isDropping { tuned.removeOthers() }
        for reading in all where works[reading.id] == nil {
            let work = ContentWork(
                restoredChoice(of: reading.id, instead: base.choice),
                reading.view,
                path: tuned.textsPath(of: reading.id),
                pool: ThreadPool(threads: 1)
            )
            works[reading.id] = work
            reading.searches.take(self.base.searches)
            prepare(work, of: reading)
        }
    }

    /// The encoder of a reading that a version names after a restart; where it is lost the configured one.
    private func restoredChoice(of id: String, instead choice: EncoderChoice) -> EncoderChoice {
        do {
            guard let encoder = tunableEncoder else {
                throw FreshetError(.invalidData, "'\(choice.name)' is no encoder that was tuned.")
            }
            return .model(try tuned.encoder(of: id, from: encoder))
        } catch let error {
            logger.warning("a tuned encoder is lost", metadata: ["reading": "\(id)", "reason": "\(error)"])
            return choice
        }
    }
}
