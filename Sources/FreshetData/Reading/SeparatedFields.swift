/// The fields of a line, cut at a separator byte or at runs of blanks; no quoting.
struct SeparatedFields: IteratorProtocol {
    private let line: UnsafeBufferPointer<UInt8>
    private let separator: UInt8
    private let mergesRuns: Bool
    private var start = 0

    /// Cuts at every separator, so fields can be empty.
    init(_ line: UnsafeBufferPointer<UInt8>, separator: UInt8) {
        self.line = line
        self.separator = separator
        mergesRuns = false
    }

    /// Cuts at runs of spaces; those at the ends do not count.
    init(blanksIn line: UnsafeBufferPointer<UInt8>) {
        self.line = line
        separator = 0x20
        mergesRuns = true
        skipBlanks()
        if start == line.count { start += 1 }
    }

    /// The next field, or `nil` after the last.
    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard start <= line.count else { return nil }
        let first = start
        while start < line.count, line[start] != separator { start += 1 }
        let field = UnsafeBufferPointer(rebasing: line[first..<start])
        start += 1
        if mergesRuns {
            skipBlanks()
            if start == line.count { start += 1 }
        }
        return field
    }

    private mutating func skipBlanks() {
        while start < line.count, line[start] == separator { start += 1 }
    }
}
