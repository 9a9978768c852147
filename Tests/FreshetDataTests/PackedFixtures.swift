import Foundation

/// Small packed files, made by gzip and xz.
enum PackedFixtures {
    static let text = "a x\nb y\na z\n"
    /// The text, packed by gzip.
    static let gzip = data("H4sIAAAAAAACA0tUqOBKUqjkSlSo4gIAO1IyiwwAAAA=")
    /// The text in two gzip members, one after the other.
    static let gzipMembers = data(
        "H4sIAAAAAAACA0tUqOBKUqjkAgAUg1WsCAAAAB+LCAAAAAAAAgNLVKjiAgD4cZavBAAAAA=="
    )
    /// The text, packed by xz.
    static let xz = data("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALYSB4CmIgeQphIHoKAJO42wyNkKRRAAEkDKYY2NgftvN9AQAAAAAEWVo=")
    /// The text in two xz streams, one after the other.
    static let xzStreams = data(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAHYSB4CmIgeQoAoC46eSM9PHsAASAIuxnZux+2830BAAAAAARZWv03elhaAAAE5ta0RgIAIQEWAAAA"
            + "dC/lowEAA2EgegoA1wRgtaK7/bAAARwEbyycwR+2830BAAAAAARZWg=="
    )
    /// 30,000 times "u1 i1\nu2 i2\n", packed by xz: more than any buffer.
    static let longXZ = data(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj5X4/AIVdADqMQAbSAewWr+/yWu4Eeo37N+YBJCFTPD8Q+o+43QdXqUrXS4eJHwF0wmGL/O11w0SPWil7"
            + "TQJ7ICA/sBtmS5RxsMI0XBfqI+qbT0d5pYRnhX0wYbYRYMbpLmsmgtgTjwmusMfd63Ky5Eb2VPCIdSww28JQVJEilwYDX8lwOxS+z7GuAAAA"
            + "AAAA2FKZQjoHRo8AAaEBwPwVAIC9U9GxxGf7AgAAAAAEWVo="
    )

    /// An archive of `shop/events.csv`, beside a folder and what systems add.
    static let zip = data(
        "UEsDBBQAAAAIAAAAoVgAAAAAAgAAAAAAAAAFAAAAc2hvcC8DAFBLAwQUAAAACAAAAKFYOOenThQAAAASAAAADwAAAHNob3AvZXZl"
            + "bnRzLmNzdistTi3SySxJzeVK1KngStKp5AIAUEsDBBQAAAAIAAAAoVivd9JiAwAAAAEAAAAKAAAAX19NQUNPU1gveKsCAFBLAQIU"
            + "AxQAAAAIAAAAoVgAAAAAAgAAAAAAAAAFAAAAAAAAAAAAAACAAQAAAABzaG9wL1BLAQIUAxQAAAAIAAAAoVg456dOFAAAABIAAAAP"
            + "AAAAAAAAAAAAAACAASUAAABzaG9wL2V2ZW50cy5jc3ZQSwECFAMUAAAACAAAAKFYr3fSYgMAAAABAAAACgAAAAAAAAAAAAAAgAFm"
            + "AAAAX19NQUNPU1gveFBLBQYAAAAAAwADAKgAAACRAAAAAAA="
    )
    /// The same table as `e.csv`, not packed.
    static let storedZip = data(
        "UEsDBBQAAAAAAAAAoVg456dOEgAAABIAAAAFAAAAZS5jc3Z1c2VyLGl0ZW0KYSx4CmIseQpQSwECFAMUAAAAAAAAAKFYOOenThIA"
            + "AAASAAAABQAAAAAAAAAAAAAAgAEAAAAAZS5jc3ZQSwUGAAAAAAEAAQAzAAAANQAAAAAA"
    )
    /// An archive of `d/ratings.csv` and `d/movies.csv` in the form of MovieLens, made up.
    static let zipOfTwo = data(
        "UEsDBBQAAAAIAAAAoVhGtdHtNgAAADgAAAANAAAAZC9yYXRpbmdzLmNzdistTi3yTNHJzS/LTAXSRYklmXnpOiWZuanFJYm5BVzm"
            + "OsYGOkZ6pjqmBiC2oY6JnoGOiQEXAFBLAwQUAAAACAAAAKFYwcyiNikAAAAnAAAADAAAAGQvbW92aWVzLmNzdsvNL8tM9UzRKcks"
            + "yUnVSU/NK0ot5jI20IlQ0DC0tDTV1HEpSsxN5AIAUEsBAhQDFAAAAAgAAAChWEa10e02AAAAOAAAAA0AAAAAAAAAAAAAAIABAAAA"
            + "AGQvcmF0aW5ncy5jc3ZQSwECFAMUAAAACAAAAKFYwcyiNikAAAAnAAAADAAAAAAAAAAAAAAAgAFhAAAAZC9tb3ZpZXMuY3N2UEsF"
            + "BgAAAAACAAIAdQAAALQAAAAAAA=="
    )

    private static func data(_ base64: String) -> Data {
        Data(base64Encoded: base64) ?? Data()
    }
}
