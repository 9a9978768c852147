import FreshetCore
import Synchronization

/// What users say of themselves, as text: what a newcomer is known by before their first events.
///
/// In memory, since an answer never waits for the disk; at most so many users, the first ones of a long list.
final class ProfileTexts: Sendable {
    private static let capacity = 1_000_000
    /// Longer texts are cut.
    private static let longest = 200

    private let texts = Mutex<[String: String]>([:])

    /// Takes the words of users' attributes over.
    func put(_ users: some Sequence<User>) {
        let words = users.map { ($0.id, Self.text(of: $0)) }
        texts.withLock { texts in
            for (id, text) in words {
                if text.isEmpty {
                    texts[id] = nil
                } else if texts.count < Self.capacity || texts[id] != nil {
                    texts[id] = text
                }
            }
        }
    }

    /// Forgets a user.
    func remove(_ id: String) { texts.withLock { $0[id] = nil } }

    /// What a user says; `nil` where that is nothing.
    subscript(id: String) -> String? { texts.withLock { $0[id] } }

    /// The values that are words, in the order of their names; numbers and flags say nothing that a text would.
    private static func text(of user: User) -> String {
        let words = user.attributes.sorted { $0.key < $1.key }.flatMap { _, value in
            switch value {
            case .text(let text): [text]
            case .texts(let texts): texts
            case .number, .flag: [String]()
            }
        }
        return String(words.filter { !$0.isEmpty }.joined(separator: ", ").prefix(longest))
    }
}
