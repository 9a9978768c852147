/// What becomes of events that the ``IntakeGuard`` speaks against.
public enum GuardPolicy: String, Sendable, Equatable, Codable, CaseIterable {
    /// Nothing is looked at.
    case off
    /// They count as any other; reports, status and metrics say how many there are.
    case report
    /// They are kept in the log and in their users' histories, and nothing is counted or learned from them.
    case leaveOut = "leave_out"
}
