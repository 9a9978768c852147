import Foundation
import FreshetCore
import FreshetData

/// Sessions in periods, such as weeks: what is learned period by period and tested on the next.
///
/// The layout of ADER's data (Mi and others, RecSys 2020): a folder of files `period_0.txt`, `period_1.txt`, …, each
/// with lines `session item` in time order. The files tell no times: a period is taken for a week, its events as spread
/// evenly in the order of their lines.
public struct PeriodStream: Sendable {
    /// What a period is taken for.
    static let periodSeconds: Int64 = 7 * 86_400

    /// The sessions of each period, one a row, numbered by `items`.
    public let periods: [Histories]
    /// The external ids of the items, in the order of their first appearance.
    public let items: IdentifierTable
    /// How many of the items have appeared by the end of each period.
    public let knownItems: [Int]

    /// Reads a folder.
    /// - Throws: ``FreshetError`` that names the file, the line and what is wrong.
    public init(folder: String) throws {
        var items = IdentifierTable()
        var periods: [Histories] = []
        var knownItems: [Int] = []
        while let text = try Self.text(of: periods.count, in: folder) {
            periods.append(try Self.sessions(of: text, period: periods.count, numbering: &items))
            knownItems.append(items.count)
        }
        guard periods.count > 1 else {
            throw FreshetError(
                .usage,
                "'\(folder)' holds \(periods.count) periods; two are needed.",
                remedy: "Give a folder with files period_0.txt, period_1.txt, … of lines 'session item'."
            )
        }
        self.periods = periods
        self.items = items
        self.knownItems = knownItems
    }

    /// The sessions of a period that can be predicted: without items that no earlier period has, and of two events at
    /// least.
    public func predictableSessions(of period: Int) -> Histories {
        let known = knownItems[period - 1]
        let sessions = periods[period]
        var kept = Histories()
        for session in 0..<sessions.userCount {
            let range = sessions.offsets[session]..<sessions.offsets[session + 1]
            let places = range.filter { sessions.items[$0].position < known }
            guard places.count > 1 else { continue }
            kept.append(
                History(items: places.map { sessions.items[$0] }[...], times: places.map { sessions.times[$0] }[...])
            )
        }
        return kept
    }

    private static func text(of period: Int, in folder: String) throws -> String? {
        let path = "\(folder)/period_\(period).txt"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch let error {
            throw FreshetError(.external, "'\(path)' cannot be read: \(error.localizedDescription)")
        }
    }

    private static func sessions(
        of text: String,
        period: Int,
        numbering items: inout IdentifierTable
    ) throws -> Histories {
        var sessions: [Substring: Int] = [:]
        var events: [[(line: Int, item: ItemIndex)]] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, words) in lines.enumerated() {
            let fields = words.split(separator: " ")
            if fields.isEmpty { continue }
            guard fields.count == 2 else {
                let place = "period_\(period).txt, line \(line + 1)"
                throw FreshetError(.invalidData, "\(place): not 'session item': '\(words)'.")
            }
            let session = sessions[fields[0], default: events.count]
            if session == events.count {
                sessions[fields[0]] = session
                events.append([])
            }
            events[session].append((line, ItemIndex(items.insert(String(fields[1])))))
        }
        var histories = Histories()
        for session in events {
            let times = session.map {
                Timestamp(seconds: Int64(period * lines.count + $0.line) * Self.periodSeconds / Int64(lines.count))
            }
            histories.append(History(items: session.map(\.item)[...], times: times[...]))
        }
        return histories
    }

}
