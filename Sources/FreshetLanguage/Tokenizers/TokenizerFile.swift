import FreshetCore

/// Reads `tokenizer.json`, in which a model's publisher says how its text is cut.
enum TokenizerFile {
    /// The tokenizer of a file.
    /// - Throws: `FreshetError` naming what is missing, damaged or not known.
    static func read(_ path: String) throws -> Tokenizer {
        let document = try JSONDocument.read(path)
        do {
            return try tokenizer(document)
        } catch let error as FreshetError {
            throw FreshetError(.invalidData, "'\(path)': \(error.message)", remedy: error.remedy)
        }
    }

    static func tokenizer(_ document: JSONDocument) throws -> Tokenizer {
        guard let model = document["model"] else { throw damage("it has no model.") }
        return Tokenizer(
            model: try TokenModelFile.model(model),
            normalizer: TextNormalizer(steps: try flattened(document["normalizer"], "normalizers", normalizerStep)),
            preTokenizer: PreTokenizer(
                steps: try flattened(document["pre_tokenizer"], "pretokenizers", preTokenizerStep)
            ),
            addedTokens: try (document["added_tokens"]?.elements ?? []).map(addedToken),
            frame: try frame(document["post_processor"])
        )
    }

    static func damage(_ what: String) -> FreshetError { FreshetError(.invalidData, what) }

    /// What the file asks for and this library does not do.
    static func unsupported(_ what: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "the tokenizer needs \(what), which is not known here.",
            remedy: "Choose a model with a WordPiece, byte-level BPE or Unigram tokenizer."
        )
    }

    /// The steps of a component, which is absent, one step or a sequence.
    private static func flattened<Step>(
        _ component: JSONDocument?,
        _ list: String,
        _ step: (JSONDocument) throws -> [Step]
    ) throws -> [Step] {
        guard let component, component != .null else { return [] }
        guard component["type"]?.text == "Sequence" else { return try step(component) }
        return try (component[list]?.elements ?? []).flatMap { try flattened($0, list, step) }
    }

    // MARK: Normalizers

    private static func normalizerStep(_ step: JSONDocument) throws -> [TextNormalizer.Step] {
        let type = step["type"]?.text ?? ""
        switch type {
        case "BertNormalizer":
            let lowercases = step["lowercase"]?.truth ?? true
            let bert = BertNormalizer(
                cleansText: step["clean_text"]?.truth ?? true,
                partsIdeographs: step["handle_chinese_chars"]?.truth ?? true,
                stripsAccents: step["strip_accents"]?.truth ?? lowercases,
                lowercases: lowercases
            )
            return [.bert(bert)]
        case "Lowercase": return [.lowercase]
        case "StripAccents": return [.stripMarks]
        case "Strip":
            return [.strip(left: step["strip_left"]?.truth ?? true, right: step["strip_right"]?.truth ?? true)]
        case "Prepend": return step["prepend"]?.bytes.map { [.prepend($0)] } ?? []
        case "Replace": return [try replacement(step)]
        case "Precompiled":
            guard let text = step["precompiled_charsmap"]?.text, let bytes = Base64.decoded(text) else {
                throw damage("its character map is not base 64.")
            }
            return bytes.isEmpty ? [] : [.characterMap(try CharacterMap(bytes))]
        default:
            guard let form = NormalForm(rawValue: type) else { throw unsupported("the normalizer '\(type)'") }
            return [.normalForm(form)]
        }
    }

    private static func replacement(_ step: JSONDocument) throws -> TextNormalizer.Step {
        guard let content = step["content"]?.bytes, let pattern = step["pattern"] else {
            throw damage("a replacement lacks its pattern or its content.")
        }
        if let string = pattern["String"]?.bytes, !string.isEmpty { return .replace(string, with: content) }
        guard let expression = pattern["Regex"]?.text, expression == " {2,}" else {
            throw unsupported("the replacement of '\(pattern["Regex"]?.text ?? "")'")
        }
        return .replaceBlanks(with: content)
    }

    // MARK: Pre-tokenizers

    private static func preTokenizerStep(_ step: JSONDocument) throws -> [PreTokenizer.Step] {
        let type = step["type"]?.text ?? ""
        switch type {
        case "BertPreTokenizer": return [.bert]
        case "ByteLevel":
            let byteLevel = ByteLevel(
                addsBlank: step["add_prefix_space"]?.truth ?? true,
                cuts: step["use_regex"]?.truth ?? true
            )
            return [.byteLevel(byteLevel)]
        case "Whitespace": return [.words]
        case "WhitespaceSplit": return [.whitespace]
        case "Digits": return [.digits(each: step["individual_digits"]?.truth ?? false)]
        case "Punctuation" where (step["behavior"]?.text ?? "Isolated") == "Isolated": return [.punctuation]
        case "Metaspace":
            var metaspace = Metaspace()
            if let replacement = step["replacement"]?.bytes, !replacement.isEmpty {
                metaspace.replacement = replacement
            }
            if let scheme = step["prepend_scheme"]?.text {
                guard let prefix = Metaspace.Prefix(rawValue: scheme) else {
                    throw unsupported("the prefix '\(scheme)'")
                }
                metaspace.prefix = prefix
            } else {
                metaspace.prefix = step["add_prefix_space"]?.truth ?? true ? .always : .never
            }
            metaspace.cuts = step["split"]?.truth ?? true
            return [.metaspace(metaspace)]
        default: throw unsupported("the pre-tokenizer '\(type)'")
        }
    }

    // MARK: Special tokens

    private static func addedToken(_ token: JSONDocument) throws -> AddedTokens.Token {
        guard let content = token["content"]?.bytes, let id = token["id"]?.id else {
            throw damage("an added token lacks its content or its number.")
        }
        return AddedTokens.Token(
            content: content,
            id: id,
            takesBlanksBefore: token["lstrip"]?.truth ?? false,
            takesBlanksAfter: token["rstrip"]?.truth ?? false,
            standsAlone: token["single_word"]?.truth ?? false,
            isNormalized: token["normalized"]?.truth ?? false
        )
    }

    /// The special tokens around a single text.
    private static func frame(_ processor: JSONDocument?) throws -> (before: [Int32], after: [Int32]) {
        guard let processor, processor != .null else { return ([], []) }
        switch processor["type"]?.text ?? "" {
        case "ByteLevel": return ([], [])
        case "TemplateProcessing": return try template(processor)
        case "BertProcessing", "RobertaProcessing":
            func id(_ name: String) throws -> Int32 {
                guard let id = processor[name]?.elements?.last?.id else {
                    throw damage("its post-processor has no '\(name)'.")
                }
                return id
            }
            return ([try id("cls")], [try id("sep")])
        case "Sequence":
            return try (processor["processors"]?.elements ?? []).map(frame)
                .reduce(([], [])) { ($1.before + $0.0, $0.1 + $1.after) }
        case let type: throw unsupported("the post-processor '\(type)'")
        }
    }

    private static func template(_ processor: JSONDocument) throws -> (before: [Int32], after: [Int32]) {
        var frame: (before: [Int32], after: [Int32]) = ([], [])
        var isAfter = false
        for part in processor["single"]?.elements ?? [] {
            if part["Sequence"] != nil {
                isAfter = true
            } else if let name = part["SpecialToken"]?["id"]?.text {
                guard let ids = processor["special_tokens"]?[name]?["ids"]?.elements?.map(\.id), !ids.contains(nil)
                else {
                    throw damage("its template uses '\(name)', which has no numbers.")
                }
                if isAfter { frame.after += ids.compactMap(\.self) } else { frame.before += ids.compactMap(\.self) }
            }
        }
        return frame
    }
}
