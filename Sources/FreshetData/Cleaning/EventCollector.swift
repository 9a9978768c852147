import FreshetCore

/// Bytes of a line or a field, valid while the importer handles the line.
public typealias Bytes = UnsafeBufferPointer<UInt8>

/// Thrown to stop reading once the events that were asked for are there.
struct EventLimitReached: Error {}

/// Where an importer delivers what it reads: it checks, counts and keeps the events and the catalogue.
///
/// An importer asks it for the lines of its files, so that every drop knows its file and line.
public final class EventCollector {
    /// The longest id in bytes.
    public static let maximumIdentifierLength = 256

    /// What the caller asked for.
    public let options: ImportOptions
    var report = CleaningReport()
    var users = IdentifierTable()
    var items = IdentifierTable()
    var columns: EventColumns
    /// Details of the first items of `items`; an event on any other is one on an unknown item.
    var itemDetails: [Item] = []
    /// Details of the first users of `users`.
    var userDetails: [User] = []
    private(set) var typeNames = IdentifierTable()
    private(set) var sessions = IdentifierTable()
    /// What users looked for, in the order of the files.
    private(set) var searches: [Dataset.Search] = []
    private var eventIdentifiers = IdentifierTable()
    /// The file and line at hand.
    var place = (file: "", line: 0)
    /// Room for the name of a session that stands for a user.
    let sessionScratch = ScratchBuffer()
    /// The times that are believed, in milliseconds.
    private let timeRange: ClosedRange<Int64>

    init(options: ImportOptions) {
        self.options = options
        columns = EventColumns(scratch: options.scratch)
        let range = options.timeRange
        timeRange =
            ImportOptions.TimeUnit.seconds.milliseconds(
                range.lowerBound
            )...(ImportOptions.TimeUnit.seconds.milliseconds(range.upperBound) &+ 999)
    }

    /// Drops the line at hand, or the event in it.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the import is strict and the input is at fault.
    public func drop(_ reason: CleaningReport.Reason, _ detail: @autoclosure () -> String) throws {
        if options.strict, reason.isMalformed {
            throw FreshetError(
                .invalidData,
                "\(place.file), line \(place.line): \(reason.rawValue): \(detail()).",
                remedy: "Mend the line, or leave out the strict option to drop and count such lines."
            )
        }
        report.add(reason, file: place.file, line: place.line, detail: detail())
    }

    /// Says in the report what was understood of the input.
    func note(_ text: String) { report.note(text) }

    // MARK: Events

    /// The number of an event type, for ``addEvent(user:item:type:value:milliseconds:id:session:)``; `nil` beyond 255 types.
    ///
    /// - Parameters:
    ///   - name: the type's name, as the line has it.
    ///   - type: the type of a line without a name.
    /// - Returns: the number, or `nil`.
    public func typeCode(of name: Bytes?, else type: EventType) -> UInt8? {
        guard let name, !name.isEmpty else { return typeCode(of: type) }
        let probe = IdentifierProbe(name)
        if let code = typeNames.find(probe) { return UInt8(code) }
        guard typeNames.count < 255 else { return nil }
        return UInt8(typeNames.insert(probe))
    }

    /// The number of an event type that the format itself has.
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
    ///   - milliseconds: milliseconds since 1970, or `nil`.
    ///   - id: the event's own id; an event that repeats one is dropped.
    ///   - session: the id of the session that it belongs to, if it names one.
    /// - Throws: as ``drop(_:_:)``.
    public func addEvent(
        user: Bytes,
        item: Bytes,
        type: UInt8,
        value: Float = .nan,
        milliseconds: Int64? = nil,
        id: Bytes? = nil,
        session: Bytes? = nil
    ) throws {
        report.eventsRead += 1
        guard !value.isInfinite else { return try drop(.malformedLine, "a value out of range") }
        if let milliseconds, !timeRange.contains(milliseconds) {
            return try drop(.timeOutOfRange, "time \(Self.words(milliseconds))")
        }
        if let minimum = options.minimumValue, value < minimum {
            return try drop(.valueBelowMinimum, "value \(value)")
        }
        let userProbe = IdentifierProbe(user)
        let itemProbe = IdentifierProbe(item)
        let knownUser = users.find(userProbe)
        let knownItem = items.find(itemProbe)
        if knownUser == nil, let (reason, detail) = Self.fault(inIdentifier: user) {
            return try drop(reason, "user \(detail)")
        }
        if knownItem == nil {
            if let (reason, detail) = Self.fault(inIdentifier: item) { return try drop(reason, "item \(detail)") }
            if options.unknownItems == .drop, !itemDetails.isEmpty {
                return try drop(.unknownItem, "item '\(String(decoding: item, as: UTF8.self))'")
            }
        }
        if let id, try isRepeated(id) { return }
        guard columns.count < Int(Int32.max) else {
            throw FreshetError(.invalidData, "There are more than 2^31 events.", remedy: "Import a part of the time.")
        }
        try columns.append(
            user: knownUser ?? users.insert(userProbe),
            item: knownItem ?? items.insert(itemProbe),
            type: type,
            value: value,
            time: milliseconds.map(Timestamp.init(milliseconds:)) ?? EventColumns.noTime,
            session: session.flatMap { number(ofSession: $0) } ?? -1
        )
        if let limit = options.eventLimit, columns.count == limit { throw EventLimitReached() }
    }

