import ArgumentParser

/// `freshet audit`.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that what is promised to users holds.",
        subcommands: [AuditErasure.self, AuditFairness.self]
    )
}
