extension Checkpoint {
    /// Adds all of another checkpoint under a prefix, so that one file holds both.
    package mutating func add(_ part: Checkpoint, as prefix: String) {
        for (name, array) in part.arrays { arrays[prefix + "." + name] = array }
        for (name, text) in part.metadata { metadata[prefix + "." + name] = text }
    }

    /// What ``add(_:as:)`` added under a prefix; `nil` when that is nothing.
    package func portion(_ prefix: String) -> Checkpoint? {
        let start = prefix + "."
        var portion = Checkpoint()
        for (name, array) in arrays where name.hasPrefix(start) {
            portion.arrays[String(name.dropFirst(start.count))] = array
        }
        for (name, text) in metadata where name.hasPrefix(start) {
            portion.metadata[String(name.dropFirst(start.count))] = text
        }
        return portion.arrays.isEmpty && portion.metadata.isEmpty ? nil : portion
    }
}
