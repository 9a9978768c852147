import CChildProcess
import Glibc
import Synchronization

/// A process that a test starts.
///
/// Foundation's `Process` lists the open files at every start and reads past the end of that list's buffer once there are
/// more than about 1,300 of them, which tests with servers and stores come to when they run side by side: the whole run
/// crashes. This one gives the child its three streams and closes all else.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public struct End: Sendable, Equatable {
        /// The exit code, or the signal's number when `isSignal`.
        public let code: Int32
        /// Whether a signal ended it.
        public let isSignal: Bool
    }

    /// What could not be started, and why.
    public struct StartError: Error, CustomStringConvertible {
        /// What failed, and the system's reason.
        public let description: String
    }

    /// Where a stream of the child comes from or goes to.
    public enum Stream: Sendable {
        /// Nothing: an empty input, an output that is thrown away.
        case null
        /// A file that is written anew.
        case file(String)
        /// An open descriptor of this process.
        case descriptor(Int32)
    }

    private let identifier: pid_t
    private let end = Mutex<End?>(nil)

    /// Starts an executable.
    ///
    /// - Parameters:
    ///   - path: the executable's path.
    ///   - arguments: its arguments, without its name.
    ///   - folder: the folder it runs in; this process's unless given.
    ///   - environment: its variables; this process's unless given.
    ///   - streams: its input, output and errors.
    /// - Throws: `StartError` when it cannot be started.
    public init(
        _ path: String,
        _ arguments: [String],
        in folder: String? = nil,
        environment: [String: String]? = nil,
        streams: (input: Stream, output: Stream, errors: Stream)
    ) throws {
        let opened = try [streams.input, streams.output, streams.errors].map { try Descriptor($0) }
        let words = CStrings([path] + arguments)
        let variables = environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
        var identifier: pid_t = 0
        let code = withExtendedLifetime((opened, words, variables)) {
            let environment = variables?.pointers ?? environ
            return freshet_start_child(&identifier, path, words.pointers, environment, folder, opened.map(\.number))
        }
        guard code == 0 else { throw StartError("Cannot start '\(path)'", code) }
        self.identifier = identifier
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { look() == nil }

    /// Sends a signal, unless the process has ended.
    public func send(_ signal: Int32) {
        end.withLock { if $0 == nil { kill(identifier, signal) } }
    }

    /// Waits for the end.
    @discardableResult
    public func waitUntilExit() -> End {
        while true {
            if let end = look() { return end }
            usleep(2_000)
        }
    }

    /// The end, if it has come.
    ///
    /// Until it is seen here, the system gives the process's number to no other.
    private func look() -> End? {
        end.withLock { end in
            var status: Int32 = 0
            if end == nil, waitpid(identifier, &status, WNOHANG) == identifier {
                let signal = status & 0x7f
                end = End(code: signal == 0 ? (status >> 8) & 0xff : signal, isSignal: signal != 0)
            }
            return end
        }
    }
}

extension ChildProcess.StartError {
    fileprivate init(_ what: String, _ code: Int32) {
        description = "\(what): \(String(cString: strerror(code)))"
    }
}

/// An open descriptor, closed at the end if it was opened for the child.
private final class Descriptor {
    let number: Int32
    private let isOwned: Bool

    init(_ stream: ChildProcess.Stream) throws {
        switch stream {
        case .null: (number, isOwned) = (open("/dev/null", O_RDWR | O_CLOEXEC), true)
        case .file(let path): (number, isOwned) = (open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644), true)
        case .descriptor(let descriptor): (number, isOwned) = (descriptor, false)
        }
        guard number >= 0 else { throw ChildProcess.StartError("Cannot open \(stream)", errno) }
    }

    deinit { if isOwned { close(number) } }
}

/// Strings as a C array that ends with a null pointer.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (place, string) in strings.enumerated() { (pointers + place).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for place in 0..<count { free(pointers[place]) }
        pointers.deallocate()
    }
}
