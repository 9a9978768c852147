/// Whether items that events name and the catalogue does not have may be shown.
public enum UnlistedItems: String, Sendable, Equatable, Codable, CaseIterable {
    /// As long as the catalogue is empty: from its first entry on, the catalogue says what there is.
    case automatic
    /// Always.
    case show
    /// Never.
    case hide
}
