import Foundation
import FreshetEngine
import FreshetLanguage
import FreshetTensor
import HTTPTypes
import Testing

@testable import FreshetServer

/// `POST /v1/classify` and `POST /v1/replies`.
@Suite struct TextModelTests {
    @Test func answersWithWhatItWasStartedWith() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/freshet-classifier-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pool = ThreadPool(threads: 1)
        let texts = LabelledTexts(
            texts: (0..<24).map { $0 % 2 == 0 ? "lovely fine day \($0)" : "awful broken thing \($0)" },
            labels: (0..<24).map { $0 % 2 == 0 ? "good" : "bad" }
        )
        let training = TextTraining(TextTraining.Settings(for: .none), seed: 1, pool: pool)
        try TextClassifier.train(on: texts, reading: .light, tuning: .none, training).classifier
            .write(to: path + "/mood", model: nil)
        let entries = [
            ReplyIndex.Entry(question: "How long does delivery take?", answer: "Two days."),
            ReplyIndex.Entry(question: "Can I send the lamp back?", answer: "Within a month."),
        ]
        let readers = [ReplyIndex.words, "light"]
        let matcher = try ReplyIndex.matcher(of: entries.map(\.question), readBy: readers, on: pool) { _ in
            preconditionFailure("no model is named")
        }
        try ReplyIndex(entries, matchedBy: matcher, reliability: 0.5, seed: 1, on: pool)
            .write(to: path + "/shop", readers: readers)

        let server = try await TestServer(engine: {
            ($0.language.classifiers, $0.language.replies) = (["mood=\(path)/mood"], ["shop=\(path)/shop"])
        })
        try await server.test { client in
            let body = #"{"texts":["what an awful, broken thing","a fine day"],"top":2}"#
            let found = try await client.send(.post, "/v1/classify", body)
            let results = found.json["results"] as? [[[String: Any]]] ?? []
            #expect(found.status == 200 && found.json["classifier"] as? String == "mood", "\(found.text)")
            #expect(
                results.map { $0.first?["label"] as? String } == ["bad", "good"] && results.allSatisfy { $0.count == 2 }
            )
            let reply = try await client.send(.post, "/v1/replies", #"{"question":"how long is delivery","count":1}"#)
            let answers = reply.json["answers"] as? [[String: Any]] ?? []
            #expect(reply.status == 200 && answers.map { $0["answer"] as? String } == ["Two days."], "\(reply.text)")
            #expect(reply.json["ask_a_person"] is Bool)
            for (path, body, pointer) in [
                ("classify", "{}", "/texts"), ("classify", #"{"texts":[]}"#, "/texts"),
                ("classify", #"{"texts":[5]}"#, "/texts"),
                ("classify", #"{"texts":["a"],"top":0}"#, "/top"),
                ("classify", #"{"texts":["a"],"label":"b"}"#, "/label"),
                ("replies", "{}", "/question"), ("replies", #"{"question":"a","count":99}"#, "/count"),
            ] {
                let answer = try await client.send(.post, "/v1/\(path)", body)
                #expect(answer.status == 400 && answer.text.contains(pointer), "\(answer.text)")
            }
            let unknown = try await client.send(.post, "/v1/classify", #"{"texts":["a"],"classifier":"topic"}"#)
            #expect(unknown.status == 404 && unknown.text.contains("mood"), "\(unknown.text)")
        }
    }

    @Test func saysThatThereIsNone() async throws {
        try await TestServer().test { client in
            for (path, body) in [("classify", #"{"texts":["a"]}"#), ("replies", #"{"question":"a"}"#)] {
                let answer = try await client.send(.post, "/v1/\(path)", body)
                #expect(answer.status == 404 && answer.text.contains("started without"), "\(answer.text)")
            }
        }
    }
}
