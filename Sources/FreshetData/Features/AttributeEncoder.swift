import FreshetCore

/// Turns free attributes into features: numbers normalised, words encoded as categories.
///
/// An attribute is numeric when all its values are; it takes two columns, the value and whether it is missing. The
/// others share one ``CategoryEncoder`` over `name=value`.
public struct AttributeEncoder: Sendable, Equatable, Codable {
    /// The names of the numeric attributes, in the order of their columns.
    public let numericNames: [String]
    /// The normaliser of each numeric attribute.
    public let normalizers: [NumericNormalizer]
    /// The encoder of the others.
    public let categories: CategoryEncoder

    /// Learns from the attributes of many things; categories that fewer than `minimumCount` have are left out.
    public init(learning things: [[String: AttributeValue]], minimumCount: Int = 1) {
        var isNumeric: [String: Bool] = [:]
        for thing in things {
            for (name, value) in thing {
                isNumeric[name] = isNumeric[name, default: true] && value.number != nil
            }
        }
        let names = isNumeric.filter(\.value).keys.sorted()
        numericNames = names
        normalizers = names.map { name in NumericNormalizer(learning: things.map { $0[name]?.number }) }
        categories = CategoryEncoder(
            learning: things.map { Self.words(of: $0, except: names) },
            minimumCount: minimumCount
        )
    }

    /// The numeric features, shape `[things, 2 × numericNames]`: value and missing flag side by side.
    public func numericRows(for things: [[String: AttributeValue]]) -> FeatureRows {
        var rows = FeatureRows(columnCount: 2 * numericNames.count)
        for thing in things {
            rows.append(
                numericNames.indices.map { index in
                    let (value, isMissing) = normalizers[index].normalize(thing[numericNames[index]]?.number)
                    return isMissing ? (2 * index + 1, 1) : (2 * index, value)
                }
            )
        }
        return rows
    }

    /// The categorical features, shape `[things, categories]`.
    public func categoryRows(for things: [[String: AttributeValue]]) -> FeatureRows {
        categories.rows(for: things.map { Self.words(of: $0, except: numericNames) })
    }

    private static func words(of thing: [String: AttributeValue], except numericNames: [String]) -> [String] {
        thing.flatMap { name, value in numericNames.contains(name) ? [] : value.words.map { "\(name)=\($0)" } }
    }
}

extension AttributeValue {
    /// The number, if it is one; yes is 1 and no is 0.
    fileprivate var number: Double? {
        switch self {
        case .number(let number): number
        case .flag(let flag): flag ? 1 : 0
        case .text, .texts: nil
        }
    }

    /// The value as words.
    fileprivate var words: [String] {
        switch self {
        case .number(let number): ["\(number)"]
        case .flag(let flag): ["\(flag)"]
        case .text(let text): [text]
        case .texts(let texts): texts
        }
    }
}
