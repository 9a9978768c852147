#if PostgreSQL
import CLibPQ

/// The rows that a statement answered, in binary.
final class PostgresRows {
    private let result: OpaquePointer
    /// How many there are.
    let count: Int

    /// Takes over a result of libpq.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// How the statement ended.
    var status: ExecStatusType { PQresultStatus(result) }

    /// The five letters of an error's state.
    var state: String { PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? "" }

    /// The words of an error.
    var words: String { PQresultErrorMessage(result).map { String(cString: $0) } ?? "" }

    /// How many rows the statement changed.
    var changed: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// A row.
    subscript(place: Int) -> Row { Row(rows: self, place: Int32(place)) }

    /// All rows, mapped.
    func map<Value>(_ transform: (Row) throws -> Value) rethrows -> [Value] {
        try (0..<count).map { try transform(self[$0]) }
    }

    /// The first row, mapped; `nil` where there is none.
    func first<Value>(_ transform: (Row) throws -> Value?) rethrows -> Value? {
        count == 0 ? nil : try transform(self[0])
    }

    /// One of the rows.
    struct Row {
        fileprivate let rows: PostgresRows
        fileprivate let place: Int32

        func isNull(_ column: Int32) -> Bool { PQgetisnull(rows.result, place, column) != 0 }

        /// A `smallint`, `integer` or `bigint`; 0 for NULL.
        func integer(_ column: Int32) -> Int64 {
            withBytes(column) { bytes in
                guard let first = bytes.first else { return 0 }
                var number = Int64(Int8(bitPattern: first))
                for byte in bytes.dropFirst() { number = number << 8 | Int64(byte) }
                return number
            }
        }

        /// A whole number, or `nil` for NULL.
        func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

        /// A `real`; `nil` for NULL.
        func float(_ column: Int32) -> Float? {
            isNull(column) ? nil : Float(bitPattern: UInt32(truncatingIfNeeded: integer(column)))
        }

        /// A `double precision`; `nil` for NULL.
        func double(_ column: Int32) -> Double? {
            isNull(column) ? nil : Double(bitPattern: UInt64(bitPattern: integer(column)))
        }

        /// The text of bytes; `nil` for NULL.
        func text(_ column: Int32) -> String? {
            isNull(column) ? nil : withBytes(column) { String(decoding: $0, as: UTF8.self) }
        }

        /// Calls `body` with a column's bytes; none for NULL.
        func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
            let length = Int(PQgetlength(rows.result, place, column))
            return try withExtendedLifetime(rows) {
                try body(UnsafeRawBufferPointer(start: PQgetvalue(rows.result, place, column), count: length))
            }
        }
    }
}
#endif
