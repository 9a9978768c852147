import FreshetCore
import FreshetTensor
import Synchronization

/// What one encoder has read: the items' vectors, what users looked for among them, and what reads further texts.
///
/// One version: what was learned with its vectors is predicted and answered with its vectors, so it goes live, and back,
/// together with the weights (``FreshetModels/ContentReader`` says in which space).
public final class ContentReading: Sendable {
    /// Its name, under which it is kept.
    public let id: String
    /// The items' vectors.
    public let view: ContentView
    /// What users looked for.
    public let searches: RecentSearches
    private let reader = Mutex<ContentReader?>(nil)
    private let pool = ThreadPool(threads: 1)

    /// Creates a reading of nothing.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - searchHours: for how long a search says what its user is after.
    public init(id: String, searchHours: Double = 168) {
        self.id = id
        view = ContentView()
        searches = RecentSearches(hours: searchHours)
    }

    /// Says what reads from now on.
    public func set(_ new: ContentReader) { reader.withLock { $0 = new } }

    /// A text among the items' vectors; none as long as nothing was read, or when the text says nothing.
    public func vector(of text: String) -> TextVector {
        guard let reader = reader.withLock({ $0 }) else { return .none }
        let numbers = reader.vectors(of: [text], on: pool)
        return numbers.contains { $0 != 0 } ? TextVector(encoder: reader.name, numbers: numbers) : .none
    }

    /// Reads what users looked for, as far as it was not read yet.
    public func readSearches() {
        guard let reader = reader.withLock({ $0 }) else { return }
        searches.read(by: reader, among: view.current, on: pool)
    }
}
