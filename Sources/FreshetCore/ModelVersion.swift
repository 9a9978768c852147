/// The name of a state of the served model, such as `3.17`: the seventeenth micro-update of the third version.
///
/// Version 0 is the training-free floor that serves before anything was trained.
public struct ModelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number of the version: a full training that won against the one before.
    public var number: Int
    /// How many micro-updates of it were published since.
    public var update: Int

    /// Names a version.
    public init(_ number: Int, update: Int = 0) {
        self.number = number
        self.update = update
    }

    /// Reads `3.17` or `3`; `nil` when the text is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let number = parts[0], number >= 0 else { return nil }
        guard let update = parts.count == 2 ? parts[1] : 0, update >= 0 else { return nil }
        self.init(number, update: update)
    }

    /// `number.update`.
    public var description: String { "\(number).\(update)" }

    /// Orders by number, then by update.
    public static func < (left: ModelVersion, right: ModelVersion) -> Bool {
        (left.number, left.update) < (right.number, right.update)
    }
}

extension ModelVersion: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let version = ModelVersion(text) else {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "no version: '\(text)'"
            )
            throw DecodingError.dataCorrupted(context)
        }
        self = version
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
