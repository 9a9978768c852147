import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage

/// `freshet replies`.
struct Replies: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find known answers to customers' questions.",
        discussion: """
            A question is compared with those that were answered before, by its words (tfidf), by an encoder without \
            weights (light), by a language model, or by several of them. Where nothing is alike enough, a person should \
            answer; from where on is found out when the index is made.

              freshet replies index --data questions.csv --output replies
              freshet replies ask --replies replies --question 'how do I send something back?'
            """,
        subcommands: [Index.self, Ask.self]
    )

    /// `freshet replies index`.
    struct Index: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an index of questions and answers.",
            discussion: """
                The data are a table with a column of questions and one of answers. Every question is put in other words \
                and asked, with its answer known and unknown: an answer is given from the likeness on from which so many \
                of the given ones are right.

                  freshet replies index --data questions.csv --output replies
                  freshet replies index --data faq.tsv --encoder minilm,tfidf --reliability 0.95 --output replies
                """
        )

        @Option(
            help: ArgumentHelp("The questions and answers: a table (.csv, .tsv or JSON lines).", valueName: "file")
        )
        var data: String

        @Option(help: ArgumentHelp("The column of the questions, by name or by position.", valueName: "column"))
        var questionColumn: String?

        @Option(help: ArgumentHelp("The column of the answers, by name or by position.", valueName: "column"))
        var answerColumn: String?

        @OptionGroup var form: TableFormOptions

        @Option(
            help: ArgumentHelp(
                "What compares questions: tfidf, light, a model, or several between commas, each of which counts what makes "
                    + "questions in other words find their answers best. The first installed model, light and tfidf, unless given.",
                valueName: "name,…"
            )
        )
        var encoder: String?

        @Option(help: "The share of the given answers that should be right.")
        var reliability = 0.9

        @OptionGroup var output: OutputFolder
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard 0...1 ~= reliability else {
                throw ValidationError("--reliability is \(reliability), but must be in 0...1.")
            }
        }

        func execute(_ console: Console) throws {
            try output.check()
            let entries = try readEntries(console)
            let store = ModelStore()
            let readers =
                encoder.map { $0.split(separator: ",").map(String.init) }
                ?? [store.firstEncoder, "light", ReplyIndex.words].compactMap(\.self)
            let found = readers.map { $0.contains("/") ? URL(fileURLWithPath: $0).path : $0 }
            let pool = common.makePool()
            let matcher = try ReplyIndex.matcher(of: entries.map(\.question), readBy: found, on: pool) {
                try store.encoder(named: $0)
            }
            let index = ReplyIndex(
                entries,
                matchedBy: matcher,
                reliability: reliability,
                seed: common.seed,
                on: pool
            )
            try index.write(to: output.path, readers: found)
            let report = IndexReport(
                questions: entries.count,
                answers: Set(entries.map(\.answer)).count,
                readers: readers,
                threshold: index.threshold,
                folder: output.path
            )
            try console.result(report) {
                "\(Words.count(report.questions)) questions with \(Words.count(report.answers)) answers in "
                    + "\(report.folder), compared by \(readers.joined(separator: " and ")); an answer is given from a "
                    + "likeness of \(Words.decimal(Double(report.threshold), 3)) on."
            }
        }

        private func readEntries(_ console: Console) throws -> [ReplyIndex.Entry] {
            let table = try TextTable(
                path: data,
                columns: [
                    questionColumn.map { [$0] } ?? ["question", "query", "title", "text"],
                    answerColumn.map { [$0] } ?? ["answer", "reply", "response", "solution"],
                ],
                options: form.importOptions
            )
            let whole = table.rows.filter { !$0[0].isEmpty && !$0[1].isEmpty }
            if whole.count < table.rows.count {
                console.note("\(data): \(table.rows.count - whole.count) rows without a question or an answer left out")
            }
            guard !whole.isEmpty else {
                throw FreshetError(
                    .invalidData,
                    "'\(data)' has no row with a question and an answer.",
                    remedy: "Name the columns: --question-column and --answer-column."
                )
            }
            return whole.map { ReplyIndex.Entry(question: $0[0], answer: $0[1]) }
        }
    }

    /// `freshet replies ask`.
    struct Ask: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find the best known answers to questions.",
            discussion: """
                One question, or many: one a line, or JSON strings one a line (.jsonl), from a file or standard input. \
                What no answer is alike enough for is marked: ask a person. A causal model composes one answer of the best \
                ones; where it says what they do not, the best one stands as it is.

                  freshet replies ask --replies replies --question 'how do I send something back?'
                  freshet replies ask --replies replies --question 'how do I send something back?' --composer gpt2@int8
                  freshet replies ask --replies replies --texts questions.txt --count 5 --json
                """
        )

        @Option(help: ArgumentHelp("The folder of the index.", valueName: "folder"))
        var replies: String

        @Option(help: ArgumentHelp("A question.", valueName: "text"))
        var question: String?

        @Option(help: ArgumentHelp("Questions; - for standard input.", valueName: "file"))
        var texts: String?

        @Option(help: "How many answers there are at most to each.")
        var count = 3

        @Option(help: ArgumentHelp("Where the model lies; where it lay before, unless given.", valueName: "name"))
        var encoder: String?

        @Option(
            help: ArgumentHelp(
                "The causal model that composes one answer: an installed model, a model's folder, none, or auto: the first "
                    + "installed one, in bytes, else none.",
                valueName: "name"
            )
        )
        var composer = EncoderChoice.automatic

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard (question == nil) != (texts == nil) else {
                throw ValidationError("Give either --question or --texts.")
            }
            guard count > 0 else { throw ValidationError("--count is \(count), but must be above 0.") }
        }

        func execute(_ console: Console) throws {
            let index = try ReplyIndex(folder: replies) { try ModelStore().encoder(named: encoder ?? $0) }
            let questions = try question.map { [$0] } ?? EncodedInput(texts: texts, catalogue: nil).texts
            let found = index.replies(to: questions, count: count, on: common.makePool())
            let composer = try ReplyComposer.named(composer)
            let reports = try zip(questions, found).map { question, reply in
                let answer = try composer?.answer(to: question, from: reply, threshold: index.threshold)
                return ReplyReport(question: question, reply, answer, by: composer?.name)
            }
            try console.result(reports) { reports.map(\.words).joined(separator: "\n\n") }
        }
    }
}

