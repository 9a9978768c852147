/// How exact the numbers of a language model are.
public enum LanguagePrecision: String, Sendable, Codable, CaseIterable {
    /// 32-bit floats, which can be trained.
    case float32
    /// Bytes with a scale for each output, texts rounded on the way: a quarter of the memory, and faster. For inference.
    case int8

    /// What an encoder of a model is called: vectors of different precisions are not mixed, so their names differ.
    func name(of model: String) -> String { self == .float32 ? model : "\(model)@\(rawValue)" }

    /// The model and the precision that an encoder's name stands for, such as `minilm@int8`.
    static func parts(of name: String) -> (model: String, precision: LanguagePrecision) {
        guard let sign = name.lastIndex(of: "@"),
            let precision = LanguagePrecision(rawValue: String(name[name.index(after: sign)...]))
        else { return (name, .float32) }
        return (String(name[..<sign]), precision)
    }
}
