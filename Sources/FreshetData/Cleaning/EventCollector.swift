import Foundation
import FreshetCore

/// Bytes of a line or a field, valid while the importer handles the line.
public typealias Bytes = UnsafeBufferPointer<UInt8>

/// Where an importer delivers what it reads: it checks, counts and keeps the events.
///
/// An importer asks it for the lines of its files, so that every drop knows its file and line.
public final class EventCollector {
    /// The longest id in bytes.
    public static let maximumIdentifierLength = 256

    let options: ImportOptions
    var report = CleaningReport()
    var users = IdentifierTable()
    var items = IdentifierTable()
    var columns = EventColumns()
    var itemDetails: [Item] = []
    var userDetails: [User] = []
    private(set) var typeNames = IdentifierTable()
    private var file = ""
    private var line = 0

    init(options: ImportOptions) { self.options = options }

    // MARK: Lines

    /// Calls `body` with every line of a file that is not empty; packed files are unpacked on the way.
    public func forEachLine(of path: String, _ body: (Bytes) throws -> Void) throws {
        let reader = LineReader(try openByteSource(at: path))
        file = (path as NSString).lastPathComponent
        line = 0
        while let next = try reader.next() {
            line += 1
            report.linesRead += 1
            if next.isTooLong {
                try drop(.lineTooLong, "more than \(LineReader.maximumLength) bytes")
            } else if !next.bytes.isEmpty {
                try body(next.bytes)
            }
        }
    }

    /// Drops the line at hand, or the event in it.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the import is strict and the input is at fault.
    public func drop(_ reason: CleaningReport.Reason, _ detail: @autoclosure () -> String) throws {
        if options.strict, reason.isMalformed {
            throw FreshetError(
                .invalidData,
                "\(file), line \(line): \(reason.rawValue): \(detail()).",
                remedy: "Mend the line, or leave out the strict option to drop and count such lines."
            )
        }
        report.add(reason, example: CleaningReport.Example(file: file, line: line, detail: detail()))
    }

    // MARK: Events

    /// The number of an event type, for ``addEvent(user:item:type:value:time:)``; `nil` beyond 255 types.
    public func typeCode(of name: Bytes) -> UInt8? {
        let hash = IdentifierTable.hash(name)
        if let code = typeNames.find(name, hash: hash) { return UInt8(code) }
        guard typeNames.count < 255 else { return nil }
        return UInt8(typeNames.insert(name, hash: hash))
    }

    /// The number of an event type.
    public func typeCode(of type: EventType) -> UInt8 {
        UInt8(typeNames.insert(type.rawValue))
    }

    /// Keeps an event, or drops it with a reason.
    ///
    /// - Parameters:
    ///   - user: the user's external id.
    ///   - item: the item's external id.
    ///   - type: what was done, from ``typeCode(of:)``.
    ///   - value: how much, or `.nan`.
    ///   - time: seconds since 1970, or `nil`.
    /// - Throws: as ``drop(_:_:)``.
    public func addEvent(user: Bytes, item: Bytes, type: UInt8, value: Float = .nan, time: Int64? = nil) throws {
        report.eventsRead += 1
        if let time, !options.timeRange.contains(time) {
            return try drop(.timeOutOfRange, "time \(time)")
        }
        if let minimum = options.minimumValue, value < minimum {
            return try drop(.valueBelowMinimum, "value \(value)")
        }
        let userHash = IdentifierTable.hash(user)
        let itemHash = IdentifierTable.hash(item)
        let knownUser = users.find(user, hash: userHash)
        let knownItem = items.find(item, hash: itemHash)
        if knownUser == nil, let (reason, detail) = Self.fault(inIdentifier: user) {
            return try drop(reason, "user \(detail)")
        }
        if knownItem == nil {
            if let (reason, detail) = Self.fault(inIdentifier: item) { return try drop(reason, "item \(detail)") }
            if options.unknownItems == .drop, !itemDetails.isEmpty {
                return try drop(.unknownItem, "item '\(String(decoding: item, as: UTF8.self))'")
            }
        }
        columns.append(
            user: knownUser ?? users.insert(user, hash: userHash),
            item: knownItem ?? items.insert(item, hash: itemHash),
            type: type,
            value: value,
            time: time ?? EventColumns.noTime
        )
    }

    /// What is wrong with an id, with its beginning, or `nil`.
    static func fault(inIdentifier identifier: Bytes) -> (CleaningReport.Reason, detail: String)? {
        let beginning = { String(decoding: identifier.prefix(24), as: UTF8.self).debugDescription }
        if identifier.isEmpty { return (.emptyIdentifier, "''") }
        if identifier.count > maximumIdentifierLength {
            return (.longIdentifier, "of \(identifier.count) bytes, beginning \(beginning())")
        }
        if identifier.contains(0) { return (.identifierWithNUL, beginning()) }
        if String(validating: identifier, as: UTF8.self) == nil { return (.identifierNotUTF8, beginning()) }
        return nil
    }
}
