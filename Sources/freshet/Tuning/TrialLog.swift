import Foundation
import FreshetCore
import FreshetModels
import FreshetNN

/// What a search is about; a log goes on only with the same.
struct SearchDescription: Codable, Equatable {
    var model: String
    var preset: String?
    var settings: [String: String]
    var search: [String]
    var seed: UInt64
    var dataFingerprint: String
    /// What is parted into folds and how often; `nil` where the users' last events judge.
    var folds: FoldChoice?
}

/// The folds that trials are judged on.
struct FoldChoice: Codable, Equatable {
    var count: Int
    var by: String
}

/// One finished trial.
struct Trial: Codable, Equatable {
    /// Its number from 1, which with the seed decides its settings.
    var trial: Int
    /// The share of the full training that it got.
    var budget = 1.0
    /// The settings that the search varies.
    var settings: [String: String]
    /// NDCG@10 on the users' last events, or its mean over folds: what the search maximises.
    var ndcg: Double
    /// HR@10 of the same.
    var hitRate: Double
    /// The standard deviation of NDCG@10 over folds; `nil` without folds.
    var deviation: Double?
    /// How long it took.
    var seconds: Double

    enum CodingKeys: String, CodingKey {
        case trial, budget, settings, seconds, deviation
        case ndcg = "ndcg@10"
        case hitRate = "hr@10"
    }
}

/// The trials of a search in a file: a line for the search, then a line a trial, each on the disk before the next.
final class TrialLog {
    /// The trials so far.
    private(set) var trials: [Trial] = []
    private let path: String
    private let handle: FileHandle

    /// Opens the log of a search, a new one or one to go on with.
    ///
    /// A last line that was cut off by a crash is dropped.
    /// - Throws: ``FreshetError`` when the file cannot be written, or holds something else.
    init(path: String, search: SearchDescription) throws {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FreshetError.system("write", path, code: errno) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let text = try FileContents.read(path)
        guard !text.isEmpty else {
            try append(search)
            return
        }
        let whole = text.lastIndex(of: UInt8(ascii: "\n")).map { text.prefix(through: $0) } ?? Data()
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, let found = try? JSONDecoder().decode(SearchDescription.self, from: first) else {
            throw other("It holds something else.")
        }
        guard found == search else { throw other("It holds the trials of another search.") }
        for (number, line) in zip(2..., lines.dropFirst()) {
            guard let trial = try? JSONDecoder().decode(Trial.self, from: line) else {
                throw FreshetError(
                    .invalidData,
                    "'\(path)', line \(number), is not a trial.",
                    remedy: "Delete the line."
                )
            }
            trials.append(trial)
        }
        guard ftruncate(descriptor, off_t(whole.count)) == 0 else {
            throw FreshetError.system("write", path, code: errno)
        }
    }

    /// Adds a finished trial.
    func add(_ trial: Trial) throws {
        try append(trial)
        trials.append(trial)
    }

    private func append(_ line: some Encodable) throws {
        let text = SnapshotJSON.encode(line) + Data("\n".utf8)
        let count = text.withUnsafeBytes { write(handle.fileDescriptor, $0.baseAddress, $0.count) }
        guard count == text.count, fsync(handle.fileDescriptor) == 0 else {
            throw FreshetError.system("write", path, code: count < 0 ? errno : ENOSPC)
        }
    }

    private func other(_ what: String) -> FreshetError {
        FreshetError(.usage, "Cannot go on with '\(path)'. \(what)", remedy: "Give --output another name.")
    }
}
