/// The parts of a file's path.
///
/// Foundation's own end the process on a path of one character, such as the `-` that stands for standard input.
enum FilePath {
    /// What stands behind the last slash; the path itself when it has none.
    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// What stands before the last slash; empty when the path has none.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
