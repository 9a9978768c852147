import FreshetCore

/// Why a source is not read, with what was seen in it and the option that would name it.
enum Refusal {
    /// The error for a source.
    static func of(_ source: ImportSource, _ look: TableLook? = nil) -> FreshetError {
        if source.isFolder {
            let files = source.entries.prefix(20).joined(separator: ", ")
            return FreshetError(
                .usage,
                "Cannot tell the format of the folder '\(source.path)'. It holds: \(files.isEmpty ? "nothing" : files).",
                remedy: "Name one of its files, or the format: --format \(formats)."
            )
        }
        let (seen, remedy) = seen(source, look ?? source.look)
        let line = source.firstLines.first.map { "First line: \(shortened($0))" } ?? "It has no line."
        return FreshetError(.usage, "Cannot tell what '\(source.path)' is: \(seen). \(line)", remedy: remedy)
    }

    private static var formats: String { Importers.all.map(\.name).joined(separator: ", ") }

    private static func seen(_ source: ImportSource, _ look: TableLook?) -> (seen: String, remedy: String) {
        let first = Array((source.firstLines.first ?? []).drop(while: { $0 == 0x20 }))
        if first.starts(with: "{'".utf8) || first.starts(with: "{u'".utf8) || first.starts(with: "[{'".utf8) {
            return (
                "Python literals with single quotes, not JSON",
                "Write them as JSON first: python3 -c \"import ast,json,sys; "
                    + "[print(json.dumps(ast.literal_eval(l))) for l in sys.stdin]\" < old > new.jsonl"
            )
        }
        if let look {
            let names = look.header.names.prefix(30).joined(separator: ", ")
            switch look.form {
            case .json:
                return (
                    "JSON objects with the fields \(names), of which none is known as user or item",
                    "Name them: --columns user=…,item=…,time=…"
                )
            case .separated where look.header.isWritten:
                return (
                    "a table, \(look.words), with the columns \(names), of which none is known as user or item",
                    "Name them: --columns user=…,item=…,time=…; or the format: --format \(formats)."
                )
            case .separated:
                return (
                    "a table, \(look.words), \(look.header.names.count) columns without a header",
                    "Name the columns by position: --columns user=1,item=2,time=3; or the format: --format \(formats)."
                )
            }
        }
        if first.first == UInt8(ascii: "{") || first.first == UInt8(ascii: "[") {
            return ("it begins like JSON and is none", "One JSON object a line, or an array of objects, is read.")
        }
        return (
            "no table, since no separator parts its lines into equally many fields, and no JSON",
            "If it is an event log, name its form: --format \(formats)."
        )
    }

    private static func shortened(_ line: ArraySlice<UInt8>) -> String {
        let text = line.prefix(120).withUnsafeBufferPointer(decodeText)
        return text.debugDescription + (line.count > 120 ? " …" : "")
    }
}
