import Foundation
import Testing

@testable import freshet

/// Requests to S3 are signed as its documentation's examples are.
@Suite struct S3SignerTests {
    private static let signer = S3Signer(
        key: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        token: nil,
        region: "us-east-1"
    )
    /// 2013-05-24T00:00:00Z.
    private static let date = Date(timeIntervalSince1970: 1_369_353_600)

    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Bucket Lifecycle" and "GET Bucket".
    @Test(arguments: [
        ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func signaturesAreThoseOfTheDocumentation(_ query: String, _ signature: String) {
        let host = "examplebucket.s3.amazonaws.com"
        let headers = Self.signer.headers("GET", "/", query, host: host, body: Data(), at: Self.date)
        #expect(headers.first { $0.name == "x-amz-date" }?.value == "20130524T000000Z")
        #expect(
            headers.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=\(signature)"
        )
    }

    @Test func namesAreEncodedByTheRulesOfTheSignature() {
        #expect(S3Signer.encoded("/a b/ü~-._+", keeping: "/") == "/a%20b/%C3%BC~-._%2B")
        #expect(S3Signer.encoded("a/b=c") == "a%2Fb%3Dc")
    }

    @Test func listingHasKeysAndTheNextPage() {
        let page = """
            <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x&amp;y</NextContinuationToken>
            <Contents><Key>shop/lease-1.json</Key></Contents><Contents><Key>shop/a&lt;b</Key></Contents></ListBucketResult>
            """
        let listing = S3Listing(Data(page.utf8))
        #expect(listing.keys == ["shop/lease-1.json", "shop/a<b"] && listing.next == "x&y")
        #expect(S3Listing(Data("<ListBucketResult/>".utf8)).keys.isEmpty)
    }
}
