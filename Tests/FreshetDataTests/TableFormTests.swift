import Foundation
import FreshetCore
import FreshetData
import Testing

/// Every row of the format table, from small made-up files of its form, with the format guessed.
@Suite struct TableFormTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a form's files should give.
    struct Case: CustomTestStringConvertible {
        let format: String
        /// The files, by name.
        let files: [String: String]
        /// `user item type value time`, the time in seconds, as far as the form has them.
        let events: [String]
        var titles: [String: String] = [:]
        var categories: [String: [String]] = [:]
        /// A file that is recognised by itself.
        var alone: String?

        var testDescription: String { format }
    }

    static let cases: [Case] = [
        Case(
            format: "freshet-csv",
            files: [
                "events.csv": "user,item,type,value,time,id,recommendation_id\nu1,i1,rating,4,881250949,e1,\n",
                "items.csv": "id,title,text,categories,tags,available,created_at,price\n"
                    + "i1,The Film,,\"[\"\"Drama\"\",\"\"War | Peace\"\"]\",,true,881250000,5\n",
                "users.csv": "id,age\nu1,24\n",
            ],
            events: ["u1 i1 rating 4.0 881250949"],
            titles: ["i1": "The Film"],
            categories: ["i1": ["Drama", "War | Peace"]],
            alone: "events.csv"
        ),
        Case(
            format: "recbole",
            files: [
                "ml.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\nu1\ti1\t4\t881250949\n",
                "ml.item": "item_id:token\tmovie_title:token_seq\tclass:token_seq\ni1\tThe Film\tDrama War\n",
                "ml.user": "user_id:token\tage:token\nu1\t24\n",
            ],
            events: ["u1 i1 rating 4.0 881250949"],
            titles: ["i1": "The Film"],
            alone: "ml.inter"
        ),
        Case(
            format: "retailrocket",
            files: [
                "events.csv": "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257,view,355,\n"
                    + "1433221333117,257,transaction,355,7\n"
            ],
            events: ["257 355 view - 1433221332.117", "257 355 transaction - 1433221333.117"],
            alone: "events.csv"
        ),
        Case(
            format: "yoochoose",
            files: [
                "yoochoose-clicks.dat": "1,2014-04-07T10:00:09.277Z,214,0\n1,2014-04-07T10:00:10.277Z,215,S\n",
                "yoochoose-buys.dat": "1,2014-04-07T10:00:11.277Z,215,1046,1\n",
            ],
            events: [
                "1 214 view - 1396864809.277", "1 215 view - 1396864810.277", "1 215 purchase 1.0 1396864811.277",
            ],
            alone: "yoochoose-clicks.dat"
        ),
        Case(
            format: "diginetica",
            files: [
                "train-item-views.csv": "sessionId;userId;itemId;timeframe;eventdate\n1;NA;81;2000;2016-05-09\n"
                    + "1;NA;82;1000;2016-05-09\n1;5;83;3000;2016-05-10\n",
                "train-purchases.csv":
                    "sessionId;userId;timeframe;eventdate;ordernumber;itemId\n1;NA;5000;2016-05-09;9;81\n",
                "products.csv": "itemId;pricelog2;product.name.tokens\n81;10;4875,776\n",
            ],
            events: [
                "session:1 82 view - 1462752001", "session:1 81 view - 1462752002",
                "session:1 81 purchase - 1462752005", "5 83 view - 1462838403",
            ],
            alone: "train-item-views.csv"
        ),
        Case(
            format: "rees46",
            files: [
                "2019-Oct.csv":
                    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
                    + "2019-10-01 00:00:00 UTC,view,44600062,2103,,shiseido,35.79,541312140,72d7-a\n"
            ],
            events: ["541312140 44600062 view - 1569888000"],
            alone: "2019-Oct.csv"
        ),
        Case(
            format: "hm",
            files: [
                "transactions_train.csv": "t_dat,customer_id,article_id,price,sales_channel_id\n"
                    + "2018-09-20,00ab,0663713001,0.05,2\n",
                "articles.csv":
                    "article_id,prod_name,product_type_name,detail_desc\n0663713001,Strap top,Vest,Jersey\n",
                "customers.csv": "customer_id,age\n00ab,49\n",
            ],
            events: ["00ab 0663713001 purchase - 1537401600"],
            titles: ["0663713001": "Strap top"],
            categories: ["0663713001": ["Vest"]],
            alone: "transactions_train.csv"
        ),
        Case(
            format: "lastfm-hetrec",
            files: [
                "user_artists.dat": "userID\tartistID\tweight\n2\t51\t13883\n",
                "artists.dat": "id\tname\turl\tpictureURL\n51\tThe Band\thttp://a\thttp://b\n",
            ],
            events: ["2 51 play 13883.0"],
            titles: ["51": "The Band"],
            alone: "user_artists.dat"
        ),
        Case(
            format: "lastfm-1k",
            files: [
                "userid-timestamp-artid-artname-traid-traname.tsv":
                    "user_000001\t2009-05-04T23:08:57Z\tf1b1cf71\tDeep \"Dish\t\tFuck Me I'm\n"
            ],
            events: ["user_000001 f1b1cf71 play - 1241478537"],
            alone: "userid-timestamp-artid-artname-traid-traname.tsv"
        ),
        Case(
            format: "foursquare",
            files: [
                "dataset_TSMC2014_NYC.txt":
                    "470\t49bbd6c0f964a520f4531fe3\t4bf58dd8\tArts & Crafts\t40.7\t-74.0\t-240\t"
                    + "Tue Apr 03 18:00:09 +0000 2012\n"
            ],
            events: ["470 49bbd6c0f964a520f4531fe3 visit - 1333476009"],
            alone: "dataset_TSMC2014_NYC.txt"
        ),
        Case(
            format: "book-crossing",
            files: [
                "BX-Book-Ratings.csv": "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"276725\";\"034545104X\";\"0\"\n",
                "BX-Books.csv":
                    "\"ISBN\";\"Book-Title\";\"Book-Author\"\n\"034545104X\";\"A \\\"B\\\" &amp; C\";\"D\"\n",
                "BX-Users.csv": "\"User-ID\";\"Location\";\"Age\"\n\"276725\";\"tyler\";NULL\n",
            ],
            events: ["276725 034545104X rating 0.0"],
            titles: ["034545104X": "A \"B\" &amp; C"],
            alone: "BX-Book-Ratings.csv"
        ),
        Case(
            format: "amazon-ratings",
            files: ["Video_Games.csv": "user_id,parent_asin,rating,timestamp\nAGKA,B07DK1H3H5,4.0,1608186804795\n"],
            events: ["AGKA B07DK1H3H5 rating 4.0 1608186804.795"],
            alone: "Video_Games.csv"
        ),
        Case(
            format: "amazon-ratings",
            files: ["ratings_Video.csv": "AB9S9279OZ3QO,0078764343,5.0,1373155200\n"],
            events: ["AB9S9279OZ3QO 0078764343 rating 5.0 1373155200"],
            alone: "ratings_Video.csv"
        ),
        Case(
            format: "amazon-ratings",
            files: ["Video.csv": "0439381673,A21ROB4YDOZA5P,1.0,1402272000\n"],
            events: ["A21ROB4YDOZA5P 0439381673 rating 1.0 1402272000"],
            alone: "Video.csv"
        ),
        Case(
            format: "kuairec",
            files: [
                "big_matrix.csv": "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio\n"
                    + "0,3649,13838,10867,2020-07-05 00:08:23.438,20200705,1593878903.438,1.273\n",
                "item_categories.csv": "video_id,feat\n3649,\"[8, 9]\"\n",
            ],
            events: ["0 3649 view 1.273 1593878903.438"],
            categories: ["3649": ["8", "9"]],
            alone: "big_matrix.csv"
        ),
        Case(
            format: "ta-feng",
            files: [
                "ta_feng_all_months_merged.csv":
                    "TRANSACTION_DT,CUSTOMER_ID,AGE_GROUP,PIN_CODE,PRODUCT_SUBCLASS,PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE\n"
                    + "11/1/2000,01104905,45-49,115,110411,4710199010372,2,24,30\n"
            ],
            events: ["01104905 4710199010372 purchase 2.0 973036800"],
            alone: "ta_feng_all_months_merged.csv"
        ),
        Case(
            format: "baskets",
            files: ["history.tsv": "user\tbasket\titem\n1\t0\t7\n1\t0\t8\n1\t1\t7\n2\t0\t9\n"],
            events: ["1 7 purchase - 0", "1 8 purchase - 0", "1 7 purchase - 1", "2 9 purchase - 0"],
            alone: "history.tsv"
        ),
        Case(
            format: "online-retail-raw",
            files: [
                "online_retail_II.csv": "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
                    + "489434,85048,LIGHTS,12,2009-12-01 07:45:00,6.95,13085,UK\n489435,1,X,1,2009-12-01 07:46:00,1,,UK\n"
            ],
            events: ["13085 85048 purchase 12.0 1259653500"],
            alone: "online_retail_II.csv"
        ),
        Case(
            format: "taobao",
            files: ["UserBehavior.csv": "1,2268318,2520377,pv,1511544070\n1,2333346,2520771,buy,1511561733\n"],
            events: ["1 2268318 pv - 1511544070", "1 2333346 buy - 1511561733"],
            alone: "UserBehavior.csv"
        ),
        Case(
            format: "gorse",
            files: [
                "feedback.jsonl":
                    #"{"FeedbackType":"read","UserId":"u0","ItemId":"i0","Timestamp":"2024-05-01T12:00:00Z"}"#,
                "items.jsonl": #"{"ItemId":"i0","IsHidden":true,"Categories":["a"],"Labels":["x"],"Comment":"c"}"#,
            ],
            events: ["u0 i0 read - 1714564800"],
            categories: ["i0": ["a"]],
            alone: "feedback.jsonl"
        ),
        Case(
            format: "personalize",
            files: [
                "interactions.csv": "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\nu0,i0,1714564800,watch,0.5\n",
                "items.csv": "ITEM_ID,GENRES,CREATION_TIMESTAMP\ni0,Action|Drama,1714000000\n",
                "users.csv": "USER_ID,AGE\nu0,24\n",
            ],
            events: ["u0 i0 watch 0.5 1714564800"],
            categories: ["i0": ["Action", "Drama"]],
            alone: "interactions.csv"
        ),
        Case(
            format: "mind",
            files: [
                "behaviors.tsv":
                    "1\tU1\t11/11/2019 1:05:58 PM\tN1 N2\tN200-0 N201-1\n2\tU1\t11/12/2019 12:05:58 AM\t\tN202-1 N3-1\n",
                "news.tsv": "N201\tsports\tgolf\tA Title\tAn abstract\thttps://a\t[]\t[]\n",
            ],
            events: ["U1 N201 click - 1573477558", "U1 N202 click - 1573517158", "U1 N3 click - 1573517158"],
            titles: ["N201": "A Title"],
            categories: ["N201": ["sports", "golf"]],
            alone: "behaviors.tsv"
        ),
        Case(
            format: "instacart",
            files: [
                "orders.csv":
                    "order_id,user_id,eval_set,order_number,order_dow,order_hour_of_day,days_since_prior_order\n"
                    + "9,u7,prior,2,1,10,15.0\n8,u7,prior,1,2,8,\n7,u8,train,1,2,8,\n",
                "order_products__prior.csv":
                    "order_id,product_id,add_to_cart_order,reordered\n9,33120,1,1\n8,28985,1,1\n5,1,1,1\n",
                "order_products__train.csv": "order_id,product_id,add_to_cart_order,reordered\n7,49302,1,1\n",
                "products.csv": "product_id,product_name,aisle_id,department_id\n33120,\"Egg Whites, 2\",86,16\n",
            ],
            events: ["u7 28985 purchase - 1", "u7 33120 purchase - 2", "u8 49302 purchase - 1"],
            titles: ["33120": "Egg Whites, 2"]
        ),
    ]

    @Test(arguments: cases) func readsAForm(form: Case) throws {
        for (name, text) in form.files { try folder.write(text, to: name) }
        let result = try DatasetReader().read(path: folder.path)
        #expect(result.format == form.format)
        let dataset = result.dataset
        #expect(Set(Self.events(dataset)) == Set(form.events))
        #expect(Self.events(dataset).count == form.events.count)
        for (item, title) in form.titles {
            #expect(dataset.itemDetails.first { $0.id == item }?.title == title)
        }
        for (item, categories) in form.categories {
            #expect(dataset.itemDetails.first { $0.id == item }?.categories == categories)
        }
        if let alone = form.alone {
            #expect(try DatasetReader().read(path: folder.path + "/" + alone).format == form.format)
        }
    }

    static func events(_ dataset: Dataset) -> [String] {
        (0..<dataset.users.count).flatMap { user in
            let history = dataset.histories[UserIndex(user)]
            return history.items.indices.map { row in
                let type = history.types.isEmpty ? dataset.eventTypes[0] : dataset.eventTypes[Int(history.types[row])]
                let value = history.values.isEmpty || history.values[row].isNaN ? "-" : "\(history.values[row])"
                let time = history.times.isEmpty ? "" : " \(history.times[row])"
                return
                    "\(dataset.users[user]) \(dataset.items[history.items[row].position]) \(type.rawValue) \(value)\(time)"
            }
        }
    }

    @Test func saysWhatIsMissing() throws {
        try folder.write("order_id,product_id,add_to_cart_order,reordered\n2,1,1,0\n", to: "order_products__prior.csv")
        let error = #expect(throws: FreshetError.self) {
            try DatasetReader().read(path: folder.path + "/order_products__prior.csv")
        }
        #expect(error?.remedy?.contains("orders.csv") == true)
        let other = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path, format: "hm") }
        #expect(other?.remedy?.contains("transactions_train.csv") == true)
    }

    @Test func everyRowIsTested() {
        let tested = Set(Self.cases.map(\.format))
        let known = [
            "jsonl", "amazon-reviews", "movielens-100k", "movietweetings", "movielens-1m", "movielens-csv", "goodbooks",
        ]
        let others = known + ["online-retail", "pairs", "sequences", "csv", "tsv", "json"]
        #expect(Set(Importers.all.map(\.name)).subtracting(others) == tested)
    }
}
