import FreshetEvaluation
import FreshetModels

/// A name and a value in the report: a statistic of the data, a setting.
public struct ReportFact: Sendable, Equatable {
    /// What it is.
    public var name: String
    /// The value, in words.
    public var value: String

    /// Creates a fact.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// How a model learned: its training loss and validation figure by epoch.
public struct TrainingCurve: Sendable, Equatable {
    /// The model's name, as in its ``FreshetEvaluation/EvaluationResult/model``.
    public var model: String
    /// The finished epochs in order.
    public var epochs: [EpochRecord]

    /// Creates a curve.
    public init(model: String, epochs: [EpochRecord]) {
        self.model = model
        self.epochs = epochs
    }
}

/// One customer in words: what they did, what they chose next, what each model would have shown.
public struct CustomerStory: Sendable, Equatable {
    /// An item in a list.
    public struct Entry: Sendable, Equatable {
        /// The item's title, or its id.
        public var title: String
        /// Whether it is what the customer chose next.
        public var isChosen: Bool

        /// Creates an entry.
        public init(_ title: String, isChosen: Bool = false) {
            self.title = title
            self.isChosen = isChosen
        }
    }

    /// A model's list for the customer.
    public struct List: Sendable, Equatable {
        /// The model's name.
        public var model: String
        /// The items, best first.
        public var items: [Entry]

        /// Creates a list.
        public init(model: String, items: [Entry]) {
            self.model = model
            self.items = items
        }
    }

    /// What to call the customer.
    public var name: String
    /// The titles of their latest items, the latest last.
    public var history: [String]
    /// How many items the whole history has.
    public var historyCount: Int
    /// What they chose next, which no model had seen.
    public var chosen: [String]
    /// The models' lists.
    public var lists: [List]

    /// Creates a story.
    public init(name: String, history: [String], historyCount: Int, chosen: [String], lists: [List]) {
        self.name = name
        self.history = history
        self.historyCount = historyCount
        self.chosen = chosen
        self.lists = lists
    }
}

/// A model's settings as JSON, shown folded up.
public struct ModelSettings: Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// Its configuration.
    public var json: String

    /// Creates settings.
    public init(model: String, json: String) {
        self.model = model
        self.json = json
    }
}