/// What `freshet replies index` reports.
private struct IndexReport: Encodable {
    let questions: Int
    let answers: Int
    let readers: [String]
    let threshold: Float
    let folder: String
}

/// What `freshet replies ask` says to a question.
private struct ReplyReport: Encodable {
    struct Answer: Encodable {
        let question: String
        let answer: String
        let likeness: Float
    }

    let question: String
    let askAPerson: Bool
    let answers: [Answer]
    /// What to say, where something composes and no person is to be asked.
    let answer: String?
    /// What composed it; `nil` where it is the best answer as it is.
    let composer: String?

    init(question: String, _ reply: ReplyIndex.Reply, _ answer: ReplyComposer.Answer?, by composer: String?) {
        self.question = question
        self.answer = answer?.text
        self.composer = answer?.isComposed == true ? composer : nil
        askAPerson = !reply.isSure
        answers = reply.answers.map {
            Answer(question: $0.entry.question, answer: $0.entry.answer, likeness: $0.likeness)
        }
    }

    var words: String {
        let lines = answers.map { "  \(Words.decimal(Double($0.likeness), 3))  \($0.question)\n         \($0.answer)" }
        let said = composer.flatMap { composer in answer.map { "  \($0)  (\(composer))" } }.map { [$0] } ?? []
        return ([question + (askAPerson ? "  (ask a person)" : "")] + said + lines).joined(separator: "\n")
    }
}
