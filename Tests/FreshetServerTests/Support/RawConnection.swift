import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A connection on which a test may send what no client library would; blocks, but never longer than its timeout.
final class RawConnection: Sendable {
    private let socket: Int32

    init(port: Int, timeout: Int = 10) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(socket) }

    /// Sends text; whether all of it went.
    @discardableResult func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// What comes, until `isEnough` or the other side closes or the timeout is over.
    func receive(until isEnough: (String) -> Bool = { _ in false }) -> (text: String, isClosed: Bool) {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) {
                return (String(decoding: received, as: UTF8.self), true)
            }
            guard count > 0 else { return (String(decoding: received, as: UTF8.self), false) }
            received += chunk[..<count]
            let text = String(decoding: received, as: UTF8.self)
            if isEnough(text) { return (text, false) }
        }
    }
}
