import FreshetCluster
import FreshetCore
import FreshetModels

extension Collective {
    /// Gives rank 0 the lists of all ranks, one rank's after another's; the others get none.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    func collect(_ lists: [[ScoredItem]]) throws -> [[ScoredItem]] {
        guard ranks > 1 else { return lists }
        var message = MessageBytes()
        message.append(Int32(lists.count))
        message.append(lists.map { Int32($0.count) })
        for list in lists {
            message.append(list.map(\.item.rawValue))
            message.append(list.map(\.score))
        }
        var messages = [[UInt8]](repeating: [], count: ranks)
        messages[0] = message.bytes
        let received = try exchange(messages)
        return isFirst ? try received.enumerated().flatMap { try Self.lists($1, from: $0) } : []
    }

    private static func lists(_ message: [UInt8], from rank: Int) throws -> [[ScoredItem]] {
        var reader = MessageReader(message, from: rank)
        let counts = try reader.numbers(Int(reader.number(of: Int32.self)), of: Int32.self)
        let lists = try counts.map { count in
            let items = try reader.numbers(Int(count), of: Int32.self)
            let scores = try reader.numbers(Int(count), of: Float.self)
            return zip(items, scores).map { ScoredItem(item: ItemIndex(Int($0)), score: $1) }
        }
        try reader.end()
        return lists
    }
}
