import HTTPTypes
import Hummingbird

extension Request {
    /// Whether a table is asked for: of the types in `Accept` that there are, `text/csv` comes first.
    var wantsTable: Bool {
        let offered = [Response.csvType, "application/json", "application/*", "*/*"]
        let types = (headers[.accept] ?? "").split(separator: ",").map { type in
            type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        }
        return types.first(where: offered.contains) == Response.csvType
    }
}

extension Response {
    /// The type of tables.
    static let csvType = "text/csv"

    /// A table, which a browser keeps as a file of a name.
    static func csv(_ text: String, file name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: csvType + "; charset=utf-8",
                .contentDisposition: "attachment; filename=\"\(name).csv\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n"))
        ).varying(by: .accept)
    }

    /// The answer, of which caches know that it depends on a header.
    func varying(by name: HTTPField.Name) -> Response {
        var response = self
        response.headers[.vary] = name.rawName
        return response
    }
}
