import FreshetCore

/// Where the ranks of a job find each other: at an address on which rank 0 listens.
///
/// Every other rank tells rank 0 its number and where it listens itself, and learns where the others do. What else
/// knocks at the port is sent away.
public final class Rendezvous: Sendable {
    /// How long ranks wait for each other.
    public struct Patience: Sendable {
        /// Until all have come.
        public var joining: Duration = .seconds(120)
        /// Until a rank that works says something; whoever is gone is noticed by the system within seconds.
        public var silence: Duration = .seconds(1800)

        /// Two minutes to come together, half an hour between two messages.
        public init() {}
    }

    private static let longestHello = 1 << 16
    private static let helloSeconds = Duration.seconds(2)
    private static let checkInterval = Duration.milliseconds(200)

    /// The address on which rank 0 listens.
    public let address: RankAddress
    private let socket: Socket

    /// Listens.
    /// - Throws: ``FreshetError`` of kind `external` when the address is not to be had.
    public init(at address: RankAddress) throws {
        socket = try Socket.listening(on: address)
        self.address = RankAddress(host: address.host, port: socket.localAddress?.port ?? address.port)
    }

    /// Waits for all others, as rank 0.
    ///
    /// - Parameters:
    ///   - ranks: how many ranks there are, this one included.
    ///   - job: a word that all ranks of a job share, so that those of another one are sent away.
    ///   - patience: how long to wait.
    ///   - check: asked while others are waited for; what it throws ends the waiting.
    /// - Returns: the ranks.
    /// - Throws: ``FreshetError`` of kind `external` when not all have come in time.
    public func gather(
        _ ranks: Int,
        job: String = "",
        patience: Patience = Patience(),
        while check: () throws -> Void = {}
    ) throws -> SocketCollective {
        let deadline = ContinuousClock.now + patience.joining
        var peers = [Socket?](repeating: nil, count: ranks)
        var table = [RankAddress](repeating: address, count: ranks)
        while peers.dropFirst().contains(where: { $0 == nil }) {
            guard let peer = try socket.accepted(until: min(deadline, .now + Self.checkInterval)) else {
                try check()
                guard ContinuousClock.now >= deadline else { continue }
                let missing = (1..<ranks).filter { peers[$0] == nil }.map(String.init)
                throw FreshetError(
                    .external,
                    "Of \(ranks) ranks these did not come within \(patience.joining): \(missing.joined(separator: ", ")).",
                    remedy: "Start each with its --rank, and with the same --ranks and --rendezvous."
                )
            }
            guard let hello = Self.hello(from: peer) else { continue }
            if let reason = hello.refusal(ranks: ranks, job: job, taken: peers) {
                try? peer.send(.refusal, Array(reason.utf8), until: .now + Self.helloSeconds)
                continue
            }
            peers[hello.rank] = peer
            table[hello.rank] = RankAddress(host: peer.remoteAddress?.host ?? "", port: hello.port)
        }
        let text = table.map(\.description).joined(separator: "\n")
        for case let peer? in peers { try peer.send(.table, Array(text.utf8), until: deadline) }
        return SocketCollective(rank: 0, peers: peers, silence: patience.silence)
    }

