import FreshetCore

/// The names that the columns of a table of events can have, by role, the preferred first.
public struct TableColumns: Sendable {
    /// The roles that a column can have.
    public static let roles = ["user", "item", "time", "type", "value", "session", "text"]

    /// Who did it.
    public var user: [String]
    /// What it was done to.
    public var item: [String]
    /// When.
    public var time: [String] = []
    /// What was done.
    public var type: [String] = []
    /// How much of it.
    public var value: [String] = []
    /// Which session it belongs to, or who did it where no user is known.
    public var session: [String] = []
    /// What the user looked for, in rows that name no item.
    public var text: [String] = []
    /// Milliseconds that come on top of the time.
    var delay: [String] = []
    /// The roles whose column somebody named, so that it must be there.
    var named: Set<String> = []

    /// The usual names.
    static let usual = TableColumns(
        user: [
            "user", "user_id", "uid", "username", "user_name", "visitor_id", "visitor", "customer_id", "customer",
            "customer_no", "cust_id", "client_id", "client", "member_id", "account_id", "account", "reviewerID",
            "reviewer", "buyer_id", "shopper_id", "household_id", "household_key", "subscriber_id", "profile_id",
            "person_id", "player_id", "reader_id", "listener_id", "viewer_id", "learner_id", "student_id",
            "user_pseudo_id", "distinct_id", "user_no", "msno",
        ],
        item: [
            "item", "item_id", "iid", "product_id", "product", "sku", "sku_id", "article_id", "article", "stock_code",
            "parent_asin", "asin", "isbn", "venue_id", "movie_id", "movie", "film_id", "book_id", "book", "track_id",
            "song_id", "song", "artist_id", "video_id", "news_id", "business_id", "gmap_id", "game_id", "app_id",
            "course_id",
            "recipe_id", "listing_id", "offer_id", "content_id", "goods_id", "poi_id", "location_id", "restaurant_id",
            "hotel_id", "anime_id", "beer_id", "joke_id", "post_id", "document_id", "doc_id", "photo_id", "show_id",
            "property_id", "job_id", "ad_id", "product_sku", "variant_id", "merchant_id", "item_no", "product_no",
        ],
        time: [
            "timestamp", "time", "event_time", "event_timestamp", "datetime", "date_time", "ts", "time_stamp", "date",
            "created_at", "created", "invoice_date", "t_dat", "unixReviewTime", "utc_timestamp", "utc_time",
            "unix_time",
            "unix_timestamp", "timestamp_ms", "time_ms", "epoch", "event_date", "order_date", "purchase_date",
            "transaction_date", "transaction_dt", "transaction_time", "rating_time", "rated_at", "click_time",
            "viewed_at",
            "played_at", "watched_at", "occurred_at", "visit_time", "review_time", "review_date", "server_timestamp",
            "when",
        ],
        type: [
            "type", "event", "event_type", "event_name", "action", "action_type", "behavior", "behavior_type",
            "behaviour", "feedback_type", "interaction", "interaction_type", "activity",
        ],
        value: [
            "value", "rating", "event_value", "score", "stars", "overall", "book_rating", "review_score", "user_rating",
            "review_overall", "preference", "quantity", "qty", "weight", "play_count", "playcount", "plays",
            "watch_ratio",
            "count", "amount",
        ],
        session: [
            "session", "session_id", "user_session", "sess_id", "visit_id", "basket_id", "anonymous_id", "anon_id",
            "device_id", "cookie_id", "client_session",
        ],
        text: ["query", "search_query", "search_text", "search_term", "search", "text"]
    )

    /// Usual names in the role of a session that name a visitor or a device: their events are not one session.
    static let visitors = ["anonymous_id", "anon_id", "device_id", "cookie_id"]

    /// The columns with those that somebody named in their roles.
    /// - Throws: ``FreshetError`` of kind `usage` for a role that does not exist.
    func naming(_ columns: [String: String]) throws -> TableColumns {
        var named = self
        named.named = Set(columns.keys)
        for (role, column) in columns {
            switch role {
            case "user": named.user = [column]
            case "item": named.item = [column]
            case "time": named.time = [column]
            case "type": named.type = [column]
            case "value": named.value = [column]
            case "session": named.session = [column]
            case "text": named.text = [column]
            default: throw FreshetError.unknown("column role", role, known: Self.roles)
            }
        }
        // Whoever names a session and no user has none.
        if named.named.contains("session"), !named.named.contains("user") { named.user = [] }
        return named
    }

    /// The type of events that a column of values stands for where no column says it.
    static func eventType(ofValues name: String) -> EventType {
        switch TableHeader.key(name) {
        case "rating", "stars", "overall", "bookrating", "userrating", "reviewoverall", "reviewscore": .rating
        case "quantity", "qty": .purchase
        default: .view
        }
    }
}

/// The names that the columns of a catalogue can have, by role; any other column is an attribute.
public struct CatalogueColumns: Sendable {
    /// The roles that a column can have.
    public static let roles = ["id", "title", "text", "categories", "tags"]

    /// What stands in a column.
    enum Role { case id, title, text, categories, tags, attribute }

    /// Which item it is.
    public var id: [String]
    /// What it is called.
    public var title = [
        "title", "name", "product_name", "item_name", "prod_name", "book_title", "movie_title", "headline",
    ]
    /// What is said of it.
    public var text = ["description", "text", "detail_desc", "abstract", "summary", "plot", "comment"]
    /// What it belongs to.
    public var categories = ["genres", "genre", "categories", "category"]
    /// Its labels.
    public var tags = ["tags", "labels", "keywords"]

    /// The usual names: the id is what tables of events call their items, or `id`.
    static let usual = CatalogueColumns(id: TableColumns.usual.item + ["id"])

    /// Usual names in the role of a session that name a visitor or a device: their events are not one session.
    static let visitors = ["anonymous_id", "anon_id", "device_id", "cookie_id"]

    /// The columns with those that somebody named in their roles.
    /// - Throws: ``FreshetError`` of kind `usage` for a role that does not exist.
    func naming(_ columns: [String: String]) throws -> CatalogueColumns {
        var named = self
        for (role, column) in columns {
            switch role {
            case "id": named.id = [column]
            case "title": named.title = [column]
            case "text": named.text = [column]
            case "categories": named.categories = [column]
            case "tags": named.tags = [column]
            default: throw FreshetError.unknown("column role of the catalogue", role, known: Self.roles)
            }
        }
        return named
    }

    /// What stands in each column of a table.
    /// - Throws: ``FreshetError`` of kind `usage` when no column holds the id.
    func roles(in header: TableHeader) throws -> [Role] {
        let id: Int
        do {
            id = try header.position(ofRequired: self.id)
        } catch let error as FreshetError {
            throw FreshetError(
                error.kind,
                error.message,
                remedy: "\(error.remedy ?? "") Name it: --catalogue-columns id=…,title=…"
            )
        }
        return header.names.enumerated().map { position, name in
            position == id ? .id : role(of: name)
        }
    }

    /// What stands in a column that is not the id.
    func role(of name: String) -> Role {
        let key = TableHeader.key(name)
        let roles: [(Role, [String])] = [
            (.title, title), (.text, text), (.categories, categories), (.tags, tags),
        ]
        return roles.first { $1.contains { TableHeader.key($0) == key } }?.0 ?? .attribute
    }
}
