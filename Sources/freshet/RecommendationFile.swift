import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetNN

/// Reads files of recommendations: `user<TAB>item,item,…`, or JSON lines as `freshet recommend` writes them.
enum RecommendationFile {
    private struct Line: Decodable {
        struct Entry: Decodable {
            let item: String

            init(from decoder: any Decoder) throws {
                if let id = try? decoder.singleValueContainer().decode(String.self) {
                    item = id
                } else {
                    item = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .item)
                }
            }

            enum CodingKeys: CodingKey { case item }
        }
        let user: String
        let items: [Entry]
    }

    /// The lists of a file.
    /// - Throws: ``FreshetError`` that names the line which is not a list.
    static func read(_ path: String) throws -> [RecommendationList] {
        let text = try FileContents.read(path)
        let decoder = JSONDecoder()
        var lists: [RecommendationList] = []
        for (number, bytes) in zip(1..., text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)) {
            let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            if bytes.isEmpty { continue }
            guard !bytes.contains(0), let line = String(validating: bytes, as: UTF8.self) else {
                throw malformed(path, number, "it is not UTF-8 text")
            }
            if line.hasPrefix("{") {
                guard let entry = try? decoder.decode(Line.self, from: bytes) else {
                    throw malformed(path, number, "it is not the JSON of a list")
                }
                lists.append(RecommendationList(user: entry.user, items: entry.items.map(\.item)))
            } else {
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw malformed(path, number, "it has \(parts.count) fields between tabs")
                }
                let items = parts[1].split(separator: ",").map(String.init)
                lists.append(RecommendationList(user: String(parts[0]), items: items))
            }
        }
        guard !lists.isEmpty else {
            throw FreshetError(
                .invalidData,
                "'\(path)' holds no recommendations.",
                remedy: "Make some: freshet recommend --snapshot DIR --all-users --output \(path)"
            )
        }
        return lists
    }

    private static func malformed(_ path: String, _ line: Int, _ why: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "'\(path)', line \(line), is not a list of recommendations: \(why).",
            remedy: "A line is user<TAB>item,item,…"
        )
    }
}
