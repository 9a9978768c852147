import Foundation
import FreshetCore

/// A TCP socket over IPv4, closed with its last reference.
final class Socket: Sendable {
    /// The system's number of it.
    let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // A process that is started while it is open has nothing to do with it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Ends the connection, in both directions and for every reference.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    // MARK: Opening

    /// Listens on an address.
    /// - Throws: ``FreshetError`` of kind `external`.
    static func listening(on address: RankAddress) throws -> Socket {
        let socket = try make()
        var yes: Int32 = 1
        setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = try withSystemAddress(of: address) { bind(socket.descriptor, $0, $1) }
        guard bound == 0, listen(socket.descriptor, 128) == 0 else { throw failure("listen on \(address)") }
        return socket
    }

    /// Connects to an address at which somebody may begin to listen later.
    /// - Throws: ``FreshetError`` of kind `external` when nobody has until the deadline.
    static func connected(to address: RankAddress, until deadline: ContinuousClock.Instant) throws -> Socket {
        while true {
            let socket = try make()
            if try withSystemAddress(of: address, { connect(socket.descriptor, $0, $1) }) == 0 {
                socket.tune()
                return socket
            }
            let code = errno
            guard ContinuousClock.now < deadline else {
                throw FreshetError(
                    .external,
                    "Nobody answers at \(address): \(String(cString: strerror(code))).",
                    remedy: "Start rank 0 first, with --rendezvous on an address that every machine reaches."
                )
            }
            usleep(50_000)
        }
    }

    /// The next connection; `nil` when none comes until the deadline.
    func accepted(until deadline: ContinuousClock.Instant) throws -> Socket? {
        while ContinuousClock.now < deadline {
            guard Self.wait(for: descriptor, Int16(POLLIN), until: deadline) else { continue }
            let descriptor = accept(descriptor, nil, nil)
            // Whoever knocked may be gone again.
            guard descriptor >= 0 else { continue }
            let socket = Socket(descriptor)
            socket.tune()
            return socket
        }
        return nil
    }

    private static func make() throws -> Socket {
        #if canImport(Glibc)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw failure("open a socket") }
        return Socket(descriptor)
    }

    /// Sends small messages at once, and lets the system notice a machine that is gone within some seconds, however long
    /// its ranks have nothing to say.
    ///
    /// `TCP_USER_TIMEOUT` would also notice one that is gone with bytes under way to it, which takes the system a quarter
    /// of an hour by itself. But it counts as gone a rank that computes for longer than that and reads nothing meanwhile.
    private func tune() {
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        #if os(Linux)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 3)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 2)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        #endif
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Addresses

    /// This end's address.
    var localAddress: RankAddress? { address(by: getsockname) }

    /// The other end's address.
    var remoteAddress: RankAddress? { address(by: getpeername) }

    private func address(
        by ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> RankAddress? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(INET_ADDRSTRLEN)) != nil else { return nil }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return RankAddress(host: host, port: UInt16(bigEndian: address.sin_port))
    }

    private static func withSystemAddress(
        of address: RankAddress,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        var found: UnsafeMutablePointer<addrinfo>?
        defer { if let found { freeaddrinfo(found) } }
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let first = found?.pointee,
            let pointer = first.ai_addr
        else {
            throw FreshetError(
                .external,
                "The host '\(address.host)' is not known here.",
                remedy: "Check the spelling, or give its IPv4 address."
            )
        }
        return body(pointer, first.ai_addrlen)
    }

    // MARK: Whole frames, while ranks find each other

    /// Sends a frame.
    func send(_ kind: Frame.Kind, _ payload: [UInt8], until deadline: ContinuousClock.Instant) throws {
        let bytes = Frame(kind, length: payload.count).header + payload
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write($0[sent...]) }
            if count < 0 {
                guard Self.isOnlyBusy, Self.wait(for: descriptor, Int16(POLLOUT), until: deadline) else {
                    throw Self.failure("send to a rank")
                }
                continue
            }
            sent += count
        }
    }

    /// Receives a frame; `nil` when what comes is none, is longer than a bound, or does not come in time.
    func receive(atMost bound: Int, until deadline: ContinuousClock.Instant) -> (frame: Frame, payload: [UInt8])? {
        guard let header = receive(count: Frame.headerSize, until: deadline), let frame = Frame(header: header),
            frame.length <= bound, let payload = receive(count: frame.length, until: deadline)
        else { return nil }
        return (frame, payload)
    }

    private func receive(count: Int, until deadline: ContinuousClock.Instant) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            guard Self.wait(for: descriptor, Int16(POLLIN), until: deadline) else { return nil }
            let part = bytes.withUnsafeMutableBytes { read(into: $0[received...]) }
            if part < 0, Self.isOnlyBusy { continue }
            guard part > 0 else { return nil }
            received += part
        }
        return bytes
    }

    // MARK: Parts, without waiting

    /// Sends what the system takes at once: how many bytes, or -1 with `errno`.
    func write(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        let part = UnsafeRawBufferPointer(rebasing: bytes)
        return Foundation.send(descriptor, part.baseAddress, part.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    /// Receives what is there: how many bytes, 0 at the end of the connection, or -1 with `errno`.
    func read(into bytes: Slice<UnsafeMutableRawBufferPointer>) -> Int {
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes)
        return recv(descriptor, part.baseAddress, part.count, Int32(MSG_DONTWAIT))
    }

    /// Whether the last call would only have had to wait.
    static var isOnlyBusy: Bool { errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }

    private static func wait(for descriptor: Int32, _ events: Int16, until deadline: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
        guard left > 0 else { return false }
        var waiting = pollfd(fd: descriptor, events: events, revents: 0)
        let ready = poll(&waiting, 1, Int32(min(left.rounded(.up), 1e6)))
        return ready > 0 || (ready < 0 && errno == EINTR)
    }

    private static func failure(_ action: String) -> FreshetError {
        FreshetError(
            .external,
            "Cannot \(action): \(String(cString: strerror(errno))).",
            remedy: "Check that the address belongs to this machine and that its port is free."
        )
    }
}
