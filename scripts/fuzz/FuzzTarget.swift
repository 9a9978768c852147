import Foundation
import FreshetCore

@testable import FreshetData

// What libFuzzer calls with each input; the target is chosen when it is compiled. An input may be refused, by an error of
// the kind that is meant for it, and must never end the process.

#if TABLE
private let folder = ProcessInfo.processInfo.environment["FUZZ_FOLDER"] ?? "/tmp"
private let path = "\(folder)/fuzz-\(ProcessInfo.processInfo.processIdentifier)"

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    do {
        try Data(bytes: start, count: count).write(to: URL(fileURLWithPath: path))
        let result = try DatasetReader().read(path: path)
        precondition(result.report.eventsKept == result.dataset.histories.eventCount)
    } catch is FreshetError {
        return 0
    } catch {
        fatalError("\(error)")
    }
    return 0
}
#elseif TIME
private let forms: [TimeForm] =
    ImportOptions.TimeUnit.allCases.map { .number($0) } + [.digits, .text]
    + ["%m/%d/%Y %I:%M:%S %p", "%d %b %y %H:%M:%S.%f %z", "%s", "excel"].compactMap { pattern in
        (try? TimePattern(pattern)).map { .pattern($0) }
    }

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = UnsafeBufferPointer(start: start, count: count)
    for form in forms { _ = try? form.milliseconds(text) }
    if let milliseconds = Timestamp.milliseconds(from: text) {
        let seconds = Timestamp(milliseconds: milliseconds).seconds
        // What was read is the same when it is written and read again.
        precondition(Timestamp.seconds(from: Timestamp.text(from: seconds)) == seconds)
    }
    _ = try? TimePattern(String(decoding: text, as: UTF8.self))
    return 0
}
#elseif EVENT
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = UnsafeBufferPointer(start: start, count: count)
    for form in [EventBody.Form.json, .lines] {
        if let body = try? EventBody(text, form: form, maximumCount: 100) {
            precondition(body.events.count + body.refusals.count == body.count)
        }
    }
    var parser = EventParser()
    _ = try? parser.event(text)
    return 0
}
#elseif FILTER
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do {
        let expression = try FilterExpression(text)
        precondition(expression.text == text)
    } catch let error {
        // It says where, within the text or just behind it.
        precondition((1...text.unicodeScalars.count + 1).contains(error.position))
    }
    return 0
}
#endif
