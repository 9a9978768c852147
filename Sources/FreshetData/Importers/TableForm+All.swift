import FreshetCore

extension TableForm {
    /// The forms that are read without being told anything, the more particular first.
    ///
    /// A new form is a new row.
    static let all: [TableForm] = [
        TableForm(
            name: "recbole",
            summary: "RecBole's atomic files: NAME.inter, and NAME.item and NAME.user beside it",
            logs: [Log(files: ["*.inter"], header: ["user_id", "item_id"], isTyped: true)],
            items: Details(files: ["*.item"]),
            users: Details(files: ["*.user"], columns: CatalogueColumns(id: ["user_id", "user"]))
        ),
        TableForm(
            name: "freshet-csv",
            summary: "what freshet export --format csv writes: events.csv, items.csv and users.csv",
            logs: [
                Log(
                    files: ["events.csv"],
                    header: ["user", "item", "type", "value", "time", "id", "recommendation_id"],
                    isExact: true
                )
            ],
            items: Details(files: ["items.csv"], columns: CatalogueColumns(id: ["id"])),
            users: Details(files: ["users.csv"], columns: CatalogueColumns(id: ["id"]))
        ),
        TableForm(
            name: "retailrocket",
            summary: "events.csv of Retailrocket",
            logs: [Log(files: ["events.csv"], header: ["timestamp", "visitorid", "event", "itemid"])]
        ),
        TableForm(
            name: "yoochoose",
            summary: "yoochoose-clicks.dat and yoochoose-buys.dat of the RecSys Challenge 2015",
            logs: [
                Log(
                    files: ["*clicks.dat"],
                    columns: [.integer("session"), .time("time"), .integer("item"), .text("category")],
                    eventType: .view
                ),
                Log(
                    files: ["*buys.dat"],
                    columns: [
                        .integer("session"), .time("time"), .integer("item"), .integer("price"), .integer("quantity"),
                    ],
                    eventType: .purchase
                ),
            ]
        ),
        TableForm(
            name: "diginetica",
            summary: "train-item-views.csv and train-purchases.csv of the CIKM Cup 2016, and products.csv",
            logs: [
                Log(
                    files: ["train-item-views.csv"],
                    header: ["sessionId", "userId", "itemId", "timeframe", "eventdate"],
                    roles: digineticaRoles,
                    eventType: .view
                ),
                Log(
                    files: ["train-purchases.csv"],
                    header: ["sessionId", "userId", "timeframe", "eventdate", "ordernumber", "itemId"],
                    roles: digineticaRoles,
                    eventType: .purchase
                ),
            ],
            items: Details(files: ["products.csv"])
        ),
        TableForm(
            name: "rees46",
            summary: "the monthly files of REES46 (2019-Oct.csv): event_time, event_type, product_id, user_id …",
            logs: [
                Log(
                    files: ["*.csv"],
                    header: ["event_time", "event_type", "product_id", "category_id", "user_id", "user_session"]
                )
            ]
        ),
        TableForm(
            name: "hm",
            summary: "transactions_train.csv, articles.csv and customers.csv of H&M",
            logs: [
                Log(
                    files: ["transactions_train.csv", "transactions*.csv"],
                    header: ["t_dat", "customer_id", "article_id"],
                    roles: TableColumns(user: ["customer_id"], item: ["article_id"], time: ["t_dat"]),
                    eventType: .purchase
                )
            ],
            items: Details(
                files: ["articles.csv"],
                columns: CatalogueColumns(
                    id: ["article_id"],
                    title: ["prod_name"],
                    text: ["detail_desc"],
                    categories: ["product_type_name", "product_group_name", "index_group_name"]
                )
            ),
            users: Details(files: ["customers.csv"], columns: CatalogueColumns(id: ["customer_id"]))
        ),
        TableForm(
            name: "lastfm-hetrec",
            summary:
                "user_artists.dat and artists.dat of Last.fm (HetRec 2011): how often each artist was heard, no times",
            logs: [
                Log(
                    files: ["user_artists.dat"],
                    header: ["userID", "artistID", "weight"],
                    roles: TableColumns(user: ["userID"], item: ["artistID"], value: ["weight"]),
                    eventType: "play"
                )
            ],
            items: Details(files: ["artists.dat"], columns: CatalogueColumns(id: ["id"], title: ["name"]))
        ),
        TableForm(
            name: "lastfm-1k",
            summary: "plays of Last.fm 1K: user, time, artist id and name, track id and name by tabs",
            logs: [
                Log(
                    files: ["userid-timestamp-artid-artname-traid-traname.tsv"],
                    columns: [
                        .text("user"), .time("time"), .text("artist_id"), .text("artist"), .text("track_id"),
                        .text("track"),
                    ],
                    roles: TableColumns(user: ["user"], item: ["artist_id"], time: ["time"]),
                    eventType: "play"
                )
            ]
        ),
        TableForm(
            name: "foursquare",
            summary: "check-ins of Foursquare: dataset_TSMC2014_NYC.txt and _TKY.txt, or the files of 2019",
            logs: [
                Log(
                    files: ["dataset_TSMC2014*.txt"],
                    columns: [
                        .integer("user"), .hexadecimal("venue", 24), .text("category_id"), .text("category"),
                        .number("latitude"), .number("longitude"), .integer("offset"), .time("time"),
                    ],
                    roles: checkInRoles,
                    eventType: "visit"
                ),
                Log(
                    files: ["dataset_*Checkins*.txt"],
                    columns: [.integer("user"), .hexadecimal("venue", 24), .time("time"), .integer("offset")],
                    roles: checkInRoles,
                    eventType: "visit"
                ),
                Log(
                    files: ["dataset_TSMC2014*.csv"],
                    header: ["userId", "venueId", "utcTimestamp"],
                    roles: checkInRoles,
                    eventType: "visit"
                ),
            ]
        ),
        TableForm(
            name: "book-crossing",
            summary: "BX-Book-Ratings.csv, BX-Books.csv and BX-Users.csv; a rating of 0 stands for none",
            logs: [
                Log(
                    files: ["BX-Book-Ratings.csv", "Ratings.csv", "Book-Ratings.csv"],
                    header: ["User-ID", "ISBN", "Book-Rating"],
                    roles: TableColumns(user: ["User-ID"], item: ["ISBN"], value: ["Book-Rating"]),
                    eventType: .rating
                )
            ],
            items: Details(
                files: ["BX-Books.csv", "BX_Books.csv", "Books.csv"],
                columns: CatalogueColumns(id: ["ISBN"], title: ["Book-Title"])
            ),
            users: Details(
                files: ["BX-Users.csv", "Users.csv"],
                columns: CatalogueColumns(id: ["User-ID"])
            )
        ),
        TableForm(
            name: "amazon-ratings",
            summary:
                "Amazon's ratings as tables: user_id, parent_asin, rating, timestamp, or the older ones without header",
            logs: [
                Log(files: ["*.csv"], header: ["user_id", "parent_asin", "rating", "timestamp"], eventType: .rating),
                Log(
                    files: ["ratings_*.csv"],
                    columns: [.reviewer("user"), .asin("item"), .number("rating"), .seconds("timestamp")],
                    eventType: .rating
                ),
                Log(
                    files: ["*.csv"],
                    columns: [.asin("item"), .reviewer("user"), .number("rating"), .seconds("timestamp")],
                    eventType: .rating
                ),
            ]
        ),
        TableForm(
            name: "kuairec",
            summary: "big_matrix.csv or small_matrix.csv of KuaiRec: watch_ratio is the value",
            logs: [
                Log(
                    files: ["big_matrix.csv"],
                    header: ["user_id", "video_id", "play_duration", "video_duration", "timestamp", "watch_ratio"],
                    roles: TableColumns(
                        user: ["user_id"],
                        item: ["video_id"],
                        time: ["timestamp"],
                        value: ["watch_ratio"]
                    ),
                    eventType: .view
                )
            ],
            items: Details(
                files: ["item_categories.csv"],
                columns: CatalogueColumns(id: ["video_id"], categories: ["feat"])
            )
        ),
        TableForm(
            name: "ta-feng",
            summary: "ta_feng_all_months_merged.csv: TRANSACTION_DT, CUSTOMER_ID, PRODUCT_ID, AMOUNT …",
            logs: [
                Log(
                    files: ["ta_feng*.csv"],
                    header: ["TRANSACTION_DT", "CUSTOMER_ID", "PRODUCT_SUBCLASS", "PRODUCT_ID", "AMOUNT"],
                    roles: TableColumns(
                        user: ["CUSTOMER_ID"],
                        item: ["PRODUCT_ID"],
                        time: ["TRANSACTION_DT"],
                        value: ["AMOUNT"]
                    ),
                    eventType: .purchase,
                    timePattern: "%m/%d/%Y"
                )
            ]
        ),
        TableForm(
            name: "baskets",
            summary:
                "user, basket and item: what was bought together; the basket is a number or time that orders a user's",
            logs: [
                Log(
                    files: ["baskets.*", "history.*"],
                    header: ["user", "basket", "item"],
                    isExact: true,
                    roles: TableColumns(user: ["user"], item: ["item"], time: ["basket"]),
                    eventType: .purchase
                )
            ]
        ),
        TableForm(
            name: "online-retail-raw",
            summary: "Online Retail as published: InvoiceDate, CustomerID, StockCode, Quantity …",
            logs: [
                Log(
                    files: ["online_retail*.csv", "data.csv"],
                    header: ["StockCode", "Quantity", "InvoiceDate", "Customer ID"],
                    roles: TableColumns(
                        user: ["Customer ID"],
                        item: ["StockCode"],
                        time: ["InvoiceDate"],
                        value: ["Quantity"]
                    ),
                    eventType: .purchase
                )
            ]
        ),
        TableForm(
            name: "taobao",
            summary: "UserBehavior.csv of Taobao: user, item, category, behaviour and seconds, no header",
            logs: [
                Log(
                    files: ["UserBehavior.csv"],
                    columns: [
                        .integer("user"), .integer("item"), .integer("category"),
                        .word("type", ["pv", "buy", "cart", "fav"]), .seconds("time"),
                    ]
                )
            ]
        ),
        TableForm(
            name: "gorse",
            summary: "feedback, items and users as Gorse exports them: FeedbackType, UserId, ItemId, Timestamp",
            logs: [
                Log(
                    files: ["feedback.*", "*feedback*"],
                    header: ["FeedbackType", "UserId", "ItemId"]
                )
            ],
            items: Details(
                files: ["items.*"],
                columns: CatalogueColumns(id: ["ItemId"], text: ["Comment"])
            ),
            users: Details(files: ["users.csv"], columns: CatalogueColumns(id: ["UserId"]))
        ),
        TableForm(
            name: "personalize",
            summary: "interactions, items and users as Amazon Personalize takes them: USER_ID, ITEM_ID, TIMESTAMP",
            logs: [Log(files: ["*interactions*.csv"], header: ["USER_ID", "ITEM_ID", "TIMESTAMP"], isExact: true)],
            items: Details(files: ["*items*.csv"], columns: CatalogueColumns(id: ["ITEM_ID"])),
            users: Details(files: ["*users*.csv"], columns: CatalogueColumns(id: ["USER_ID"]))
        ),
    ]

    private static let digineticaRoles = TableColumns(
        user: ["userId"],
        item: ["itemId"],
        time: ["eventdate"],
        session: ["sessionId"],
        delay: ["timeframe"]
    )

    private static let checkInRoles = TableColumns(
        user: ["user", "userId"],
        item: ["venue", "venueId"],
        time: ["time", "utcTimestamp"]
    )
}
