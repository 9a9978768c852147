import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import FreshetStorage

/// An engine over a store of its own in a folder that goes with it.
final class TestEngine: Sendable {
    let engine: Engine
    let store: SQLiteStore
    let folder: String
    private let settings: EngineConfiguration

    init(
        store configuration: SQLiteStore.Configuration = SQLiteStore.Configuration(),
        _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/freshet-engine-\(UUID().uuidString)"
        settings = Self.configuration(folder, change)
        store = try SQLiteStore.temporary(configuration: configuration)
        engine = try await Engine(configuration: settings, store: store)
    }

    /// Another engine over the same folder and store, as after a restart.
    func reopened() async throws -> Engine {
        try await Engine(configuration: settings, store: store)
    }

    /// A model that trains in no time.
    static let tinyModel = [
        "epochs": "1", "channels": "8", "heads": "1", "blocks": "1", "maximumLength": "10", "relativePositions": "10",
    ]

    /// Settings for tests: nothing learns unless asked for.
    static func configuration(
        _ folder: String,
        _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration(folder: folder)
        configuration.learning.isEnabled = false
        configuration.retraining.isEnabled = false
        // Whatever is installed on the machine of the test.
        configuration.language.encoder = "light"
        configuration.recommender.policies.newItemShare = 0
        change(&configuration)
        return configuration
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
