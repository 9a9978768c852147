import FreshetCore
import FreshetTensor
import NIOCore

/// Makes requests of made-up people: few items and users take part in most of what happens.
struct LoadWorkload: Sendable {
    /// One request.
    struct Request: Sendable {
        let path: String
        let type: String
        let body: ByteBuffer
        /// What it carries, such as a number of events.
        let units: Int
    }

    let users: [String]
    let items: [String]
    let count: Int
    let batch: Int
    let seed: UInt64
    /// The filter expression of every question.
    var filter: String?

    /// The `number`-th request for recommendations.
    func recommendation(_ number: Int) -> Request {
        var random = RandomSource.stream(seed: seed, 0x2EC, UInt64(number))
        var body = ByteBuffer()
        body.writeStaticString("{\"user\":")
        EventEncoder.append(Self.draw(users, &random), to: &body)
        body.writeString(",\"count\":\(count)")
        if let filter {
            body.writeStaticString(",\"filter\":")
            EventEncoder.append(filter, to: &body)
        }
        body.writeStaticString("}")
        return Request(path: "/v1/recommendations", type: "application/json", body: body, units: 1)
    }

    /// The `number`-th request with events, as many as a batch holds.
    func events(_ number: Int) -> Request {
        var random = RandomSource.stream(seed: seed, 0xE7E, UInt64(number))
        var body = ByteBuffer()
        for _ in 0..<batch {
            let event = Event(user: Self.draw(users, &random), item: Self.draw(items, &random), type: .view)
            EventEncoder.append(event, to: &body)
        }
        let type = batch == 1 ? "application/json" : "application/x-ndjson"
        return Request(path: "/v1/events", type: type, body: body, units: batch)
    }

    /// A draw whose probability falls with the square root of the rank.
    private static func draw(_ names: [String], _ random: inout RandomSource) -> String {
        let share = random.uniform()
        return names[min(Int(share * share * Float(names.count)), names.count - 1)]
    }
}
