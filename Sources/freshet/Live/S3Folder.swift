import AsyncHTTPClient
import Crypto
import Foundation
import FreshetCore
import FreshetEngine
import NIOCore
import NIOHTTP1

/// A prefix in a bucket of S3, or of what speaks like it.
///
/// Requests are signed with AWS Signature Version 4; the key comes from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
/// (and `AWS_SESSION_TOKEN`), since settings are shown. Buckets are named in the path.
struct S3Folder: SharedFolder {
    private static let timeout = TimeAmount.seconds(60)
    private static let mostBytes = 4 << 30

    private let endpoint: String
    private let host: String
    private let bucket: String
    private let prefix: String
    private let signer: S3Signer

    /// Names a folder.
    ///
    /// - Parameters:
    ///   - address: `s3://BUCKET/PREFIX`.
    ///   - endpoint: where S3 is.
    ///   - region: what requests are signed for.
    ///   - environment: where the key is.
    /// - Throws: ``FreshetError`` of kind `usage` for what is no such address, and where there is no key.
    init(_ address: String, endpoint: String, region: String, environment: [String: String]) throws {
        let parts = address.dropFirst("s3://".count).split(separator: "/", maxSplits: 1).map(String.init)
        guard address.hasPrefix("s3://"), let bucket = parts.first, bucket.utf8.count >= 3 else {
            throw FreshetError(.usage, "'\(address)' is not s3://BUCKET/PREFIX.")
        }
        guard let url = URLComponents(string: endpoint), let host = url.host, let scheme = url.scheme,
            ["http", "https"].contains(scheme)
        else {
            throw FreshetError(
                .usage,
                "cluster.endpoint is '\(endpoint)', which does not say where S3 is.",
                remedy: "Give an address such as https://s3.eu-central-1.amazonaws.com or http://127.0.0.1:8333."
            )
        }
        guard let key = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
            throw FreshetError(
                .usage,
                "There is no key for S3.",
                remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment."
            )
        }
        self.endpoint = "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
        self.host = host + (url.port.map { ":\($0)" } ?? "")
        self.bucket = bucket
        prefix = parts.count > 1 ? parts[1].trimmingCharacters(in: ["/"]) + "/" : ""
        signer = S3Signer(key: key, secret: secret, token: environment["AWS_SESSION_TOKEN"], region: region)
    }

    func write(_ content: Data, to name: String) async throws {
        let answer = try await send(.PUT, path(of: name), body: content)
        guard answer.status == 200 else { throw refusal(answer, "write '\(name)'") }
    }

    func read(_ name: String) async throws -> Data? {
        let answer = try await send(.GET, path(of: name))
        if answer.status == 404, answer.text.contains("NoSuchKey") { return nil }
        guard answer.status == 200 else { throw refusal(answer, "read '\(name)'") }
        return answer.body
    }

    func names(prefix start: String) async throws -> [String] {
        var names: [String] = []
        var token: String?
        repeat {
            var query = [("list-type", "2"), ("prefix", prefix + start)]
            if let token { query.append(("continuation-token", token)) }
            let answer = try await send(.GET, "/\(bucket)", query: query)
            guard answer.status == 200 else { throw refusal(answer, "list the folder") }
            let page = S3Listing(answer.body)
            names += page.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            token = page.next
        } while token != nil
        return names.sorted()
    }

    func remove(_ name: String) async throws {
        let answer = try await send(.DELETE, path(of: name))
        guard [200, 204, 404].contains(answer.status) else { throw refusal(answer, "delete '\(name)'") }
    }

    private struct Answer {
        let status: Int
        let body: Data
        var text: String { String(decoding: body.prefix(2_000), as: UTF8.self) }
    }

    private func path(of name: String) -> String { "/\(bucket)/\(prefix)\(name)" }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String)] = [],
        body: Data = Data()
    ) async throws -> Answer {
        let path = S3Signer.encoded(path, keeping: "/")
        let query = query.map { "\(S3Signer.encoded($0.0))=\(S3Signer.encoded($0.1))" }.sorted().joined(separator: "&")
        var request = HTTPClientRequest(url: endpoint + path + (query.isEmpty ? "" : "?" + query))
        request.method = method
        let headers = signer.headers(method.rawValue, path, query, host: host, body: body, at: Date())
        for (name, value) in headers where name != "host" { request.headers.add(name: name, value: value) }
        if method == .PUT { request.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
            let body = try await response.body.collect(upTo: Self.mostBytes)
            return Answer(status: Int(response.status.code), body: Data(body.readableBytesView))
        } catch is CancellationError {
            throw CancellationError()
        } catch let error {
            throw FreshetError(.external, "S3 at \(endpoint) does not answer: \(error).")
        }
    }

    private func refusal(_ answer: Answer, _ what: String) -> FreshetError {
        let code = S3Listing.first("Code", in: answer.text) ?? "status \(answer.status)"
        return FreshetError(
            .external,
            "S3 refused to \(what) in the bucket '\(bucket)': \(code).",
            remedy: "Check the bucket's name, the rights of the key, and the clock of this machine."
        )
    }
}