    /// Keeps what a user looked for, or drops it with a reason.
    ///
    /// - Parameters:
    ///   - user: the user's external id.
    ///   - text: what they looked for.
    ///   - milliseconds: milliseconds since 1970, or `nil`.
    ///   - id: the search's own id; one that repeats another is dropped.
    /// - Throws: as ``drop(_:_:)``.
    public func addSearch(user: Bytes, text: Bytes, milliseconds: Int64?, id: Bytes? = nil) throws {
        if let milliseconds, !timeRange.contains(milliseconds) {
            return try drop(.timeOutOfRange, "time \(Self.words(milliseconds))")
        }
        if let problem = SearchText.problem(with: text) { return try drop(.malformedLine, "a search that \(problem)") }
        guard let text = String(validating: text, as: UTF8.self) else {
            return try drop(.malformedLine, "a search that is not UTF-8")
        }
        let probe = IdentifierProbe(user)
        let known = users.find(probe)
        if known == nil, let (reason, detail) = Self.fault(inIdentifier: user) {
            return try drop(reason, "user \(detail)")
        }
        if let id, try isRepeated(id) { return }
        searches.append(
            Dataset.Search(
                user: UserIndex(known ?? users.insert(probe)),
                text: text,
                time: milliseconds.map(Timestamp.init(milliseconds:))
            )
        )
    }

    /// The number of a session; `nil` for a name that is none.
    private func number(ofSession name: Bytes) -> Int? {
        let probe = IdentifierProbe(name)
        return sessions.find(probe) ?? (Self.fault(inIdentifier: name) == nil ? sessions.insert(probe) : nil)
    }

    /// A time out of range, as a date where it has one.
    private static func words(_ milliseconds: Int64) -> String {
        let seconds = GregorianCalendar.floorDivide(milliseconds, 1000)
        return abs(seconds) < 1 << 40 ? "\(seconds) (\(Timestamp.text(from: seconds).prefix(10)))" : "\(seconds)"
    }

    private func isRepeated(_ id: Bytes) throws -> Bool {
        let probe = IdentifierProbe(id)
        guard eventIdentifiers.find(probe) == nil else {
            try drop(.repeatedEvent, "event id '\(String(decoding: id, as: UTF8.self))'")
            return true
        }
        _ = eventIdentifiers.insert(probe)
        return false
    }

    // MARK: Catalogue

    /// Keeps what is known of an item.
    ///
    /// Call for the whole catalogue before the first event.
    public func add(_ item: Item) throws {
        precondition(columns.count == 0, "the catalogue comes before the events")
        guard try isNew(item.id, in: &items, "item") else { return }
        itemDetails.append(item)
    }

    /// Keeps what is known of a user.
    ///
    /// Call for all users before the first event.
    public func add(_ user: User) throws {
        precondition(columns.count == 0, "the users come before the events")
        guard try isNew(user.id, in: &users, "user") else { return }
        userDetails.append(user)
    }

    private func isNew(_ identifier: String, in table: inout IdentifierTable, _ what: String) throws -> Bool {
        var identifier = identifier
        if let (reason, detail) = identifier.withUTF8({ Self.fault(inIdentifier: $0) }) {
            try drop(reason, "\(what) \(detail)")
            return false
        }
        guard table.position(of: identifier) == nil else {
            try drop(.repeatedDetails, "\(what) '\(identifier)'")
            return false
        }
        _ = table.insert(identifier)
        return true
    }

    // MARK: Ids

    /// What is wrong with an id, with its beginning, or `nil`.
    static func fault(inIdentifier identifier: Bytes) -> (CleaningReport.Reason, detail: String)? {
        let beginning = { String(decoding: identifier.prefix(24), as: UTF8.self).debugDescription }
        if MissingText.isMissing(identifier) {
            return (.emptyIdentifier, "'\(String(decoding: identifier, as: UTF8.self))'")
        }
        if identifier.count > maximumIdentifierLength {
            return (.longIdentifier, "of \(identifier.count) bytes, beginning \(beginning())")
        }
        if identifier.contains(0) { return (.identifierWithNUL, beginning()) }
        if String(validating: identifier, as: UTF8.self) == nil { return (.identifierNotUTF8, beginning()) }
        return nil
    }
}
