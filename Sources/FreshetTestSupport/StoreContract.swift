import Foundation
import FreshetCore
import FreshetData

/// The rules that every store keeps, whatever it keeps things in, asked of one kind of store through the protocols.
public struct StoreContract: Sendable, CustomStringConvertible {
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
        /// Searches come back, count once by their id, and go with it, with their user, and to whom a user was joined.
        case keepsSearches
        /// Impressions come back, alone and in order, and the feedback on them.
        case keepsImpressions
        /// Versions and decisions come back, newest first.
        case keepsVersions
        /// Settings are set, listed and removed.
        case keepsSettings
        /// Positions of sources move with the events, from where they stand and for the newest reader only.
        ///
        /// A store without the role (``FreshetCore/SourcePositionStore``) has nothing to keep.
        case keepsSourcePositions
        /// A store says whose it is, and sees nothing of another tenant in the same place.
        case keepsTenantsApart
    }

    /// What the kind of store is called.
    public let description: String
    let open: @Sendable (_ folder: String, _ tenant: Tenant) async throws -> any EngineStore

    /// Takes a kind of store.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - open: opens the store of a tenant. Each rule has a folder of its own, which may be the place or stand for it.
    public init(
        _ name: String,
        open: @escaping @Sendable (_ folder: String, _ tenant: Tenant) async throws -> any EngineStore
    ) {
        (description, self.open) = (name, open)
    }

    /// How the store breaks a rule, in words; `nil` when it keeps it.
    public func violation(of rule: Rule) async throws -> String? {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-contract-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let store = try await open(folder, .default)
            switch rule {
            case .numbersEvents: try await numbersEvents(store)
            case .readsByOffset: try await readsByOffset(store)
            case .countsIdentifiersOnce: try await countsIdentifiersOnce(store)
            case .appendsConcurrently: try await appendsConcurrently(store)
            case .observesInOrder: try await observesInOrder(store)
            case .findsNewestEvents: try await findsNewestEvents(store)
            case .fillsInDefaults: try await fillsInDefaults(store)
            case .distinguishesBytes: try await distinguishesBytes(store)
            case .boundsEventTypes: try await boundsEventTypes(store)
            case .keepsItems: try await keepsItems(store)
            case .keepsUsers: try await keepsUsers(store)
            case .erasesUsers: try await erasesUsers(store)
            case .joinsUsers: try await joinsUsers(store)
            case .keepsSearches: try await keepsSearches(store)
            case .keepsImpressions: try await keepsImpressions(store)
            case .keepsVersions: try await keepsVersions(store)
            case .keepsSettings: try await keepsSettings(store)
            case .keepsSourcePositions: try await keepsSourcePositions(store)
            case .keepsTenantsApart: try await keepsTenantsApart(store, in: folder)
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
