import Foundation
import FreshetCore
import FreshetData
import Testing

/// Each format from small files of its form, with the format guessed.
@Suite struct ImporterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ name: String = "", format: String? = nil, _ options: ImportOptions = ImportOptions()) throws
        -> ImportResult
    {
        try DatasetReader(options: options).read(path: folder.path + "/" + name, format: format)
    }

    /// The items of a user, in order.
    func items(of user: String, in dataset: Dataset) throws -> [String] {
        let position = try #require(dataset.users.position(of: user))
        return dataset.histories[UserIndex(position)].items.map { dataset.items[$0.position] }
    }

    @Test func readsMovieLens100K() throws {
        try folder.write("2\t1\t3\t20\n1\t2\t5\t10\n2\t2\t4\t15\n", to: "u.data")
        var films = Data("1|Caf".utf8)
        films.append(0xE9)  // é in ISO-8859-1
        films += Data(" (1995)|01-Jan-1995||url|0|1|0|0|0|1\n2|Heat (1995)|||u|1|0\n".utf8)
        try folder.write(films, to: "u.item")
        try folder.write("1|24|M|writer|85711\n2|53|F|other|94043\n", to: "u.user")
        let result = try read()
        #expect(result.format == "movielens-100k")
        #expect(try items(of: "2", in: result.dataset) == ["2", "1"])
        #expect(
            result.dataset.itemDetails[0]
                == Item(
                    id: "1",
                    title: "Café (1995)",
                    categories: ["Action", "Comedy"],
                    attributes: ["year": .number(1995)]
                )
        )
        #expect(result.dataset.itemDetails[1].categories == ["unknown"])
        #expect(result.dataset.userDetails[0].attributes["occupation"] == .text("writer"))
        #expect(result.dataset.eventTypes == [.rating])
        #expect(result.dataset.histories.values == [5, 4, 3])
        #expect(result.dataset.histories.times == [10, 15, 20])
        #expect(try read("u.data").dataset.itemDetails.count == 2)
    }

    @Test func readsMovieLens1M() throws {
        try folder.write("1::1193::5::978300760\n1::661::3::978302109\n", to: "ratings.dat")
        try folder.write("661::James (1996)::Animation|Musical\n1193::One Flew (1975)::Drama\n", to: "movies.dat")
        let result = try read()
        #expect(result.format == "movielens-1m")
        #expect(try items(of: "1", in: result.dataset) == ["1193", "661"])
        #expect(result.dataset.itemDetails[0].categories == ["Animation", "Musical"])
        #expect(result.dataset.histories.values == [5, 3])
    }

    @Test func readsMovieTweetings() throws {
        try folder.write("1::1074638::7::1365029107\n1::0853728::8::1366576639\n", to: "ratings.dat")
        try folder.write("0853728::Fantômas (1913)::\n", to: "movies.dat")
        let result = try read()
        #expect(result.format == "movietweetings")
        #expect(try items(of: "1", in: result.dataset) == ["1074638", "0853728"])
        #expect(
            result.dataset.itemDetails[0]
                == Item(
                    id: "0853728",
                    title: "Fantômas (1913)",
                    attributes: ["year": .number(1913)]
                )
        )
    }

    @Test func readsMovieLensCSV() throws {
        try folder.write("userId,movieId,rating,timestamp\n7,30,2.5,50\n7,31,4.0,40\n", to: "ratings.csv")
        try folder.write(
            "movieId,title,genres\n30,\"American President, The (1995)\",Comedy|Drama\n31,X,(no genres listed)\n",
            to: "movies.csv"
        )
        let result = try read()
        #expect(result.format == "movielens-csv")
        #expect(try items(of: "7", in: result.dataset) == ["31", "30"])
        #expect(result.dataset.itemDetails[0].title == "American President, The (1995)")
        #expect(result.dataset.itemDetails[1].categories.isEmpty)
        #expect(result.dataset.histories.values == [4, 2.5])
    }

    @Test(arguments: ["a x y z\nb y\n", "a x y z\r\n\r\nb y", "a\tx\ty\tz\nb\ty\n"])
    func readsSequences(text: String) throws {
        try folder.write(text, to: "toys.txt")
        let result = try read("toys.txt", format: text.contains("\t") ? "sequences" : nil)
        #expect(result.format == "sequences")
        #expect(try items(of: "a", in: result.dataset) == ["x", "y", "z"])
        #expect(result.dataset.histories.offsets == [0, 3, 4])
    }

    @Test func readsGoodbooks() throws {
        try folder.write("user\tbook\trating\n24\t9\t5\n24\t3\t4\n", to: "ratings.tsv")
        try folder.write(
            "book\ttitle\tauthors\tyear\tlanguage\taverage_rating\ttags\n"
                + "9\t\"Quoted\" Title\tA B, C D\t1997\ten\t4.16\tto-read:4|time:travel:2\n",
            to: "books.tsv"
        )
        let result = try read()
        #expect(result.format == "goodbooks")
        #expect(try items(of: "24", in: result.dataset) == ["9", "3"])
        let book = result.dataset.itemDetails[0]
        #expect(book.title == "\"Quoted\" Title")
        #expect(book.tags == ["to-read", "time:travel"])
        #expect(book.attributes["author"] == .texts(["A B", "C D"]))
        #expect(book.attributes["year"] == .number(1997))
        #expect(result.dataset.itemDetails[1] == Item(id: "3"))

        try folder.write("user_id,book_id,rating\n1,2,3\n", to: "other.csv")
        #expect(try read("other.csv").format == "goodbooks")
    }

    @Test func readsOnlineRetail() throws {
        try folder.write(
            "time\tcustomer\titem\tquantity\tprice\n100\t7\t2\t12\t6.95\n50\t7\t1\t1\t2\n100\t7\t3\t1\t2\n",
            to: "events.tsv"
        )
        try folder.write("item\tstock_code\tdescription\n1\tA\tRED LAMP\n2\tB\t\n", to: "items.tsv")
        try folder.write("customer\tcountry\n7\tIceland\n8\tNorway\n", to: "customers.tsv")
        let result = try read()
        #expect(result.format == "online-retail")
        #expect(try items(of: "7", in: result.dataset) == ["1", "2", "3"])
        #expect(result.dataset.eventTypes == [.purchase])
        #expect(result.dataset.histories.values == [1, 12, 1])
        #expect(result.dataset.itemDetails.map(\.title) == ["RED LAMP", nil, nil])
        #expect(result.dataset.userDetails.map(\.id) == ["7", "8"])
    }

    @Test(arguments: [
        (
            #"{"reviewerID":"A1","asin":"B1","overall":5.0,"unixReviewTime":1400000000,"reviewText":"so \"good\"\n"}"#,
            Timestamp(seconds: 1_400_000_000)
        ),
        (
            #"{"rating":5.0,"text":"x","asin":"B0","parent_asin":"B1","user_id":"A1","timestamp":1400000000500}"#,
            Timestamp(milliseconds: 1_400_000_000_500)
        ),
    ])
    func readsAmazonReviews(line: String, time: Timestamp) throws {
        try folder.write(line + "\n", to: "reviews.jsonl")
        try folder.write(
            #"{"parent_asin":"B1","title":"Lamp","description":["Red"],"categories":[["Home","Light"]],"price":2}"#,
            to: "meta.jsonl"
        )
        var options = ImportOptions()
        options.catalogue = folder.path + "/meta.jsonl"
        let result = try read("reviews.jsonl", options)
        #expect(result.format == "amazon-reviews")
        #expect(try items(of: "A1", in: result.dataset) == ["B1"])
        #expect(result.dataset.histories.times == [time])
        #expect(result.dataset.histories.values == [5])
        #expect(
            result.dataset.itemDetails[0]
                == Item(
                    id: "B1",
                    title: "Lamp",
                    text: "Red",
                    categories: ["Home", "Light"],
                    attributes: ["price": .number(2)]
                )
        )
    }
}