    /// Joins a job as another rank than 0.
    ///
    /// - Parameters:
    ///   - rank: the number of this process.
    ///   - ranks: how many there are.
    ///   - address: where rank 0 listens, or will.
    ///   - job: the word that all ranks of the job share.
    ///   - patience: how long to wait.
    /// - Returns: the ranks.
    /// - Throws: ``FreshetError`` of kind `external` when rank 0 is not there, or does not want this rank.
    public static func join(
        _ rank: Int,
        of ranks: Int,
        at address: RankAddress,
        job: String = "",
        patience: Patience = Patience()
    ) throws -> SocketCollective {
        precondition((1..<ranks).contains(rank), "rank \(rank) of \(ranks) joins")
        let deadline = ContinuousClock.now + patience.joining
        let first = try Socket.connected(to: address, until: deadline)
        // On the way to rank 0, so that a job within a machine opens no port to the outside.
        let listener = try Socket.listening(on: RankAddress(host: first.localAddress?.host ?? "127.0.0.1", port: 0))
        let hello = Hello(rank: rank, ranks: ranks, port: listener.localAddress?.port ?? 0, job: job)
        try first.send(.hello, hello.bytes, until: deadline)
        let table = try table(from: first, ranks: ranks, until: deadline)
        var peers = [Socket?](repeating: nil, count: ranks)
        peers[0] = first
        for other in 1..<rank {
            let peer = try Socket.connected(to: table[other], until: deadline)
            try peer.send(.hello, hello.bytes, until: deadline)
            peers[other] = peer
        }
        while let missing = (rank + 1..<ranks).first(where: { peers[$0] == nil }) {
            guard let peer = try listener.accepted(until: deadline) else {
                throw FreshetError(
                    .external,
                    "Rank \(missing) did not reach rank \(rank) at \(hello.port) in time.",
                    remedy: "Let the machines of a job reach each other on every port."
                )
            }
            guard let other = Self.hello(from: peer), other.rank > rank,
                other.refusal(ranks: ranks, job: job, taken: peers) == nil
            else { continue }
            peers[other.rank] = peer
        }
        return SocketCollective(rank: rank, peers: peers, silence: patience.silence)
    }

    private static func hello(from peer: Socket) -> Hello? {
        guard let (frame, payload) = peer.receive(atMost: longestHello, until: .now + helloSeconds),
            frame.kind == .hello
        else { return nil }
        return Hello(payload)
    }

    private static func table(
        from first: Socket,
        ranks: Int,
        until deadline: ContinuousClock.Instant
    ) throws -> [RankAddress] {
        guard let (frame, payload) = first.receive(atMost: longestHello * ranks, until: deadline) else {
            throw FreshetError(
                .external,
                "Rank 0 hung up before all ranks had come.",
                remedy: "Look at what rank 0 said."
            )
        }
        let text = String(decoding: payload, as: UTF8.self)
        guard frame.kind == .table else {
            throw FreshetError(.external, "Rank 0 refused this rank: \(text)")
        }
        let table = try text.split(separator: "\n").map { try RankAddress(String($0)) }
        guard table.count == ranks else {
            throw FreshetError(.external, "Rank 0 named \(table.count) ranks, not \(ranks).")
        }
        return table
    }
}

/// How a rank introduces itself.
private struct Hello {
    let rank: Int
    let ranks: Int
    /// Where it listens for ranks of a higher number.
    let port: UInt16
    let job: String

    init(rank: Int, ranks: Int, port: UInt16, job: String) {
        (self.rank, self.ranks, self.port, self.job) = (rank, ranks, port, job)
    }

    /// Reads one; `nil` where the bytes are none.
    init?(_ payload: [UInt8]) {
        var reader = MessageReader(payload, from: 0)
        guard let numbers = try? reader.numbers(2, of: UInt32.self), let port = try? reader.number(of: UInt16.self)
        else { return nil }
        self.init(
            rank: Int(numbers[0]),
            ranks: Int(numbers[1]),
            port: port,
            job: String(decoding: payload.dropFirst(10), as: UTF8.self)
        )
    }

    var bytes: [UInt8] {
        var bytes = MessageBytes([UInt32(rank), UInt32(ranks)])
        bytes.append(port)
        bytes.append(Array(job.utf8))
        return bytes.bytes
    }

    /// Why the rank cannot take part; `nil` when it can.
    func refusal(ranks wanted: Int, job: String, taken peers: [Socket?]) -> String? {
        if job != self.job { return "it belongs to another job." }
        if ranks != wanted { return "it was started as one of \(ranks) ranks, not of \(wanted)." }
        guard peers.indices.dropFirst().contains(rank) else { return "the job has no rank \(rank)." }
        return peers[rank] == nil ? nil : "there is a rank \(rank) already."
    }
}
