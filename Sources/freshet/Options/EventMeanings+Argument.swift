import Foundation
import FreshetCore
import FreshetModels

extension EventMeanings {
    /// The table that a command line names: `none`, a JSON object that is laid over the defaults, or a file of one.
    /// - Throws: ``FreshetError`` of kind `usage` that says what is wrong with it.
    init(argument: String?) throws {
        self.init()
        guard let argument else { return }
        guard argument != "none" else {
            self = .allAlike
            return
        }
        var text = argument
        if !argument.hasPrefix("{") {
            guard let data = FileManager.default.contents(atPath: argument) else {
                throw FreshetError(
                    .usage,
                    "The meanings '\(argument)' are no JSON object, nor a file that can be read.",
                    remedy: "Give --meanings none, a file, or an object such as "
                        + "'{\"types\":{\"rating\":{\"liking_from\":4,\"dislike_up_to\":2}}}'."
                )
            }
            text = String(decoding: data, as: UTF8.self)
        }
        let given = JSONValue(text: text)
        if let problem = given.isObject ? SettingDocument.problem(with: given, over: self) : "is not a JSON object" {
            throw FreshetError(.usage, "The table of meanings '\(argument)' \(problem).")
        }
        do {
            self = try SettingDocument.decode(given, over: self)
        } catch let error as DecodingError {
            throw FreshetError(.usage, "The table of meanings '\(argument)' cannot be read: \(error).")
        }
        try validate()
    }
}
