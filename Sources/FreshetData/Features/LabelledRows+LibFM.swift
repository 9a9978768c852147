import FreshetCore

extension LabelledRows {
    /// No feature and no field has a higher number: such would be ids rather than places.
    fileprivate static let highest = (feature: Int64(1) << 30, field: Int64(1) << 15)

    /// Reads a file in the form of libFM (Rendle, 2012): a label, then `feature:value` between blanks.
    ///
    /// The form of LIBFFM, `field:feature:value`, is read as well; without fields a feature's field is its place in the
    /// row. Labels are 1 for yes and 0 or -1 for no. Empty lines are passed over.
    ///
    /// - Parameters:
    ///   - path: the file, plain or packed.
    ///   - featureCount: how many features are known; a higher one is an error. Any may come unless given.
    /// - Returns: the rows.
    /// - Throws: ``FreshetError`` of kind `invalidData` that names file, line and what is wrong with it.
    public static func readLibFM(_ path: String, featureCount: Int? = nil) throws -> LabelledRows {
        let reader = LineReader(try TextFile(path: path).source)
        var rows = LabelledRows(featureCount: featureCount ?? 0)
        var line = LibFMLine(featureCount: featureCount)
        while let next = try reader.next() {
            do throws(LibFMFault) {
                guard next.fault == nil else { throw LibFMFault(message: "it is longer than 16 MiB") }
                guard try line.read(next.bytes) else { continue }
            } catch {
                throw FreshetError(
                    .invalidData,
                    "'\(path)', line \(next.number): \(error.message).",
                    remedy: error.remedy
                )
            }
            rows.append(line.label, line.entries)
        }
        guard rows.count > 0 else {
            throw FreshetError(.invalidData, "'\(path)' has no row.", remedy: "Give lines such as: 1 7:1 1307:1")
        }
        return rows
    }
}

/// What is wrong with a line.
private struct LibFMFault: Error {
    let message: String
    var remedy: String? = "A line is a label, 1 or 0, and features with their values, such as: 1 7:1 1307:1"
}

/// One line, its memory used again for the next.
private struct LibFMLine {
    let featureCount: Int?
    private(set) var label = false
    private(set) var entries: [(field: Int32, feature: Int32, value: Float)] = []

    init(featureCount: Int?) { self.featureCount = featureCount }

    /// Reads a line; `false` when there is nothing on it.
    mutating func read(_ line: UnsafeBufferPointer<UInt8>) throws(LibFMFault) -> Bool {
        var parts = SeparatedFields(tabsOrBlanksIn: line)
        guard let first = parts.next(), !first.isEmpty else { return false }
        label = try Self.label(first)
        entries.removeAll(keepingCapacity: true)
        while let part = parts.next() { if !part.isEmpty { try add(part) } }
        return true
    }

    private static func label(_ text: UnsafeBufferPointer<UInt8>) throws(LibFMFault) -> Bool {
        switch NumberText.double(text) {
        case 1: return true
        case 0, -1: return false
        default:
            throw LibFMFault(
                message: "the label '\(decode(text))' is neither 1 nor 0 (nor -1)",
                remedy: "What is learned is a yes or a no: turn other labels, such as ratings, into these."
            )
        }
    }

    private mutating func add(_ text: UnsafeBufferPointer<UInt8>) throws(LibFMFault) {
        var parts = SeparatedFields(text, separator: ":")
        let (first, second, third) = (parts.next(), parts.next(), parts.next())
        guard let first, let second, parts.next() == nil else {
            throw LibFMFault(message: "'\(Self.decode(text))' is no feature:value")
        }
        let feature = try Self.index(third == nil ? first : second, "feature", in: text, LabelledRows.highest.feature)
        let field =
            third == nil
            ? Int32(entries.count) : try Self.index(first, "field", in: text, LabelledRows.highest.field)
        guard let value = NumberText.double(third ?? second), Float(value).isFinite else {
            throw LibFMFault(message: "the value of '\(Self.decode(text))' is not a number")
        }
        if let featureCount, feature >= featureCount {
            throw LibFMFault(
                message: "the feature \(feature) is unknown: what was learned from has the features 0 to "
                    + "\(featureCount - 1)",
                remedy: "Number the features of all files together before training, or leave this one out."
            )
        }
        entries.append((field, feature, Float(value)))
    }

    private static func index(
        _ text: UnsafeBufferPointer<UInt8>,
        _ name: String,
        in whole: UnsafeBufferPointer<UInt8>,
        _ highest: Int64
    ) throws(LibFMFault) -> Int32 {
        guard let number = NumberText.integer(text), (0...highest).contains(number) else {
            throw LibFMFault(message: "the \(name) of '\(decode(whole))' is no whole number from 0 to \(highest)")
        }
        return Int32(number)
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: text.prefix(40), as: UTF8.self)
    }
}
