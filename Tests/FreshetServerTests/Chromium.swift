import ChildProcesses
import Foundation
import Glibc

/// A headless Chromium with one page, driven by its DevTools protocol over a pipe.
///
/// Every wait ends: a command that is not answered in time throws.
final class Chromium: @unchecked Sendable {
    /// The browser, where one is installed.
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first(where: FileManager.default.isExecutableFile(atPath:))

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    // Protected by `queue`, on which every command is sent and every answer read.
    private var number = 0
    private var session: String?
    private var unread = Data()
    private var noted: [String] = []
    private let queue = DispatchQueue(label: "chromium")
    private let process: ChildProcess
    private let commands = Pipe()
    private let answers = Pipe()
    private let profile = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)")

    /// Starts the browser.
    init(width: Int, height: Int) async throws {
        // The browser reads commands from descriptor 3 and answers on 4; a shell makes them of its input and output.
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
            "--window-size=\(width),\(height)", "--user-data-dir=\(profile.path)", "--remote-debugging-pipe",
            "about:blank",
        ]
        signal(SIGPIPE, SIG_IGN)
        process = try ChildProcess(
            "/bin/sh",
            ["-c", #"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"#, Self.path ?? ""] + arguments,
            streams: (
                .descriptor(commands.fileHandleForReading.fileDescriptor),
                .descriptor(answers.fileHandleForWriting.fileDescriptor), .null
            )
        )
        try commands.fileHandleForReading.close()
        try answers.fileHandleForWriting.close()
        let target = try await send("Target.createTarget", ["url": "about:blank"])["targetId"] ?? ""
        let attached = try await send("Target.attachToTarget", ["targetId": target, "flatten": true])
        queue.sync { session = attached["sessionId"] }
        for domain in ["Page", "Runtime", "Log"] { _ = try await send("\(domain).enable") }
    }

    /// Ends the browser.
    func close() {
        process.send(SIGTERM)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: profile)
    }

    /// What the page complained about since the last call: errors, warnings, violations of its policy.
    func complaints() -> [String] {
        queue.sync {
            defer { noted = [] }
            return noted
        }
    }

    func open(_ address: String) async throws {
        // By way of an empty page: a change behind the # alone loads nothing.
        _ = try await send("Page.navigate", ["url": "about:blank"])
        _ = try await send("Page.navigate", ["url": address])
    }

    /// Makes the window as wide and high as a phone's, or another.
    func resize(width: Int, height: Int, isPhone: Bool) async throws {
        let metrics: [String: any Sendable] = [
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": isPhone,
        ]
        _ = try await send("Emulation.setDeviceMetricsOverride", metrics)
    }

    /// Runs a script before those of every page from now on.
    func inject(_ script: String) async throws {
        _ = try await send("Page.addScriptToEvaluateOnNewDocument", ["source": script])
    }

    /// The value of an expression, as text.
    func evaluate(_ expression: String) async throws -> String {
        let command =
            ["expression": "Promise.resolve(\(expression)).then(String)", "awaitPromise": true, "returnByValue": true]
            as [String: any Sendable]
        let answer = try await send("Runtime.evaluate", command)
        guard let value = answer["value"] else { throw Failure(description: "\(expression): \(answer)") }
        return value
    }

    /// Waits until an expression is true; whether it became so.
    func wait(until expression: String, seconds: Double = 60) async throws -> Bool {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end {
            if try await evaluate("(() => { try { return Boolean(\(expression)) } catch { return false } })()")
                == "true"
            {
                return true
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Sends a command; its answer's texts by name, those of a nested `result` too.
    private func send(_ method: String, _ parameters: [String: any Sendable] = [:]) async throws -> [String: String] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(with: Result { try answer(method, parameters) })
            }
        }
    }

    private func answer(_ method: String, _ parameters: [String: Any]) throws -> [String: String] {
        number += 1
        var command: [String: Any] = ["id": number, "method": method, "params": parameters]
        command["sessionId"] = session
        try commands.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: command) + [0])
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while true {
            let message = try nextMessage(until: end, method)
            guard message["id"] as? Int == number else {
                note(message)
                continue
            }
            if let error = message["error"] { throw Failure(description: "\(method): \(error)") }
            let result = message["result"] as? [String: Any] ?? [:]
            let inner = result["result"] as? [String: Any] ?? [:]
            var texts = result.merging(inner) { $1 }.compactMapValues { $0 as? String }
            if let exception = result["exceptionDetails"] { texts = ["exception": "\(exception)"] }
            return texts
        }
    }

    private func nextMessage(until end: ContinuousClock.Instant, _ method: String) throws -> [String: Any] {
        while true {
            if let zero = unread.firstIndex(of: 0) {
                let message = unread[unread.startIndex..<zero]
                unread = Data(unread[unread.index(after: zero)...])
                return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            }
            let left = (end - .now) / .milliseconds(1)
            var waiting = pollfd(fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&waiting, 1, Int32(left)) > 0 else {
                throw Failure(description: "\(method) was not answered in time.")
            }
            let data = answers.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure(description: "The browser ended.") }
            unread += data
        }
    }

    private func note(_ message: [String: Any]) {
        let parameters = message["params"] as? [String: Any] ?? [:]
        switch message["method"] as? String {
        case "Log.entryAdded":
            let entry = parameters["entry"] as? [String: Any] ?? [:]
            noted.append("\(entry["level"] ?? "") \(entry["text"] ?? "") \(entry["url"] ?? "")")
        case "Runtime.exceptionThrown": noted.append("\(parameters["exceptionDetails"] ?? "exception")")
        case "Runtime.consoleAPICalled" where ["error", "warning", "assert"].contains(parameters["type"] as? String):
            noted.append("\(parameters["args"] ?? "console")")
        default: break
        }
    }
}
