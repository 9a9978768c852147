import Foundation
import FreshetModels

/// How a state of the work looks in one line.
struct ProgressLine {
    private static let barWidth = 20
    private static let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// What is being worked on, such as the model's name.
    var title: String
    /// The state.
    var progress: TrainingProgress
    /// Seconds since the phase began.
    var elapsed: Double
    /// Units that were done when the phase began, as in a resumed run.
    var start = 0

    /// Units a second, once there is something to divide.
    var rate: Double? {
        let done = progress.completed - start
        return elapsed > 0.1 && done > 0 ? Double(done) / elapsed : nil
    }

    /// Seconds until the phase ends.
    var remaining: Double? {
        rate.map { Double(max(progress.total - progress.completed, 0)) / $0 }
    }

    /// The line with a bar, for a terminal of some width.
    func bar(width: Int) -> String {
        var text = "\(title) \(progress.phase) "
        if progress.total > 0 { text += "\(drawnBar) \(percent) " }
        return String((text + figures.joined(separator: "  ")).prefix(max(width - 1, 10)))
    }

    /// The line without a bar, for a file.
    var plain: String {
        let counts = progress.total > 0 ? " \(progress.completed)/\(progress.total) (\(percent))" : ""
        return (["\(title): \(progress.phase)\(counts)"] + figures).joined(separator: ", ")
    }

    private var share: Double {
        min(max(Double(progress.completed) / Double(max(progress.total, 1)), 0), 1)
    }

    private var percent: String { "\(Int((share * 100).rounded(.down)))%" }

    private var drawnBar: String {
        let eighths = Int((share * Double(Self.barWidth * 8)).rounded(.down))
        let drawn = String(repeating: "█", count: eighths / 8) + Self.parts[eighths % 8]
        return "▕" + drawn + String(repeating: " ", count: Self.barWidth - drawn.count) + "▏"
    }

    private var figures: [String] {
        var figures: [String] = []
        if let rate { figures.append(rate >= 10 ? "\(Words.count(Int(rate)))/s" : "\(Words.decimal(rate, 2))/s") }
        if let remaining { figures.append("\(Words.duration(remaining)) left") }
        if let loss = progress.loss { figures.append("loss \(Words.decimal(loss, 4))") }
        if let validation = progress.validation { figures.append("NDCG@10 \(Words.decimal(validation, 4))") }
        return figures
    }
}