/// Signs requests to S3: AWS Signature Version 4.
struct S3Signer: Sendable {
    let key: String
    let secret: String
    let token: String?
    let region: String

    /// The headers of a request, its signature among them.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: the path, encoded.
    ///   - query: the query, encoded and in order.
    ///   - host: the host with its port.
    ///   - body: the body.
    ///   - date: the time.
    /// - Returns: the headers, the signature last.
    func headers(
        _ method: String,
        _ path: String,
        _ query: String,
        host: String,
        body: Data,
        at date: Date
    ) -> [(name: String, value: String)] {
        let moment = Self.text(of: date)
        let day = String(moment.prefix(8))
        let content = Self.hex(SHA256.hash(data: body))
        var headers = [("host", host), ("x-amz-content-sha256", content), ("x-amz-date", moment)]
        if let token { headers.append(("x-amz-security-token", token)) }
        let names = headers.map(\.0).joined(separator: ";")
        let lines = headers.map { "\($0.0):\($0.1)\n" }.joined()
        let canonical = [method, path, query, lines, names, content].joined(separator: "\n")
        let scope = "\(day)/\(region)/s3/aws4_request"
        let toSign = "AWS4-HMAC-SHA256\n\(moment)\n\(scope)\n\(Self.hex(SHA256.hash(data: Data(canonical.utf8))))"
        var signing = Data("AWS4\(secret)".utf8)
        for part in [day, region, "s3", "aws4_request"] { signing = Self.sign(part, with: signing) }
        let signature = Self.hex(Self.sign(toSign, with: signing))
        headers.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(key)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            )
        )
        return headers.map { (name: $0.0, value: $0.1) }
    }

    /// A text in percent-encoding, by the rules of the signature.
    static func encoded(_ text: String, keeping kept: String = "") -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(kept)".utf8)
        return text.utf8.map { byte in
            plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + Self.hex([byte]).uppercased()
        }.joined()
    }

    private static func sign(_ text: String, with key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// A time as the signature has it, such as `20130524T000000Z`.
    private static func text(of date: Date) -> String {
        let format = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
        return date.formatted(format)
    }
}

/// A page of a bucket's listing: the few elements of its XML that are needed.
struct S3Listing {
    /// The keys.
    private(set) var keys: [String] = []
    /// Where the next page begins, if there is one.
    private(set) var next: String?

    init(_ xml: Data) {
        let text = String(decoding: xml, as: UTF8.self)
        keys = Self.all("Key", in: text)
        if Self.first("IsTruncated", in: text) == "true" { next = Self.first("NextContinuationToken", in: text) }
    }

    /// The content of the first element of a name.
    static func first(_ name: String, in text: String) -> String? { all(name, in: text, limit: 1).first }

    private static func all(_ name: String, in text: String, limit: Int = .max) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while found.count < limit, let start = rest.range(of: "<\(name)>"),
            let end = rest[start.upperBound...].range(of: "</\(name)>")
        {
            found.append(unescaped(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }

    private static func unescaped(_ text: Substring) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
            .reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
    }
}
