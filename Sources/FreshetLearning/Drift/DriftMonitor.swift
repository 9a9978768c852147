import FreshetCore

/// Watches the prequential loss of the live model with ``ADWIN`` and ``PageHinkley``.
///
/// The loss of an outcome is one minus its reciprocal rank, in [0, 1]. Only a loss that rises is drift; when it falls,
/// the window is cut as well, so that the next rise is measured from there.
public struct DriftMonitor: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// ADWIN's confidence.
        public var delta = 0.002
        /// Page–Hinkley's allowance, in reciprocal rank.
        public var allowance = 0.005
        /// The sum of excess loss at which Page–Hinkley signals.
        public var threshold = 50.0
        /// For how many outcomes after a signal no other is given.
        public var quietOutcomes = 1_000

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("delta", delta, in: 1e-12...0.5)
            try SettingRange.check("allowance", allowance, in: 0...1)
            try SettingRange.check("threshold", threshold, in: 1e-6...1e9)
            try SettingRange.check("quietOutcomes", quietOutcomes, in: 0...1_000_000_000)
        }
    }

    /// A rise of the loss.
    public struct Signal: Sendable, Equatable, Codable {
        /// Who saw it.
        public enum Detector: String, Sendable, Codable {
            /// ADWIN.
            case adwin = "ADWIN"
            /// Page–Hinkley.
            case pageHinkley = "Page–Hinkley"
        }

        /// Who saw it.
        public var detector: Detector
        /// The mean loss before, as far back as the window went.
        public var lossBefore: Double
        /// The mean loss of what the window kept.
        public var lossAfter: Double
        /// How many outcomes the window kept.
        public var window: Int

        /// Creates a signal.
        public init(detector: Detector, lossBefore: Double, lossAfter: Double, window: Int) {
            self.detector = detector
            self.lossBefore = lossBefore
            self.lossAfter = lossAfter
            self.window = window
        }
    }

    /// The settings it was created with.
    public let settings: Settings
    private var adwin: ADWIN
    private var pageHinkley: PageHinkley
    private var quiet = 0

    /// Creates a monitor.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        adwin = ADWIN(delta: settings.delta)
        pageHinkley = PageHinkley(delta: settings.allowance, threshold: settings.threshold)
    }

    /// The mean loss of the present window.
    public var meanLoss: Double { adwin.mean }

    /// Takes the loss of an outcome, in [0, 1].
    /// - Returns: the signal, when the loss has risen.
    public mutating func add(_ loss: Double) -> Signal? {
        let before = adwin.mean
        let change = adwin.add(loss)
        let isRunningAbove = pageHinkley.add(loss)
        if quiet > 0 {
            quiet -= 1
            return nil
        }
        let detector: Signal.Detector? = change == .increase ? .adwin : isRunningAbove ? .pageHinkley : nil
        guard let detector else { return nil }
        quiet = settings.quietOutcomes
        return Signal(detector: detector, lossBefore: before, lossAfter: adwin.mean, window: adwin.width)
    }
}
