import FreshetCore
import FreshetEvaluation

/// The report of an evaluation: one HTML file that needs no network and no script.
///
/// Sections whose content is empty are left out. The page follows the reader's light or dark setting, is readable on a
/// phone, and gives every chart in numbers too.
///
/// ```swift
/// let report = ReportDocument(title: "Online Retail", results: results, itemEvents: catalogue.eventCounts)
/// try Data(report.html.utf8).write(to: url)
/// ```
public struct ReportDocument: Sendable {
    /// What was evaluated.
    public var title: String
    /// A line under the title: where the data come from, when.
    public var subtitle: String
    /// The statistics of the data.
    public var statistics: [ReportFact]
    /// The models' figures, in the order of the tables; the order also chooses the colours.
    public var results: [EvaluationResult]
    /// Paired comparisons between them.
    public var comparisons: [PairedComparison]
    /// How the models learned.
    public var curves: [TrainingCurve]
    /// How many training events each item has, for popularity against recommendation frequency.
    public var itemEvents: [Int]
    /// Some customers, in words.
    public var customers: [CustomerStory]
    /// Settings of the run: seed, threads, versions, the command.
    public var configuration: [ReportFact]
    /// The models' settings.
    public var settings: [ModelSettings]
    /// The metric that the models are judged by.
    public var mainMetric: String
    /// The metrics that get a chart each.
    public var charted: [String]

    /// Creates a report.
    public init(
        title: String,
        subtitle: String = "",
        statistics: [ReportFact] = [],
        results: [EvaluationResult],
        comparisons: [PairedComparison] = [],
        curves: [TrainingCurve] = [],
        itemEvents: [Int] = [],
        customers: [CustomerStory] = [],
        configuration: [ReportFact] = [],
        settings: [ModelSettings] = [],
        mainMetric: String = "ndcg@10",
        charted: [String] = ["ndcg@10", "hr@10", "mrr@10", "coverage@10", "novelty@10", "diversity@10"]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.statistics = statistics
        self.results = results
        self.comparisons = comparisons
        self.curves = curves
        self.itemEvents = itemEvents
        self.customers = customers
        self.configuration = configuration
        self.settings = settings
        self.mainMetric = mainMetric
        self.charted = charted
    }

    /// The whole file.
    public var html: String {
        var page = Markup()
        page.addRaw("<!DOCTYPE html>\n")
        page.element("html", [("lang", "en")]) { page in
            page.element("head") { head in
                head.empty("meta", [("charset", "utf-8")])
                head.empty("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
                head.empty("meta", [("name", "color-scheme"), ("content", "light dark")])
                // Nothing may be fetched: the file shows the same on a plane.
                let policy = "default-src 'none'; style-src 'unsafe-inline'"
                head.empty("meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)])
                head.element("title", text: "\(title) – Freshet report")
                head.element("style") { $0.addRaw(ReportStyle.sheet) }
            }
            page.element("body") { body in
                body.element("main") { main in
                    for section in sections { main.add(section) }
                }
            }
        }
        return page.text + "\n"
    }

    private var sections: [Markup] {
        [
            header(), dataSection(), comparisonSection(), metricSection(), cutoffSection(), segmentSection(),
            learningSection(), popularitySection(), customerSection(), methodSection(),
        ].compactMap(\.self)
    }

    /// The place of a model in the palette.
    func color(of model: String) -> Int {
        (results.firstIndex { $0.model == model } ?? curves.firstIndex { $0.model == model } ?? 0) % ReportStyle.colors
    }

    /// What a result is called.
    func name(of result: EvaluationResult) -> String { ComparisonTable([]).name(of: result) }

    /// A section with a heading, or `nil` when there is nothing to show.
    func section(
        _ heading: String,
        _ introduction: String? = nil,
        isShown: Bool = true,
        _ content: (inout Markup) -> Void
    ) -> Markup? {
        guard isShown else { return nil }
        var markup = Markup()
        markup.element("section") { section in
            section.element("h2", text: heading)
            if let introduction { section.element("p", [("class", "lead")], text: introduction) }
            content(&section)
        }
        return markup
    }
}
