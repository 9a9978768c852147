/// The fields of a line, cut at a separator or at runs of blanks; no quoting.
struct SeparatedFields: IteratorProtocol {
    private let line: UnsafeBufferPointer<UInt8>
    private let separator: UInt8
    /// How many separator bytes in a row make one cut: 1, or 2 for `::`.
    private let width: Int
    private let mergesRuns: Bool
    private var start = 0

    /// Cuts at every run of `width` separators, so fields can be empty.
    init(_ line: UnsafeBufferPointer<UInt8>, separator: Unicode.Scalar, width: Int = 1) {
        self.line = line
        self.separator = UInt8(ascii: separator)
        self.width = width
        mergesRuns = false
    }

    /// Cuts at runs of spaces; those at the ends do not count.
    init(blanksIn line: UnsafeBufferPointer<UInt8>) {
        self.line = line
        separator = 0x20
        width = 1
        mergesRuns = true
        skipBlanks()
    }

    /// Cuts around tabs where the line has one, and else at runs of spaces.
    init(tabsOrBlanksIn line: UnsafeBufferPointer<UInt8>) {
        if line.contains(0x09) { self.init(line, separator: "\t") } else { self.init(blanksIn: line) }
    }

    /// The next field, or `nil` after the last.
    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard start <= line.count else { return nil }
        let first = start
        while start < line.count, !isSeparator(at: start) { start += 1 }
        let field = UnsafeBufferPointer(rebasing: line[first..<start])
        start += start == line.count ? 1 : width
        if mergesRuns { skipBlanks() }
        return field
    }

    private func isSeparator(at position: Int) -> Bool {
        guard line[position] == separator else { return false }
        return width == 1 || position + 1 < line.count && line[position + 1] == separator
    }

    /// Moves past blanks; a line that ends in them has ended.
    private mutating func skipBlanks() {
        while start < line.count, line[start] == separator { start += 1 }
        if start == line.count { start += 1 }
    }
}
