import FreshetModels

/// What has to be known by name before an engine is opened.
public enum ShopExtensions {
    /// Registers the model and the ranker, for this process.
    /// - Throws: `FreshetError` when Freshet has one of the name.
    public static func register() throws {
        try ModelRegistry.register(ModelDescription(FollowUps.self))
        try RankerRegistry.register(RankerDescription(SoftmaxRankerLearner.self))
    }
}
