/// Users of like experience: what newcomers choose is another thing than what those choose who have seen it all.
enum PeerGroup: Int, CaseIterable, Sendable {
    /// No event yet.
    case newcomer
    /// Up to 5 events.
    case beginner
    /// Up to 50 events.
    case regular
    /// More.
    case veteran

    init(historyLength: Int) {
        self =
            switch historyLength {
            case 0: .newcomer
            case ...5: .beginner
            case ...50: .regular
            default: .veteran
            }
    }
}
