import Foundation
import FreshetCore
import Synchronization

/// Ranks that speak over TCP, each with every other.
///
/// Nothing is encrypted and nobody is asked for a key: the ports must be out of reach of others.
public final class SocketCollective: Collective {
    /// The number of this process.
    public let rank: Int
    /// How many processes there are.
    public let ranks: Int

    /// The connections, by rank; `nil` at this rank's own place.
    private let peers: [Socket?]
    private let silence: Duration
    private let state = Mutex(State())

    private struct State {
        /// How many operations there were.
        var operations: UInt64 = 0
        /// Why no further operation works.
        var failure: FreshetError?
    }

    init(rank: Int, peers: [Socket?], silence: Duration) {
        self.rank = rank
        ranks = peers.count
        self.peers = peers
        self.silence = silence
    }

    /// Sends a message to every rank and receives one from every rank, all at the same time.
    public func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]] {
        precondition(messages.count == ranks, "\(messages.count) messages for \(ranks) ranks")
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            defer { state.operations += 1 }
            do {
                return try transfer(messages, state.operations)
            } catch let error as FreshetError {
                state.failure = error
                disconnect(state.operations)
                throw error
            }
        }
    }

    private func transfer(_ messages: [[UInt8]], _ operation: UInt64) throws -> [[UInt8]] {
        var transfers = peers.enumerated().map { rank, socket in
            socket.map { Transfer($0, with: rank, messages[rank], operation) }
        }
        while true {
            let open = transfers.indices.filter { transfers[$0]?.isDone == false }
            guard !open.isEmpty else { break }
            var waiting = open.compactMap { transfers[$0]?.request }
            let ready = poll(&waiting, nfds_t(waiting.count), Int32(silence / .milliseconds(1)))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { throw Self.silence(open, after: silence) }
            for (place, request) in zip(open, waiting) where request.revents != 0 {
                try transfers[place]?.advance()
            }
        }
        return transfers.enumerated().map { $1?.received ?? messages[$0] }
    }

    /// Tells the others that the work is over, and hangs up.
    private func disconnect(_ operation: UInt64) {
        let header = Frame(.loss, number: operation, length: 0).header
        for case let peer? in peers {
            _ = header.withUnsafeBytes { peer.write($0[...]) }
            peer.shutDown()
        }
    }

    private static func silence(_ ranks: [Int], after time: Duration) -> FreshetError {
        FreshetError(
            .external,
            "Ranks \(ranks.map(String.init).joined(separator: ", ")) have been silent for \(time).",
            remedy: "Look whether they still run; with --resume a new job goes on from the last checkpoint."
        )
    }
}

/// One rank's half of an operation: a message on its way out and one on its way in.
///
/// A long message waits until the other rank has come to the operation, too. It would fill the other's memory and stand
/// still meanwhile, and a connection on which data stands still is what the system takes for lost.
private struct Transfer {
    private static let short = 4096
    private static let step = 1 << 20

    private let socket: Socket
    private let rank: Int
    private let operation: UInt64
    private let outgoing: [UInt8]
    private let header: [UInt8]
    /// Bytes sent, the header's among them.
    private var sent = 0
    private var incomingHeader = [UInt8](repeating: 0, count: Frame.headerSize)
    private var headerBytes = 0
    /// Grows with what arrives: a header alone takes no memory.
    private var incoming: [UInt8]?
    private var incomingBytes = 0
    private var expectedBytes = 0

    init(_ socket: Socket, with rank: Int, _ message: [UInt8], _ operation: UInt64) {
        (self.socket, self.rank, self.operation, outgoing) = (socket, rank, operation, message)
        header = Frame(.message, number: operation, length: message.count).header
    }

    private var isSent: Bool { sent == header.count + outgoing.count }
    private var isReceived: Bool { incoming != nil && incomingBytes == expectedBytes }
    /// Whether there is something that may be sent now.
    private var canSend: Bool {
        !isSent && (sent < header.count || outgoing.count <= Self.short || incoming != nil)
    }
    var isDone: Bool { isSent && isReceived }
    var received: [UInt8] { incoming ?? [] }

    /// What to wait for.
    var request: pollfd {
        let events = (canSend ? POLLOUT : 0) | (isReceived ? 0 : POLLIN)
        return pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
    }

    /// Sends and receives what can be at once.
    mutating func advance() throws {
        try receive()
        try send()
    }

    private mutating func send() throws {
        while canSend {
            let count =
                sent < header.count
                ? header.withUnsafeBytes { socket.write($0[sent...]) }
                : outgoing.withUnsafeBytes { socket.write($0[(sent - header.count)...]) }
            if count < 0 {
                guard Socket.isOnlyBusy else {
                    // What the other said last may say why.
                    try receive()
                    throw lost()
                }
                return
            }
            sent += count
        }
    }

    private mutating func receive() throws {
        while !isReceived {
            let isHeader = incoming == nil
            makeRoom()
            let (socket, place) = (socket, isHeader ? headerBytes : incomingBytes)
            let count =
                isHeader
                ? incomingHeader.withUnsafeMutableBytes { socket.read(into: $0[place...]) }
                : incoming?.withUnsafeMutableBytes { socket.read(into: $0[place...]) } ?? 0
            if count < 0, Socket.isOnlyBusy { return }
            guard count > 0 else { throw lost() }
            if isHeader { try take(headerBytes: count) } else { incomingBytes += count }
        }
    }

    private mutating func take(headerBytes count: Int) throws {
        headerBytes += count
        guard headerBytes == incomingHeader.count else { return }
        guard let frame = Frame(header: incomingHeader) else {
            throw FreshetError(
                .external,
                "What rank \(rank) sent is not a message of a rank of this version.",
                remedy: "Start every rank from the same build of Freshet."
            )
        }
        guard frame.kind == .message, frame.number == operation else {
            throw frame.kind == .loss ? lost() : outOfStep(frame)
        }
        (incoming, expectedBytes) = ([], frame.length)
    }

    private mutating func makeRoom() {
        guard let count = incoming?.count, count == incomingBytes else { return }
        incoming?.append(contentsOf: repeatElement(0, count: min(expectedBytes - count, max(Self.step, count))))
    }

    private func lost() -> FreshetError {
        FreshetError(
            .external,
            "Rank \(rank) is gone, or has stopped because it lost another.",
            remedy: "Look at what it said last; with --resume a new job goes on from the last checkpoint."
        )
    }

    private func outOfStep(_ frame: Frame) -> FreshetError {
        FreshetError(
            .external,
            "Rank \(rank) is at operation \(frame.number), this one at \(operation).",
            remedy: "Start every rank from the same build, with the same data and options."
        )
    }
}
