import FreshetCore
import Hummingbird

/// An error as callers see it: a problem document (RFC 9457).
struct Problem: Error, Sendable, Equatable {
    /// What kind of problem: the end of its `type`, and its title and status.
    let kind: Kind
    /// What went wrong this time, in words for the caller; never anything internal.
    var detail: String
    /// What is wrong where in the body.
    var faults: [JSONFields.Fault] = []
    /// What is wrong with which event or item of a delivery.
    var rejected: [Rejection] = []
    /// Seconds after which trying again makes sense.
    var retryAfter: Int?
    /// The methods that the resource has.
    var allowed: [HTTPRequest.Method] = []

    /// One refused entry of a delivery.
    struct Rejection: Sendable, Equatable {
        /// Its place in the delivery, from 0.
        let index: Int
        /// Why.
        let error: String
    }

    /// The kinds of problems there are; of those with one status the most general stands last.
    enum Kind: String, Sendable, CaseIterable {
        case malformedRequest = "malformed-request"
        case malformedBody = "malformed-body"
        case invalidRequest = "invalid-request"
        case unauthorized
        case forbidden
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case timeout = "request-timeout"
        case conflict
        case tooLarge = "content-too-large"
        case unsupportedCoding = "unsupported-coding"
        case unsupportedMediaType = "unsupported-media-type"
        case misdirected
        case tooManyRequests = "too-many-requests"
        case internalError = "internal-error"
        case unavailable
        case quotaExceeded = "quota-exceeded"

        /// The HTTP status.
        var status: HTTPResponse.Status {
            switch self {
            case .malformedRequest, .malformedBody, .invalidRequest: .badRequest
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .timeout: .requestTimeout
            case .conflict: .conflict
            case .tooLarge: .contentTooLarge
            case .unsupportedMediaType, .unsupportedCoding: .unsupportedMediaType
            case .misdirected: .misdirectedRequest
            case .tooManyRequests: .tooManyRequests
            case .internalError: .internalServerError
            case .unavailable: .serviceUnavailable
            case .quotaExceeded: .insufficientStorage
            }
        }

        /// The same for every problem of the kind.
        var title: String {
            switch self {
            case .malformedRequest: "The request cannot be read"
            case .malformedBody: "The body cannot be read"
            case .invalidRequest: "The request is not valid"
            case .unauthorized: "A key is needed"
            case .forbidden: "The key may not do this"
            case .notFound: "There is no such thing"
            case .methodNotAllowed: "The resource has no such method"
            case .timeout: "The request took too long to arrive"
            case .conflict: "The state does not allow this"
            case .tooLarge: "The body is too large"
            case .unsupportedMediaType: "The body is of a type that is not read here"
            case .unsupportedCoding: "The body is packed in a way that is not read here"
            case .misdirected: "The request is meant for another host"
            case .tooManyRequests: "Too many requests"
            case .internalError: "Something went wrong here"
            case .unavailable: "Not available now"
            case .quotaExceeded: "There is more than may be kept here"
            }
        }

        /// The URI that names it; relative to the server, as RFC 9457 allows, and nothing has to answer there.
        var type: String { "/problems/\(rawValue)" }
    }

    /// Creates a problem.
    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// A body that is not what its type says.
    static func malformed(_ detail: String) -> Problem {
        Problem(.malformedBody, sentence("The body is not valid: \(detail)"))
    }

    /// A body or parameters with mistakes.
    static func invalid(_ faults: [JSONFields.Fault]) -> Problem {
        let words = faults.prefix(3).map { "\($0.pointer.isEmpty ? "the body" : $0.pointer) \($0.detail)" }
        var problem = Problem(.invalidRequest, sentence(words.joined(separator: "; ")))
        problem.faults = faults
        return problem
    }

    /// A delivery of which nothing was kept.
    static func refused(_ rejected: [Rejection], of count: Int, _ what: String) -> Problem {
        let reason = rejected.first?.error ?? ""
        let words =
            count == 1
            ? "The \(what) was not kept: \(reason)"
            : "None of the \(count) \(what)s was kept; of the first: \(reason)"
        var problem = Problem(.invalidRequest, sentence(words))
        problem.rejected = rejected
        return problem
    }

    private static func sentence(_ words: String) -> String {
        words.hasSuffix("?") || words.hasSuffix(".") ? words : words + "."
    }

    /// Nothing of a name.
    static func notFound(_ what: String) -> Problem { Problem(.notFound, "There is no \(what).") }
}

extension HTTPResponse.Status {
    /// More than the server may keep for the caller (RFC 4918, section 11.5).
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
