#if PostgreSQL
/// Rows for `COPY … FROM STDIN (FORMAT binary)`, which takes each in exactly the types of its columns.
struct CopyRows {
    private var writer = NetworkBytes()
    private let columns: Int16
    /// How many rows there are.
    private(set) var count = 0

    /// Begins rows of a number of columns.
    init(columns: Int) {
        self.columns = Int16(columns)
        writer.append(raw: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0])
        writer.append(Int32(0))
        writer.append(Int32(0))
    }

    /// Begins a row; all its columns must follow.
    mutating func beginRow() {
        writer.append(columns)
        count += 1
    }

    /// Writes a `smallint`, `integer` or `bigint`, by the number's width.
    mutating func write(_ number: some FixedWidthInteger) {
        writer.append(Int32(number.bitWidth / 8))
        writer.append(number)
    }

    /// Writes a `real`, NULL for what is none.
    mutating func write(_ number: Float) {
        if number.isNaN { writeNull() } else { write(number.bitPattern) }
    }

    /// Writes a `double precision` or NULL.
    mutating func write(_ number: Double?) {
        if let number { write(number.bitPattern) } else { writeNull() }
    }

    /// Writes the bytes of a text or NULL.
    mutating func write(_ text: String?) {
        guard let text else { return writeNull() }
        writer.append(Int32(text.utf8.count))
        writer.append(raw: text.utf8)
    }

    /// Writes bytes.
    mutating func write(_ list: [UInt8]) { writer.append(list) }

    /// Writes NULL.
    mutating func writeNull() { writer.append(Int32(-1)) }

    /// All that is sent.
    var bytes: [UInt8] {
        var all = writer
        all.append(Int16(-1))
        return all.bytes
    }
}
#endif
