/// The figures of a row by the names that they have in JSON and in tables.
enum FeedbackColumns {
    typealias Column<Figure> = (name: String, figure: (FeedbackRow) -> Figure?)

    /// What is counted.
    static var counts: [Column<Int>] {
        [
            ("answers", { $0.answers }), ("served", { $0.served }), ("seen", { $0.seen }), ("clicks", { $0.clicks }),
            ("conversions", { $0.conversions }), ("assisted_conversions", { $0.assistedConversions }),
        ]
    }

    /// Shares with an interval.
    static var rates: [Column<FeedbackRate>] {
        [
            ("empty", { $0.empty }), ("ctr", { $0.clickThrough }), ("acceptance", { $0.acceptance }),
            ("conversion", { $0.conversion }),
        ]
    }

    /// Figures without one.
    static var means: [Column<Double>] {
        [
            ("value_per_1000", { $0.valuePerThousand }), ("profit_per_1000", { $0.profitPerThousand }),
            ("satisfaction", { $0.satisfaction }),
        ]
    }

    /// What is still to come.
    static var toCome: [Column<Double>] {
        [("clicks_to_come", { $0.clicksToCome }), ("conversions_to_come", { $0.conversionsToCome })]
    }
}
