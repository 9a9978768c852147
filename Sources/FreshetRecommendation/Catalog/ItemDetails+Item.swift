import FreshetCore
import FreshetLanguage

extension ItemDetails {
    /// The number of distinct words that count of a long text; the title comes first.
    private static let maximumWords = 64
    /// How many labels tell a ranker what an item is; categories come first.
    private static let maximumTraits = 8

    /// Takes what matters of an item; terms that are new are added to the table.
    init(of item: Item, terms: TermTable, tokenizer: WordTokenizer) {
        title = item.title
        createdAt = item.createdAt
        place = Place(item.attributes)
        var labels: [Term] = []
        for category in item.categories where !labels.contains(Term(kind: .category, text: category)) {
            labels.append(Term(kind: .category, text: category))
        }
        categoryCount = labels.count
        for tag in item.tags where !labels.contains(Term(kind: .tag, text: tag)) {
            labels.append(Term(kind: .tag, text: tag))
        }
        attributeStart = labels.count
        // Sorted, since the order of a dictionary changes from run to run.
        for (name, value) in item.attributes.sorted(by: { $0.key < $1.key }) {
            let name = (text: name, number: terms.insert(name: name))
            switch value {
            case .text(let text):
                labels.append(.attribute(name.text, text))
                let moment = Timestamp.milliseconds(from: text).map { Double($0) / 1000 } ?? .nan
                entries.append(Entry(name: name.number, form: .text, value: moment))
            case .texts(let texts):
                for text in texts { labels.append(.attribute(name.text, text)) }
                entries.append(Entry(name: name.number, form: .texts, value: Double(texts.count)))
            case .number(let number): entries.append(Entry(name: name.number, form: .number, value: number))
            case .flag(let flag): entries.append(Entry(name: name.number, form: .flag, value: flag ? 1 : 0))
            }
        }
        self.labels = terms.insert(labels)
        for trait in labels.lazy.map(\.hash) where traits.count < Self.maximumTraits && !traits.contains(trait) {
            traits.append(trait)
        }

        var distinct: [String: Int] = [:]
        var words: [Term] = []
        for word in tokenizer.tokens(in: [item.title, item.text].compactMap(\.self).joined(separator: "\n")) {
            if let place = distinct[word] {
                if wordCounts[place] < .max { wordCounts[place] += 1 }
            } else if words.count < Self.maximumWords {
                distinct[word] = words.count
                words.append(Term(kind: .word, text: word))
                wordCounts.append(1)
            }
        }
        self.words = terms.insert(words)
    }
}
