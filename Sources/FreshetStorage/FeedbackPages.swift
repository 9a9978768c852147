import FreshetCore
import FreshetData
import GRDB

/// Reads what feedback is joined from, a page at a time.
enum FeedbackPages {
    /// Impressions behind a number.
    static func impressions(
        _ db: Database,
        after number: Int64,
        upTo newest: Int64 = .max,
        limit: Int,
        _ vocabulary: Vocabulary
    ) throws -> [(number: Int64, impression: Impression)] {
        let rows = try ImpressionRows(db, "WHERE number > ? AND number <= ? ORDER BY number LIMIT ?")
        rows.statement.bind(1, number)
        rows.statement.bind(2, newest)
        rows.statement.bind(3, Int64(limit))
        var page: [(number: Int64, impression: Impression)] = []
        try rows.statement.forEachRow {
            page.append((rows.number, try rows.impression(vocabulary)))
            return true
        }
        return page
    }

    /// Events behind an offset, with what they say to feedback.
    static func events(
        _ db: Database,
        after offset: Int64,
        upTo newest: Int64,
        limit: Int
    ) throws -> [NamingEvent] {
        let condition = "WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT ?"
        let rows = try EventRows(db, condition, adding: ["recommendation", "profit"])
        rows.statement.bind(1, offset)
        rows.statement.bind(2, newest)
        rows.statement.bind(3, Int64(limit))
        var page: [NamingEvent] = []
        try rows.statement.forEachRow {
            let (statement, profit) = (rows.statement, EventRows.others + 1)
            page.append(
                NamingEvent(
                    event: rows.event,
                    recommendation: statement.text(EventRows.others),
                    profit: statement.isNull(profit) ? nil : statement.double(profit)
                )
            )
            return true
        }
        return page
    }
}

extension SQLiteStore {
    /// Up to `limit` impressions behind a number.
    public func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        let vocabulary = vocabulary
        return try readNow { try FeedbackPages.impressions($0, after: number, limit: limit, vocabulary) }
    }

    /// Up to `limit` events behind an offset, with what they say to feedback.
    public func namingEvents(after offset: Int64, limit: Int) throws -> [NamingEvent] {
        let newest = newestOffset
        guard limit > 0, offset < newest else { return [] }
        return try readNow { try FeedbackPages.events($0, after: offset, upTo: newest, limit: limit) }
    }
}
