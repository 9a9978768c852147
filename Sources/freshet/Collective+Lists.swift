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

    /// Whether any rank was asked to stop, which all learn at once.
    func isAnyAsked(toStop isRequested: Bool) throws -> Bool {
        try gather([isRequested ? 1 : 0]).contains([1])
    }

    /// The time of rank 0, so that all mean the same by an age.
    func time(_ now: Int64) throws -> Int64 {
        var reader = MessageReader(try broadcast(MessageBytes([now]).bytes), from: 0)
        return try reader.number(of: Int64.self)
    }

    /// Checks that all ranks do the same.
    /// - Throws: ``FreshetError`` of kind `usage` when one was given something else.
    func checkAgreement(on description: String) throws {
        let all = try gather(Array(description.utf8))
        guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
        throw FreshetError(
            .usage,
            "Rank \(other) recommends from another snapshot than rank 0, or with other options.",
            remedy: "Give every rank the same snapshot and the same options."
        )
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
