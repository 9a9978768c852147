/// What becomes of events of users who act like machines.
public enum BotPolicy: String, Sendable, Equatable, Codable, CaseIterable {
    /// They count as any other; status and metrics say how many there are.
    case report
    /// They are kept in the log and in their users' histories, and nothing is counted or learned from them.
    case leaveOut = "leave_out"
}
