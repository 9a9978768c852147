import ArgumentParser
import Foundation
import FreshetCore

/// The command line.
@main
struct Freshet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freshet",
        abstract: "Learn what users want next from what they do.",
        discussion: """
            An engine that serves and learns from every event, and a shop's events to try it with:

              freshet serve --import Samples/online-retail --until 2010-09-01
              freshet replay --data Samples/online-retail --from 2010-09-01 --rate 500

            Offline, a first model and its recommendations:

              freshet train --data events.tsv --model co-visitation --output model
              freshet recommend --snapshot model --all-users --count 10 --output recommendations.tsv

            Results go to standard output, progress to standard error. Exit codes: 0 done, 1 failed, 64 wrong usage, \
            130 stopped by Ctrl-C.
            """,
        version: Version.current,
        subcommands: [
            Serve.self, ReplayCommand.self, Config.self, Keys.self, TenantsCommand.self, Promote.self, Rollback.self,
            Backup.self, Copy.self,
            Restore.self,
            Import.self, Export.self, Stats.self, SplitCommand.self, Train.self, Compress.self, Compare.self, Tune.self,
            Evaluate.self,
            CrossValidate.self, Stability.self, AttackCommand.self, Audit.self,
            Recommend.self,
            Predict.self, Similar.self,
            Inspect.self, Benchmark.self, Models.self, Encode.self, Classify.self, Replies.self,
            Learn.self, Experiments.self, Feedback.self, Features.self, BenchHTTP.self,
            BenchFeedback.self,
        ]
    )

    /// Runs the command that the arguments name and ends the process with its exit code.
    static func main() async {
        // A file beyond the limit of its size is then a failed write, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        do {
            if let error = UnknownCommand.error(in: CommandLine.arguments.dropFirst(), of: Self.self) { throw error }
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as FreshetError {
            Console.complain("Error: \(error.description)")
            Foundation.exit(error.exitCode)
        } catch let error {
            exit(withError: error)
        }
    }
}

/// The version of the program.
enum Version {
    static let current = "0.1.0"
}

extension FreshetError {
    /// What the process ends with.
    var exitCode: Int32 {
        switch kind {
        case .usage: 64
        case .notFound, .conflict, .invalidData, .external: 1
        case .cancelled: 130
        }
    }
}
