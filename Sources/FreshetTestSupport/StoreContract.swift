import FreshetCore
import FreshetData

/// The rules that every store keeps, whatever it keeps things in.
public struct StoreContract: Sendable {
    /// A rule.
    public enum Rule: String, CaseIterable, Sendable {
        /// Offsets count from 1 without gaps, in the order of the appends; events come back as they were.
        case numbersEvents
        /// Events are read from any offset in portions.
        case readsByOffset
        /// An event id counts once: within a request, between requests, between concurrent ones.
        case countsIdentifiersOnce
        /// Concurrent appends each get their own events, all of them, in one sequence.
        case appendsConcurrently
        /// The observer sees every event in the log's order before it is acknowledged.
        case observesInOrder
        /// A user's newest events are found, oldest first.
        case findsNewestEvents
        /// What an event leaves out is filled in.
        case fillsInDefaults
        /// Ids are equal when their bytes are.
        case distinguishesBytes
        /// More than 256 event types are refused, and nothing else.
        case boundsEventTypes
        /// Items come back, are replaced, searched, paged and removed.
        case keepsItems
        /// Users come back, are searched and paged.
        case keepsUsers
        /// An erased user is gone everywhere, and comes back as somebody else.
        case erasesUsers
        /// A user who was joined to another is them from then on: events, impressions, attributes, what comes later.
        case joinsUsers
        /// Impressions come back, alone and in order, and the feedback on them.
        case keepsImpressions
        /// Versions and decisions come back, newest first.
        case keepsVersions
        /// Settings are set, listed and removed.
        case keepsSettings
    }

    /// A store, and the vocabulary that it numbers names in.
    public typealias Subject = (store: any EngineStore, vocabulary: Vocabulary)

    let make: @Sendable () throws -> Subject

    /// Takes what makes empty stores.
    public init(_ make: @escaping @Sendable () throws -> Subject) { self.make = make }

    /// How the store breaks a rule, in words; `nil` when it keeps it.
    public func violation(of rule: Rule) async throws -> String? {
        do {
            let subject = try make()
            switch rule {
            case .numbersEvents: try await numbersEvents(subject)
            case .readsByOffset: try await readsByOffset(subject)
            case .countsIdentifiersOnce: try await countsIdentifiersOnce(subject)
            case .appendsConcurrently: try await appendsConcurrently(subject)
            case .observesInOrder: try await observesInOrder(subject)
            case .findsNewestEvents: try await findsNewestEvents(subject)
            case .fillsInDefaults: try await fillsInDefaults(subject)
            case .distinguishesBytes: try await distinguishesBytes(subject)
            case .boundsEventTypes: try await boundsEventTypes(subject)
            case .keepsItems: try await keepsItems(subject)
            case .keepsUsers: try await keepsUsers(subject)
            case .erasesUsers: try await erasesUsers(subject)
            case .joinsUsers: try await joinsUsers(subject)
            case .keepsImpressions: try await keepsImpressions(subject)
            case .keepsVersions: try await keepsVersions(subject)
            case .keepsSettings: try await keepsSettings(subject)
            }
            return nil
        } catch let violation as ContractViolation {
            return violation.description
        }
    }
}

/// A rule that was not kept.
struct ContractViolation: Error, CustomStringConvertible {
    let description: String
}

/// Stops a rule's check with words unless a condition holds.
func require(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    guard condition else { throw ContractViolation(description: words()) }
}
