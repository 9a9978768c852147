import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetModels
import Testing

@testable import FreshetReport

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("The report")
struct ReportDocumentTests {
    /// What a parser found in a page; parsing fails where the markup is not well-formed.
    final class Page: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var classes: [String: Int] = [:]
        var attributes: Set<String> = []
        var text = ""
        private(set) var isWellFormed = false

        init(_ html: String) {
            super.init()
            let parser = XMLParser(data: Data(html.utf8))
            parser.delegate = self
            isWellFormed = parser.parse()
        }

        func parser(
            _ parser: XMLParser,
            didStartElement element: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[element, default: 0] += 1
            classes[attributes["class"] ?? "", default: 0] += 1
            self.attributes.formUnion(attributes.keys)
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }

    @Test func theWholeReportIsOneWellFormedFileWithoutNetworkOrScript() throws {
        let html = try SampleReport().document().html
        let page = Page(html)
        #expect(page.isWellFormed)
        #expect(page.text.contains("Gifts & <Garden>"))
        for outside in ["script", "link", "img", "iframe", "a"] { #expect(page.elements[outside] == nil) }
        for attribute in ["src", "href", "onload", "style"] { #expect(!page.attributes.contains(attribute)) }
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("))
        #expect(html.contains("prefers-color-scheme: dark"))
        #expect(!html.contains("nan") && !html.contains("inf\""))
    }

    @Test func everyPartIsThere() throws {
        let page = Page(try SampleReport().document().html)
        for heading in [
            "The data", "The models side by side", "Is the difference more than chance?", "What each model reaches",
            "How far down the list", "Who is served well", "How the models learned", "Popular items and the long tail",
            "Customers in words", "How the figures were made", "Settings of sequence-transformer",
        ] { #expect(page.text.contains(heading), "\(heading)") }
        // Six metrics, two by length, four segments, two learning curves, six scatters and the spread.
        #expect(page.elements["svg"] == 21)
        #expect(page.elements["desc"] == 21)
        #expect(page.elements["figcaption"] == 21)
        // Every chart but the spread, whose legend is its table, has its numbers folded up.
        #expect(page.text.components(separatedBy: "In numbers").count - 1 == 20)
        #expect(page.elements["article"] == 3)
        #expect(page.classes["hit", default: 0] >= 3)
    }

    /// Eight boxes are four and four, not seven and a lonely one.
    @Test(arguments: [(0, 7, 1), (1, 7, 1), (7, 7, 7), (8, 7, 4), (9, 7, 5), (4, 3, 2), (5, 3, 3), (6, 3, 3)])
    func rowsAreFilled(count: Int, limit: Int, columns: Int) {
        #expect(Markup.columns(for: count, atMost: limit) == columns)
    }

    @Test func emptyPartsAreLeftOut() {
        let page = Page(ReportDocument(title: "Nothing", results: []).html)
        #expect(page.isWellFormed)
        #expect(page.elements["svg"] == nil)
        #expect(!page.text.contains("Customers in words"))
    }

    @Test func theFindingNamesTheBestFullRanking() {
        func result(_ name: String, _ value: Double, sampled: Int? = nil) -> EvaluationResult {
            let estimate = Estimate(value: value, low: value, high: value)
            var result = EvaluationResult(
                model: name,
                method: "",
                users: 50,
                metrics: ["ndcg@10": estimate, "hr@10": estimate]
            )
            result.sampled = sampled
            return result
        }
        let results = [result("good", 0.2), result("bad", 0.1), result("old", 0.6, sampled: 100)]
        let document = ReportDocument(title: "t", results: results)
        #expect(document.best?.model == "good")
        #expect(Page(document.html).text.contains("for 20% of 50 users"))
        #expect(Page(document.html).text.contains("old [sampled 100]"))
    }

    @Test func brokenLossesDoNotBreakTheReport() {
        let epochs = [1, 2, 3].map { EpochRecord(epoch: $0, loss: $0 == 2 ? .nan : 1 / Double($0), seconds: 1) }
        let document = ReportDocument(
            title: "t",
            results: [],
            curves: [TrainingCurve(model: "m", epochs: epochs), TrainingCurve(model: "n", epochs: [])]
        )
        #expect(Page(document.html).elements["svg"] == 1)
    }

    @Test func outsideTextIsEscaped() {
        #expect(Markup.escape("<b a='\"'>&\u{1}") == "&lt;b a=&#39;&quot;&#39;&gt;&amp;\u{FFFD}")
        let evil = "</title><script>alert(1)</script>"
        let story = CustomerStory(
            name: evil,
            history: [evil],
            historyCount: 1,
            chosen: [evil],
            lists: [.init(model: evil, items: [.init(evil, isChosen: true)])]
        )
        let document = ReportDocument(
            title: evil,
            subtitle: evil,
            statistics: [ReportFact(evil, evil)],
            results: [],
            customers: [story],
            settings: [ModelSettings(model: evil, json: evil)]
        )
        #expect(Page(document.html).isWellFormed)
        #expect(!document.html.contains("<script"))
    }
}
